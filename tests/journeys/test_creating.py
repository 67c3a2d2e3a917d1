"""From the claimed confirmation to "rented #id", "not rented" or "unknown": sent once, whatever gets lost."""

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
from tests.journeys.renting import (
    CREATE,
    MACHINE,
    PASSWORD,
    account_of,
    asked,
    bought,
    creations,
    drafted,
    machine,
    rents,
    wanted,
)
from tests.journeys.stories import by_hand, coins, edited, ends, happens, rental, renter, sent
from tests.stage import Person, Stage, labels, shown

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
        assert _state_of(stage, ada, draft.id) == "sent"


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
        await ada.sees("Bid placed", f"#{await _listed(stage)}", "while it waits it costs nothing")
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
        await ada.sees("Rented", f"#{await _listed(stage)}")
        assert len(creations(stage)) == 1


async def test_two_machines_that_are_rented_together_get_each_its_own_order(tmp_path: Path) -> None:
    async with by_hand(tmp_path, lag=(15, 20)) as stage:
        ada = await renter(stage, servers=[machine(), machine(6002)])
        buttons = [asked(stage, ada, wanted(number)) for number in (MACHINE, 6002)]
        for data in buttons:
            await forges(ada, data)
        await happens(lambda: len(sent(stage, "Rented")) + len(edited(stage, "Rented")) == 2, "both are told")
        said = [str(call.params["text"]) for call in [*sent(stage, "Rented"), *edited(stage, "Rented")]]
        for order, server in _orders(stage).items():
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
            lambda stage: _lists(stage, machine(price=Decimal("0.00012"))),
            ("The host changed the price: 0.0001 BTC → 0.00012 BTC a day", "Nothing was rented"),
            "At 0.00012 BTC a day",
        ),
        (lambda stage: _lists(stage, machine(rented=True)), ("Somebody else has rented",), "Next similar"),
        (
            lambda stage: _lists(stage, machine(allowed_coins=[CLORE])),
            ("does not take bitcoin", "Nothing was rented"),
            "Other coin",
        ),
        (lambda stage: stage.clore.load({"limit": 1}, key=_key(stage)), ("as many active orders", "(1)"), "Rentals"),
        (
            lambda stage: stage.clore.fault("500", operation="my_orders", times=None),
            ("did not answer", "Nothing was rented", "Safe to try again"),
            "Try again",
        ),
        (
            lambda stage: stage.clore.act("revoke_key", key=_key(stage)),
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
        assert _state_of(stage, ada, draft.id) == "open"


async def test_without_the_marketplace_the_pinned_price_is_guard_enough(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        _lists(stage, machine(price=Decimal("0.00012")))
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
        assert _state_of(stage, ada, draft.id) == "open"
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
        await ada.sees("Rented", f"#{await _listed(stage)}")
        assert [call.executed for call in creations(stage)] == [False] * 3 + [True]


# Lost replies

EXECUTED = ["500_executed", "timeout_executed", "reset_executed", "html_executed", "truncated", "empty_executed"]
NOT_EXECUTED = ["500", "timeout", "reset", "html", "null"]


@pytest.mark.parametrize("mode", EXECUTED)
async def test_a_lost_reply_is_looked_up_and_found(tmp_path: Path, mode: str) -> None:
    async with by_hand(tmp_path, lag=(20, 20)) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault(mode, operation=CREATE)
        message = await rents(stage, ada, wanted(), draft=draft.id)
        if not mode.startswith("timeout"):  # by then the order is listed already
            checking = await ada.sees("Checking", "The order may exist", "nothing is sent again")
            assert checking["message_id"] == message
        told = await ada.sees("Rented", f"#{await _listed(stage)}")
        assert told["message_id"] == message
        assert [call.executed for call in creations(stage)] == [True]
        assert _state_of(stage, ada, draft.id) == "sent"


@pytest.mark.parametrize("mode", NOT_EXECUTED)
async def test_a_request_that_was_never_carried_out_is_called_probably_not_rented(tmp_path: Path, mode: str) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault(mode, operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        await ada.sees("Checking")
        told = await ada.sees("probably not rented", "I do not send it again by myself", "I go on looking for 30 min")
        assert {"📋 Look at the list", "🔁 Ask again…"} <= set(labels(told))
        assert _state_of(stage, ada, draft.id) == "open"
        assert [call.executed for call in creations(stage)] == [False]


async def test_what_is_never_seen_is_given_up_after_half_an_hour(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings={"BOT_POLL_SECONDS": "300"}) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("reset", operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        told = await ada.sees("probably not rented")
        looks = len(stage.clore.calls(operation="my_orders"))
        await asyncio.sleep(15 * 60)
        await _restart(stage)
        await asyncio.sleep(16 * 60)
        final = await ada.sees("Not rented", "No order of this machine was listed within 30 min", "Safe to rent again")
        assert final["message_id"] == told["message_id"]
        assert {"🔁 Ask again…", "📋 Look at the list"} <= set(labels(final))
        assert 30 <= len(stage.clore.calls(operation="my_orders")) - looks <= 70, "a look or two a minute"
        assert len(creations(stage)) == 1
        assert _state_of(stage, ada, draft.id) == "open"


@pytest.mark.parametrize(
    ("mode", "said"), [(None, "Accepted, not listed yet"), ("500_executed", "probably not rented")]
)
async def test_an_order_that_shows_up_late_is_told_aloud(tmp_path: Path, mode: str | None, said: str) -> None:
    async with by_hand(tmp_path, lag=(400, 400)) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        if mode:
            stage.clore.fault(mode, operation=CREATE)
        message = await rents(stage, ada, wanted(), draft=draft.id)
        doubt = await ada.sees(said, "I go on looking")
        assert "Ask again…" not in str(labels(doubt)) or mode
        await _restart(stage)
        await asyncio.sleep(400)
        (order,) = bought(stage)
        aloud = await ada.sees("Rented", f"#{order}", "Found after all", "min after I had asked", after=message)
        assert aloud["message_id"] > message
        assert any(f"#{order}" in shown(each) for each in await ada.messages() if each["message_id"] == message)
        assert len(creations(stage)) == 1
        assert _state_of(stage, ada, draft.id) == "sent"


async def test_without_a_list_to_look_at_nobody_can_say(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("500_executed", operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        await happens(lambda: creations(stage), "the request left")
        stage.clore.fault("500", operation="my_orders", times=None)
        told = await ada.sees("Outcome unknown", "cannot be read")
        assert "📋 Look at the list" in labels(told)
        assert _state_of(stage, ada, draft.id) == "sent"
        await asyncio.sleep(600)
        stage.clore.heal()
        await ada.sees("Rented", f"#{bought(stage)[0]}", "Found after all")
        assert len(creations(stage)) == 1


async def test_a_list_that_is_never_read_again_leaves_it_unknown(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("reset", operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        await happens(lambda: creations(stage), "the request left")
        stage.clore.act("down", on=True, key=_key(stage))
        await ada.sees("Outcome unknown", "I go on looking")
        await asyncio.sleep(45 * 60)
        await ada.sees("Outcome unknown", "could not be read all this time", "I look no longer")
        assert _state_of(stage, ada, draft.id) == "open"


async def test_another_order_of_the_same_key_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """Ours is lost; meanwhile an order for another machine and a bid for this one come up."""
    async with by_hand(tmp_path) as stage:
        key = stage.clore.add_key()
        ada = await renter(stage, key=key, servers=[machine(), machine(6002)])
        stage.clore.fault("500", operation=CREATE)
        await rents(stage, ada, wanted())
        await ada.sees("Checking")
        others = [rental(stage, 90, si=6002), rental(stage, 91, si=MACHINE, spot=True)]
        stage.clore.load({"orders": others}, key=key)
        await ada.sees("probably not rented")


async def test_who_was_left_in_doubt_and_presses_again_is_told_the_new_order_by_the_new_press(tmp_path: Path) -> None:
    """The first press is still looked for: what the second one made is not taken for it."""
    async with by_hand(tmp_path, settings={"BOT_POLL_SECONDS": "10"}, lag=(3, 3)) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.fault("500", operation=CREATE)
        first = await rents(stage, ada, wanted())
        await ada.sees("probably not rented")
        second = (await ada.says("and once more"))["message_id"]
        await ada.sees("Help", after=second)
        again = await rents(stage, ada, wanted())
        told = await ada.sees("Rented", f"#{await _listed(stage)}")
        assert told["message_id"] == again != first
        await asyncio.sleep(60)
        assert any("probably not rented" in shown(each) for each in await ada.messages() if each["message_id"] == first)
        assert len(bought(stage)) == 1


# Restarts


async def test_a_restart_after_the_request_left_looks_and_does_not_send(tmp_path: Path) -> None:
    async with by_hand(tmp_path, lag=(12, 20)) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        await happens(lambda: creations(stage), "the request left")
        await _restart(stage)
        await ada.sees("Rented", f"#{await _listed(stage)}")
        assert len(creations(stage)) == 1


async def test_a_restart_before_the_request_left_sends_it_while_the_press_holds(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.fault("slow", operation="my_orders", seconds=15)
        await rents(stage, ada, wanted())
        await asyncio.sleep(1)
        await stage.stop()
        assert creations(stage) == []
        await stage.start()
        await ada.sees("Rented", f"#{await _listed(stage)}")
        assert len(creations(stage)) == 1


async def test_a_press_that_was_not_sent_for_two_minutes_is_not_sent_any_more(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("timeout", operation="my_orders", times=None)
        await rents(stage, ada, wanted(), draft=draft.id)
        await asyncio.sleep(1)
        await stage.stop()
        stage.clore.heal()
        await asyncio.sleep(130)
        await stage.start()
        await ada.sees("Not sent", "Nothing was rented", "ask again")
        assert creations(stage) == []
        assert _state_of(stage, ada, draft.id) == "open"


async def test_an_account_that_is_removed_meanwhile_is_told_nothing_more(tmp_path: Path) -> None:
    async with by_hand(tmp_path, lag=(20, 20)) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        await happens(lambda: creations(stage), "the request left")
        assert stage.app is not None
        stage.app.house.remove_account(account_of(stage, ada))
        await asyncio.sleep(200)
        assert sent(stage, "Rented") == []
        assert stage.store is not None
        assert stage.store.ledger.unknown_creations() == ()
        assert stage.store.ledger.unfinished() == ()


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


async def _restart(stage: Stage) -> None:
    await stage.stop()
    await stage.start()


async def _listed(stage: Stage) -> int:
    """The number of the order that was made, once there is one."""
    await happens(lambda: bought(stage), "CLORE.AI made an order")
    return bought(stage)[0]


def _lists(stage: Stage, *machines: dict[str, object]) -> None:
    stage.clore.load({"servers": list(machines)}, key=_key(stage))


def _key(stage: Stage) -> str:
    """The key that Ada has connected."""
    return next(call.key for call in reversed(stage.clore.calls(operation="wallets")))


def _orders(stage: Stage) -> dict[int, int]:
    return {number: stage.clore.world.orders[number].server for number in bought(stage)}


def _state_of(stage: Stage, person: Person, draft: object) -> str:
    assert stage.store is not None
    found = stage.store.drafts.get(account_of(stage, person).chat, draft)  # type: ignore[arg-type]
    assert found is not None
    return found.state
