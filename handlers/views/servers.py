"""The servers that an account hosts, to look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from bot.domain.hosting import HostedServer, HostedServers
from bot.domain.money import Money
from handlers.actions import Home, ShowServers
from handlers.screen import Screen
from handlers.views.frame import Account, Failure, age, navigation, paged, pager, screen, title
from handlers.views.html import Html, bold, join, say, text
from handlers.views.words import coin, counted


def servers(
    account: Account,
    hosted: HostedServers | None,
    read_at: datetime | None,
    now: datetime,
    *,
    page: int = 0,
    failed: Failure | None = None,
) -> Screen:
    """Own servers with their state and prices; nothing can be changed here."""
    below = navigation(Home(), ShowServers(account.id, page, fresh=True))
    if hosted is None:
        head = title("❔", "Servers unknown", "no answer from CLORE.AI yet", account)
        return screen((head, say("Nothing is known of your servers."), age(None, now)), (below,))
    shown = paged(hosted.servers, page)
    lines = [_line(server) for server in shown.items] or [say("This account hosts no server.")]
    return screen(
        (title("🖥", "Servers", _how_many(hosted), account), *lines, age(read_at, now, failed=failed)),
        (pager(shown, lambda number: ShowServers(account.id, number)), below),
        details=[_specs(server) for server in shown.items],
    )


def _how_many(hosted: HostedServers) -> str:
    count = len(hosted.servers)
    return f"{count} of at most {hosted.limit}" if hosted.limit is not None else counted(count, "server", "servers")


def _state(server: HostedServer) -> Html:
    if server.connected is False:
        return say("⚪ {word}", word=bold("Never connected"))
    if server.online is None:
        return say("❔ {word}", word=bold("State not reported"))
    return say("🟢 {word}", word=bold("Online")) if server.online else say("🔴 {word}", word=bold("Offline"))


def _line(server: HostedServer) -> Html:
    return join(
        (
            _state(server),
            text(server.name, 32),
            text(server.visibility, 16) if server.visibility else None,
            "⚠️ not working properly" if server.working_properly is False else None,
            _prices("on demand", server.on_demand),
            _prices("spot from", server.spot_minimum),
        )
    )


def _prices(label: str, prices: Mapping[str, Decimal]) -> Html | None:
    """A price of nothing is none: hosts leave coins out that way."""
    asked = [Money(amount, currency) for currency, amount in prices.items() if amount > 0][:4]
    return say("{label} {each} a day", label=label, each=join(map(coin, asked), ", ")) if asked else None


def _specs(server: HostedServer) -> Html:
    number = f"server {server.id}" if server.id is not None else None
    return join((text(server.name, 32), number, text(server.specs.title, 48)))
