"""From the claimed confirmation to "rented #id" or "not rented": sent once, or refused with the next step in one tap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ids import ServerId
from bot.domain.money import CLORE
from bot.domain.secrets import NO_SECRETS
from tests.journeys.hands import answer_of, forges
from tests.journeys.markets import key_of
from tests.journeys.renting import (
    CREATE,
    MACHINE,
    PASSWORD,
    account_of,
    asked,
    bought,
    creations,
    drafted,
    lists,
    machine,
    made,
    rents,
    state_of,
    wanted,
)
from tests.journeys.stories import by_hand, coins, edited, ends, happens, rental, renter, sent
from tests.stage import Stage, labels, shown

pytestmark = pytest.mark.looptime

Arrange = Callable[[Stage], object]


# Rented


async def test_a_machine_is_rented_on_demand_and_its_number_is_told(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 3), servers=[machine()])
        draft = drafted(stage, ada, wanted())
        message = await rents(stage, ada, wanted(), draft=draft.id)
        waiting = await ada.sees("Renting", "2x RTX 4090 · on demand · 0.0001 BTC a day before fee")
        assert waiting["message_id"] == message
        told = await ada.sees("Rented", "server 6001", "costs no creation fee")
        assert told["message_id"] == message
        (order,) = bought(stage)
        assert f"#{order}" in shown(told)
        assert "Open order" in labels(told)
        (call,) = creations(stage)
        assert isinstance(call.body, dict)
        assert (call.body["ssh_password"], call.body["required_price"]) == (PASSWORD, Decimal("0.0001"))
        assert state_of(stage, ada, draft.id) == "sent"


async def test_the_first_minutes_begin_with_the_password_and_the_ledger_forgets_it(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        await ada.sees("Rented")
        (order,) = bought(stage)
        assert stage.store is not None
        account = account_of(stage, ada)
        row = stage.store.deployments.of_order(account.id, order)  # type: ignore[arg-type]
        assert row is not None
        assert (row.order, row.server) == (order, ServerId(MACHINE))
        assert (stage.store.deployments.secrets(row) or NO_SECRETS).ssh_password == PASSWORD
        entry = stage.store.ledger.get(row.entry)
        assert entry is not None
        assert stage.store.ledger.secret(entry) is None
        assert (entry.state, entry.order) == ("done", order)


async def test_a_bid_is_placed_and_found_like_an_order(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted(spot_price=Decimal("0.00002")))
        await ada.sees("Placing the bid", "spot", "0.00002 BTC a day before fee")
        await ada.sees("Bid placed", f"#{await made(stage)}", "while it waits it costs nothing")
        assert len(bought(stage)) == 1


async def test_ten_presses_of_one_button_rent_once(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        data, message = asked(stage, ada, wanted()), (await ada.last())["message_id"]
        presses = [
            stage.post("press", chat=ada.chat, user=ada.user, data=data, forged=True, message=message)
            for _ in range(10)
        ]
        answers = await asyncio.gather(*(answer_of(ada, press) for press in await asyncio.gather(*presses)))
        assert sorted(set(answers)) == ["Confirmed. Asking CLORE.AI …", "Pressed before: it is on its way, or done."]
        await ada.sees("Rented", f"#{await made(stage)}")
        assert len(creations(stage)) == 1


async def test_two_machines_that_are_rented_together_get_each_its_own_order(tmp_path: Path) -> None:
    async with by_hand(tmp_path, lag=(15, 20)) as stage:
        ada = await renter(stage, servers=[machine(), machine(6002)])
        buttons = [asked(stage, ada, wanted(number)) for number in (MACHINE, 6002)]
        for data in buttons:
            await forges(ada, data)
        await happens(lambda: len(sent(stage, "Rented")) + len(edited(stage, "Rented")) == 2, "both are told")
        said = [str(call.params["text"]) for call in [*sent(stage, "Rented"), *edited(stage, "Rented")]]
        for order in bought(stage):
            server = stage.clore.world.orders[order].server
            assert len([text for text in said if f"#{order}" in text and f"{server}" in text]) == 1


async def test_two_bids_for_one_machine_claim_two_orders(tmp_path: Path) -> None:
    async with by_hand(tmp_path, lag=(15, 20)) as stage:
        ada = await renter(stage, servers=[machine()])
        buttons = [asked(stage, ada, wanted(spot_price=Decimal(price))) for price in ("0.00002", "0.00003")]
        for data in buttons:
            await forges(ada, data)
        await happens(lambda: len(edited(stage, "Bid placed")) == 2, "both are told")
        said = [str(call.params["text"]) for call in edited(stage, "Bid placed")]
        assert all(any(f"#{order}" in text for text in said) for order in bought(stage))
        assert len(bought(stage)) == 2


# Not sent: what can be known before


@pytest.mark.parametrize(
    ("arrange", "words", "way"),
    [
        (
            lambda stage: lists(stage, machine(price=Decimal("0.00012"))),
            ("The host changed the price: 0.0001 BTC → 0.00012 BTC a day", "Nothing was rented"),
            "At 0.00012 BTC a day",
        ),
        (lambda stage: lists(stage, machine(rented=True)), ("Somebody else has rented",), "Next similar"),
        (
            lambda stage: lists(stage, machine(allowed_coins=[CLORE])),
            ("does not take bitcoin", "Nothing was rented"),
            "Other coin",
        ),
        (lambda stage: stage.clore.load({"limit": 1}, key=key_of(stage)), ("as many active orders", "(1)"), "Rentals"),
        (
            lambda stage: stage.clore.fault("500", operation="my_orders", times=None),
            ("did not answer", "Nothing was rented", "Safe to try again"),
            "Try again",
        ),
        (
            lambda stage: stage.clore.act("revoke_key", key=key_of(stage)),
            ("Key rejected", "Nothing was rented"),
            "Replace",
        ),
    ],
    ids=["price", "taken", "coin", "full", "unreachable", "key"],
)
async def test_what_stands_in_the_way_is_said_and_nothing_is_sent(
    tmp_path: Path, arrange: Arrange, words: tuple[str, ...], way: str
) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 3), servers=[machine()])
        draft = drafted(stage, ada, wanted())
        arrange(stage)
        message = await rents(stage, ada, wanted(), draft=draft.id)
        told = await ada.sees(*words)
        assert told["message_id"] == message
        assert any(way in label for label in labels(told)), labels(told)
        assert creations(stage) == []
        assert state_of(stage, ada, draft.id) == "open"


async def test_without_the_marketplace_the_pinned_price_is_guard_enough(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        lists(stage, machine(price=Decimal("0.00012")))
        stage.clore.fault("500", operation="marketplace", times=3)
        await rents(stage, ada, wanted())
        await ada.sees("The host changed the price", "0.0001 BTC → 0.00012 BTC", "Nothing was rented")
        assert [call.executed for call in creations(stage)] == [False]


# Refused


@pytest.mark.parametrize(
    ("answer", "words", "ways"),
    [
        ("server-already-rented", ("Somebody else has rented",), ("Next similar",)),
        ("currency-not-allowed", ("does not take bitcoin",), ("Other coin", "Next similar")),
        ("not_enough_balance", ("not enough bitcoin",), ("Other coin", "Wallet and deposit")),
        ("server-offline", ("offline",), ("Next similar",)),
        ("host_is_<asleep>", ("CLORE.AI refused: host_is_<asleep>",), ("Change the order", "Next similar")),
    ],
)
async def test_each_refusal_has_its_reason_and_the_next_step_in_one_tap(
    tmp_path: Path, answer: str, words: tuple[str, ...], ways: tuple[str, ...]
) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.answer(CREATE, json.dumps({"error": answer, "code": 6}))
        await rents(stage, ada, wanted(), draft=draft.id)
        told = await ada.sees("Not rented", "Nothing was rented", *words)
        assert all(any(way in label for label in labels(told)) for way in ways), labels(told)
        assert state_of(stage, ada, draft.id) == "open"
        assert len(creations(stage)) == 1


async def test_without_a_draft_the_ways_lead_back_to_the_market(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.answer(CREATE, json.dumps({"error": "currency-not-allowed", "code": 6}))
        await rents(stage, ada, wanted())
        told = await ada.sees("Not rented", "does not take bitcoin")
        assert {"🖥 The machine", "🔍 Search"} <= set(labels(told))


async def test_a_bid_below_the_hosts_minimum_is_told_the_minimum(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        bid = wanted(spot_price=Decimal("0.000009"))
        await rents(stage, ada, bid, draft=drafted(stage, ada, bid).id)
        told = await ada.sees("Bid not placed", "less than the host takes", "0.00001 BTC a day or more")
        assert "Bid 0.00001 BTC or more…" in labels(told)


async def test_a_machine_that_this_account_has_already_is_not_said_to_be_somebody_elses(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 3, si=MACHINE), servers=[machine()])
        stage.clore.fault("500", operation="marketplace", times=3)
        await rents(stage, ada, wanted())
        told = await ada.sees("Not rented", "This account has rented the machine already: #3")
        assert "Open order" in labels(told)


async def test_an_invalid_order_and_one_that_came_too_soon_are_told_apart(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.answer(CREATE, json.dumps({"code": 2}))
        await rents(stage, ada, wanted())
        await ada.sees("Not rented", "cannot take the order as it is", "Nothing was rented")
        stage.clore.fault("429", operation=CREATE, times=None)
        await rents(stage, ada, wanted())
        await ada.sees("takes no more requests", "Nothing was rented", "Safe to try again in 30 s")
        assert bought(stage) == []


async def test_a_creation_that_came_too_soon_is_repeated(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.fault("429", operation=CREATE, times=3)
        await rents(stage, ada, wanted())
        await ada.sees("Rented", f"#{await made(stage)}")
        assert [call.executed for call in creations(stage)] == [False] * 3 + [True]


# What the alerts make of it


async def test_a_new_order_of_ours_alarms_nobody(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()], wallets=coins(5))
        await rents(stage, ada, wanted())
        await ada.sees("Rented")
        await asyncio.sleep(300)
        assert [str(call.params["text"]) for call in sent(stage, "Critical")] == []
        assert [str(call.params["text"]) for call in sent(stage, "Warning")] == []
        ends(stage, bought(stage)[0])
