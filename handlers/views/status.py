"""The health of the bot: how old its data is, what fails, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.ids import AccountId
from handlers.actions import AskLift, Home, ShowAccount, ShowStatus
from handlers.screen import Press, Screen
from handlers.views.frame import label, navigation, screen, title
from handlers.views.html import Html, bold, join, say, text, tidy, when
from handlers.views.panic import line as stopped
from handlers.views.words import counted

MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Watched:
    """One account as the watch sees it. `read_at`: its last complete answer; `failing_since`, `rejected_since`: if it is so."""

    id: AccountId
    name: str
    read_at: datetime | None
    failing_since: datetime | None = None
    rejected_since: datetime | None = None

    @property
    def well(self) -> bool:
        return self.read_at is not None and self.failing_since is None and self.rejected_since is None


def status(
    accounts: Sequence[Watched],
    now: datetime,
    *,
    version: str,
    waiting_messages: int,
    last_tick: datetime | None = None,
    stopped_at: datetime | None = None,
) -> Screen:
    """`waiting_messages`: what is still to be sent to this chat. `stopped_at`: since when its automation is stopped."""
    fine = all(account.well for account in accounts)
    return screen(
        (
            title("🟢" if fine else "🟠", "All is well" if fine else "Not all is well", "this bot"),
            *([_line(account, now) for account in accounts[:MOST_SHOWN]] or [say("No account is connected here.")]),
            stopped(stopped_at, now) if stopped_at is not None else None,
            say("Messages still to be sent here: {count}", count=waiting_messages),
            join(
                (
                    say("Version {version}", version=version),
                    say("last round {when}", when=when(last_tick, now)) if last_tick else None,
                )
            ),
        ),
        (
            (Press("▶️ Let automation go on…", AskLift()),) if stopped_at is not None else (),
            *[
                (Press(label(f"Account {account.name}"), ShowAccount(account.id)),)
                for account in accounts[:MOST_SHOWN]
                if not account.well
            ],
            navigation(Home(), ShowStatus()),
        ),
        details=[
            *[_line(account, now) for account in accounts[MOST_SHOWN:]],
            say("Connected here: {accounts}", accounts=counted(len(accounts), "account", "accounts")),
        ],
    )


def _line(account: Watched, now: datetime) -> Html:
    name = bold(tidy(account.name, 32))
    data = say("data from {when}", when=when(account.read_at, now)) if account.read_at else say("never read yet")
    if account.rejected_since:
        return join(
            (say("🔴 {name}", name=name), say("key rejected {when}", when=when(account.rejected_since, now)), data)
        )
    if account.failing_since:
        state = say("CLORE.AI stopped answering {when}", when=when(account.failing_since, now))
        return join((say("🟠 {name}", name=name), state, data))
    return join(
        (
            say("{glyph} {name}", glyph="🟢" if account.read_at else "⚪", name=name),
            text("well") if account.read_at else None,
            data,
        )
    )
