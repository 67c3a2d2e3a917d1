"""The ledger: written before the request, once, ended once, and never sent twice."""

from collections.abc import Callable
from typing import get_args

import pytest

from bot.domain.ids import ChatId, MessageId, OrderId
from storage.ledger import AlreadyInLedger, EndState, Entry
from storage.store import Store
from tests.storage.world import ANN, MINUTE, NOW, account, chat, undone


def open_entry(store: Store, once: str = "t1", *, of: ChatId | None = None, operation: str = "cancel_order") -> Entry:
    mine = store.accounts.default(of or chat(store)) or account(store, of or chat(store))
    return store.ledger.open(
        mine.chat, mine.id, mine.key, ANN, once, operation, '{"id":38}', NOW, order=OrderId(38), secret=b"password"
    )


def state(store: Store, entry: Entry) -> str:
    found = store.ledger.get(entry.id)
    assert found is not None
    return found.state


def test_an_entry_goes_from_asked_over_sent_to_its_end(store: Store) -> None:
    entry = open_entry(store)
    assert (entry.state, entry.order, entry.body, entry.asked_at) == ("asked", 38, '{"id":38}', NOW)
    assert store.ledger.unfinished() == (entry,)
    assert store.ledger.sent(entry.id, NOW + MINUTE)
    assert [found.state for found in store.ledger.unfinished()] == ["sent"]
    assert store.ledger.end(entry.id, "done", "{}", NOW + 2 * MINUTE)
    store.ledger.set_message(entry.id, MessageId(7))
    ended = store.ledger.get(entry.id)
    assert ended is not None
    assert (ended.sent_at, ended.ended_at, ended.result, ended.message) == (NOW + MINUTE, NOW + 2 * MINUTE, "{}", 7)
    assert store.ledger.unfinished() == ()
    assert store.ledger.told(entry.id, NOW)
    assert not store.ledger.told(entry.id, NOW)


def test_a_confirmation_is_acted_upon_once(store: Store) -> None:
    entry = open_entry(store)
    with pytest.raises(AlreadyInLedger) as refused:
        open_entry(store)
    assert refused.value.entry == entry


def test_a_request_leaves_once(store: Store) -> None:
    entry = open_entry(store)
    assert store.ledger.sent(entry.id, NOW)
    assert not store.ledger.sent(entry.id, NOW), "a second sending is refused"
    store.ledger.end(entry.id, "refused", "{}", NOW)
    assert not store.ledger.sent(entry.id, NOW)
    assert not store.ledger.sent(99, NOW)


@pytest.mark.parametrize("end", get_args(EndState))
def test_an_end_is_final_unless_it_is_unknown_and_takes_the_secret_with_it(store: Store, end: EndState) -> None:
    entry = open_entry(store)
    assert store.ledger.secret(entry) == b"password"
    assert store.ledger.end(entry.id, end, "{}", NOW)
    final = end != "unknown"
    assert store.ledger.secret(entry) == (None if final else b"password")
    assert store.ledger.end(entry.id, "done", "{}", NOW) is not final
    assert state(store, entry) == (end if final else "done")


def test_what_was_asked_or_sent_is_found_again_after_a_restart(opened: Callable[[], Store]) -> None:
    store = opened()
    asked, sent, ended = (open_entry(store, once) for once in ("a", "b", "c"))
    store.ledger.sent(sent.id, NOW)
    store.ledger.end(ended.id, "done", "{}", NOW)
    again = opened()
    assert [(entry.id, entry.state) for entry in again.ledger.unfinished()] == [(asked.id, "asked"), (sent.id, "sent")]


def test_a_claim_and_its_entry_are_one_step(store: Store) -> None:
    here = chat(store)
    mine = account(store, here)
    token = store.confirmations.ask(here, ANN, mine.id, "cancel", "{}", NOW, MINUTE)
    with undone(store, durable=True):
        store.confirmations.claim(token, here, ANN, NOW)
        open_entry(store, token)
    found = store.confirmations.find(token)
    assert found is not None
    assert found.used_at is None
    assert store.ledger.unfinished() == ()


def test_the_history_of_a_chat_is_read_in_pages(store: Store) -> None:
    entries = [open_entry(store, f"t{number}") for number in range(5)]
    open_entry(store, "theirs", of=chat(store, 2))
    first = store.ledger.of_chat(chat(store), 2)
    assert first == (entries[4], entries[3])
    assert store.ledger.of_chat(chat(store), 9, before=first[-1].id) == (entries[2], entries[1], entries[0])


def test_cancellations_are_seen_through_every_chat_of_the_key(store: Store) -> None:
    here, there = chat(store, 1), chat(store, 2)
    mine, theirs = open_entry(store, "a", of=here), open_entry(store, "b", of=there)
    bid = open_entry(store, "c", of=here, operation="set_spot_price")
    asked = open_entry(store, "d", of=here)
    failed = open_entry(store, "e", of=here)
    for entry in (mine, theirs, bid, failed):
        store.ledger.sent(entry.id, NOW)
    for entry in (theirs, bid):
        store.ledger.end(entry.id, "done", "{}", NOW + MINUTE)
    store.ledger.end(failed.id, "refused", "{}", NOW + MINUTE)
    found = [entry.id for entry in store.ledger.cancelled(mine.key, NOW)]
    assert found == [mine.id, theirs.id]
    assert asked.id not in found
    assert [entry.id for entry in store.ledger.cancelled(mine.key, NOW + MINUTE)] == [theirs.id]


def test_an_entry_is_durable_and_says_so_where_it_could_not_be(store: Store) -> None:
    with store.transaction(), pytest.raises(AssertionError, match="durable"):
        open_entry(store)


def test_an_unknown_creation_is_looked_for_until_it_is_found_or_given_up(store: Store) -> None:
    lost, found, cancelled = creation(store, "a"), creation(store, "b"), open_entry(store, "c")
    for entry in (lost, found, cancelled):
        store.ledger.end(entry.id, "unknown", "{}", NOW)
    assert [entry.id for entry in store.ledger.unknown_creations()] == [lost.id, found.id]
    assert store.ledger.end(found.id, "done", "{}", NOW)
    assert store.ledger.give_up(lost.id, '{"never":1}', NOW + MINUTE)
    assert not store.ledger.give_up(lost.id, "{}", NOW + MINUTE)
    assert not store.ledger.give_up(cancelled.id, "{}", NOW)
    assert store.ledger.unknown_creations() == ()
    last = store.ledger.get(lost.id)
    assert last is not None
    assert (last.state, last.result, store.ledger.secret(last)) == ("unknown", '{"never":1}', None)


def test_an_order_is_claimed_by_one_creation_of_its_key(store: Store) -> None:
    first, second = (creation(store, once) for once in ("a", "b"))
    assert store.ledger.claim_order(first.id, OrderId(500))
    assert store.ledger.claim_order(first.id, OrderId(500)), "the same again is no second claim"
    assert not store.ledger.claim_order(second.id, OrderId(500))
    assert not store.ledger.claim_order(first.id, OrderId(501)), "one creation makes one order"
    assert store.ledger.claimed(first.key) == {500}


def test_those_that_left_later_and_have_no_order_yet_are_looking_too(store: Store) -> None:
    first, second, third = (creation(store, once) for once in ("a", "b", "c"))
    for minutes, entry in enumerate((first, second, third)):
        assert store.ledger.note_before(entry.id, "[]")
        assert store.ledger.sent(entry.id, NOW + minutes * MINUTE)
        assert not store.ledger.note_before(entry.id, "[1]"), "what was listed before is not changed afterwards"
    left = store.ledger.get(first.id)
    assert left is not None
    assert [entry.id for entry in store.ledger.looking_after(left)] == [second.id, third.id]
    store.ledger.claim_order(second.id, OrderId(500))
    store.ledger.end(third.id, "refused", "{}", NOW)
    assert store.ledger.looking_after(left) == ()


def creation(store: Store, once: str) -> Entry:
    mine = store.accounts.default(chat(store)) or account(store, chat(store))
    return store.ledger.open(mine.chat, mine.id, mine.key, ANN, once, "create_order", "{}", NOW, secret=b"password")
