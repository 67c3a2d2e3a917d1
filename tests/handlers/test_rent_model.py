"""Whatever order of inputs there is, CLORE.AI is sent only what a confirmed question showed, and no draft rents twice.

Presses of new, old and forged buttons, garbage, double taps, a market that moves, lost replies and restarts.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.draft import NewOrder
from bot.domain.ids import DraftId, MessageId, ServerId, TelegramChatId, UserId
from bot.domain.ledger import Cause, Creation, Ending, Result
from bot.domain.recipe import Step
from bot.domain.secrets import with_secrets
from bot.sandbox.clore.validation import new_order
from handlers.actions import Action, Confirm, Decline, ShowOrders, encode
from handlers.asking import change_in
from handlers.rent_actions import (
    AskRent,
    AskStep,
    Choose,
    ClearStep,
    DropDraft,
    NextCandidate,
    RentAction,
    ShowDraft,
    ShowStep,
    StartRent,
)
from handlers.screen import Press, Screen
from handlers.views.words import exact_coin
from handlers.visit import Arrival
from handlers.word import Word
from storage.codec import decode
from storage.ledger import Entry
from storage.sealing import unpacked
from tests.journeys.renting import MACHINE, creations, machine
from tests.journeys.stories import by_hand, coins, renter
from tests.stage import ADA, Stage

pytestmark = pytest.mark.looptime

EXAMPLES: Final = 15
OTHER: Final = MACHINE + 1
SECRET: Final = "hunter2-hunter2"

drafts = st.integers(1, 3).map(DraftId)
words = st.sampled_from([Word(step.value) for step in Step] + [Word("what")])
values = st.sampled_from(
    [
        Word(word)
        for word in (
            "demand",
            "spot",
            "BTC",
            "CLORE",
            "win",
            "min",
            "1",
            "2",
            "new",
            "none",
            "ub22",
            "ssh",
            "on",
            "h6",
            "h72",
        )
    ]
)
servers = st.sampled_from([ServerId(MACHINE), ServerId(OTHER), ServerId(9)])
forged: st.SearchStrategy[Action] = st.one_of(
    st.builds(StartRent, servers, st.booleans()),
    st.builds(ShowDraft, drafts),
    st.builds(ShowStep, drafts, words),
    st.builds(AskStep, drafts, words),
    st.builds(Choose, drafts, words, values),
    st.builds(ClearStep, drafts, words),
    st.builds(AskRent, drafts),
    st.builds(DropDraft, drafts),
    st.builds(NextCandidate, drafts),
    st.builds(Confirm, st.just("AAAAAAAAAAAAAAAAAAAAAA")),
)
texts = st.one_of(
    st.sampled_from(
        [
            "me/mine:1",
            "ghcr.io/a/b",
            "22/tcp 80/http",
            "1 2 3 4 5 6 7",
            f"A={SECRET}",
            "A=b&c",
            SECRET,
            "x" * 40,
            "0.00002",
            "1e-9",
            "none",
            "3 h",
            "2 usd",
            "runway 6 h",
            "\0",
            "/",
        ]
    ),
    st.text(max_size=20),
)
commands = st.sampled_from(
    [
        ("rent", str(MACHINE)),
        ("rent", f"{MACHINE} spot"),
        ("rent", str(OTHER)),
        ("rent", ""),
        ("orders", ""),
        ("cancel", ""),
    ]
)
markets = st.sampled_from(["dearer", "taken", "gone", "coin", "as it was"])
faults = st.sampled_from(["429", "500", "500_executed", "timeout_executed", "timeout"])
inputs = st.one_of(
    st.tuples(st.just("tap"), st.integers(0, 40)),
    *[st.tuples(st.just("forward"), st.integers(1, 2)) for _ in range(8)],
    st.tuples(st.just("old"), st.integers(0, 200)),
    st.tuples(st.just("forge"), forged),
    st.tuples(st.just("type"), texts),
    st.tuples(st.just("command"), commands),
    st.tuples(st.just("market"), markets),
    st.tuples(st.just("fault"), faults),
    st.tuples(st.just("wait"), st.sampled_from([5, 40, 130])),
    st.tuples(st.just("restart"), st.none()),
)


@dataclass
class Wizard:
    """Ada before the front door itself, without Telegram between: what she was shown, and what was sent."""

    stage: Stage
    key: str
    shown: list[Screen] = field(default_factory=list)
    questions: dict[str, tuple[Creation, NewOrder]] = field(default_factory=dict)
    updates: int = 1_000_000

    def arrival(self, message: int | None = None) -> Arrival:
        self.updates += 1
        return Arrival(
            self.updates,
            TelegramChatId(ADA),
            "private",
            "Ada",
            UserId(ADA),
            message=MessageId(message or self.updates),
            editable=message is not None,
        )

    async def does(self, kind: str, what: Any) -> None:
        match kind:
            case "tap" if self.shown:
                await self.taps(self.shown[-1], what)
            case "old" if self.shown:
                await self.taps(self.shown[what % len(self.shown)], what)
            case "forward":
                await self.goes_on(what)
            case "forge":
                await self.presses(what)
            case "type":
                await self.sees(self.arrival(), await self.door.typed(self.arrival(), what, deleted=None))
            case "command":
                name, arguments = what
                await self.sees(self.arrival(), await self.door.command(self.arrival(), name, arguments, deleted=None))
            case "market":
                self.stage.clore.load({"servers": MARKETS[what]()}, key=self.key)
            case "fault":
                self.stage.clore.fault(what, operation="create_order")
            case "wait":
                await asyncio.sleep(what)
            case "restart":
                await self.stage.stop()
                await self.stage.start()
            case _:
                assert not self.shown, "the first step opens a draft, so there is a screen to tap"

    async def goes_on(self, times: int) -> None:
        """What a person in a hurry taps: the button that rents, so many times at once; else the way to it."""
        buttons = [
            button.action
            for screen in self.shown[-1:]
            for row in screen.rows
            for button in row
            if isinstance(button, Press)
        ]
        for wanted in (Confirm, AskRent, ShowDraft):
            action = next((action for action in buttons if isinstance(action, wanted)), None)
            if action is not None:
                await asyncio.gather(*(self.presses(action) for _ in range(times)))
                return

    async def taps(self, screen: Screen, place: int) -> None:
        actions = [button.action for row in screen.rows for button in row if isinstance(button, Press)]
        known = [action for action in actions if isinstance(action, RentAction | Confirm | Decline | ShowOrders)]
        if known:
            await self.presses(known[place % len(known)])

    async def presses(self, action: Action) -> None:
        arrival = self.arrival(self.updates)
        decision = self.door.decide(arrival, encode(action))
        await self.sees(arrival, await self.door.pressed(arrival, decision))

    async def sees(self, arrival: Arrival, answer: object) -> None:
        if not isinstance(answer, Screen):
            return
        assert arrival.message is not None
        self.door.shown(arrival, answer, arrival.message)
        self.shown.append(answer)
        assert SECRET not in answer.text
        for row in answer.rows:
            for button in row:
                if isinstance(button, Press) and isinstance(button.action, Confirm):
                    self.asked(button.action.token, answer)

    def asked(self, token: str, screen: Screen) -> None:
        """The question shows, to the digit, what its row would send."""
        store = self.stage.store
        assert store is not None
        row = store.confirmations.find(token)
        assert row is not None
        change, secret = change_in(row), store.confirmations.secret(row)
        assert isinstance(change, Creation)
        assert change.price is not None
        assert exact_coin(change.price) in screen.text
        new = with_secrets(change.new, unpacked(secret))
        self.questions[token] = (change, new)

    @property
    def door(self) -> Any:
        assert self.stage.app is not None
        return self.stage.app.door

    def check(self) -> None:
        """What CLORE.AI was sent stands in a claimed question; no draft has more than one request that may have rented."""
        store = self.stage.store
        assert store is not None
        chat = store.chats.find(TelegramChatId(ADA))
        assert chat is not None
        entries = store.ledger.of_chat(chat.id, 100)
        claimed = [self.questions[entry.once] for entry in entries]
        wanted: list[object] = [_wire(new) for _, new in claimed]
        for call in creations(self.stage):
            assert call.body in wanted
            assert isinstance(call.body, dict)
            new_order(call.body)  # within the limits of the documents, by somebody else's reading of them
        bodies = [call.body for call in creations(self.stage) if call.executed]
        executed = [claimed[place][0].draft for body in bodies for place in [wanted.index(body)]]
        assert len(executed) == len(set(executed)), "a draft has rented twice"
        alive = [self.questions[entry.once][0].draft for entry in entries if not _free_again(entry)]
        assert len(alive) == len(set(alive)), "a draft was taken up again while its request may have rented"


def _free_again(entry: Entry) -> bool:
    """Refused, never sent, or looked for often enough without being found: the person may ask again, and is told so."""
    result = None if entry.result is None else decode(Result, entry.result)
    return result is not None and (
        result.ending in {Ending.REFUSED, Ending.ABANDONED} or result.cause is Cause.NOT_RENTED
    )


def _wire(new: NewOrder) -> dict[str, object]:
    """The request in the words of the reference."""
    spot = new.spot_price is not None
    body: dict[str, object] = {
        "currency": new.currency,
        "image": new.image,
        "renting_server": new.server,
        "type": "spot" if spot else "on-demand",
    }
    optional = {
        "spotprice": new.spot_price,
        "required_price": new.required_price,
        "ports": {str(port): kind for port, kind in new.ports.items()} or None,
        "env": dict(new.env) or None,
        "jupyter_token": new.jupyter_token,
        "ssh_key": new.ssh_key,
        "ssh_password": new.ssh_password,
        "command": new.command,
        "autossh_entrypoint": new.autossh_entrypoint,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def _as_it_was() -> list[dict[str, Any]]:
    return [machine(), machine(OTHER, Decimal("0.00012"))]


MARKETS: Final[dict[str, Callable[[], list[dict[str, Any]]]]] = {
    "as it was": _as_it_was,
    "dearer": lambda: [machine(price=Decimal("0.0002")), machine(OTHER, Decimal("0.00012"))],
    "taken": lambda: [machine(rented=True), machine(OTHER, Decimal("0.00012"))],
    "gone": lambda: [machine(OTHER, Decimal("0.00012"))],
    "coin": lambda: [machine(allowed_coins=["CLORE-Blockchain"]), machine(OTHER)],
}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(inputs, min_size=8, max_size=25))
async def test_whatever_is_pressed_and_typed_only_what_was_shown_is_sent_and_once(steps: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with by_hand(Path(folder)) as stage:
            key = stage.clore.add_key()
            await renter(
                stage, key=key, servers=_as_it_was(), wallets=[*coins(), {"name": "CLORE-Blockchain", "balance": 5}]
            )
            wizard = Wizard(stage, key)
            await wizard.does("command", ("rent", str(MACHINE)))
            for kind, what in steps:
                await wizard.does(kind, what)
                wizard.check()
            await asyncio.sleep(200)
            wizard.check()
