"""Bids on their way down as rows: begun, moved once, seen in their own chat only, and deleted when long over."""

from __future__ import annotations

from bot.domain.ids import OrderId, ServerId
from storage.lowerings import Lowering, once_of
from storage.store import Store
from tests.storage.world import ANN, MINUTE, NOW, account, chat, undone


def begun(store: Store, number: int = 38) -> Lowering:
    of = chat(store)
    mine = store.accounts.default(of) or account(store, of)
    return store.lowerings.begin(of, mine.id, ANN, OrderId(number), ServerId(6), "{}", NOW)


def test_one_is_begun_and_found_by_its_bid_in_its_chat_only(store: Store) -> None:
    lowering = begun(store)
    assert lowering.state == "waiting"
    assert store.lowerings.of_order(lowering.account, OrderId(38)) == lowering
    assert store.lowerings.of_order(lowering.account, OrderId(39)) is None
    assert store.lowerings.get(lowering.chat, lowering.id) == lowering
    assert store.lowerings.get(chat(store, 501), lowering.id) is None


def test_it_moves_once_from_where_it_is_with_what_is_known_then(store: Store) -> None:
    lowering = begun(store)
    assert store.lowerings.move(lowering.id, "acting", '{"step":1}', of=("waiting",), now=NOW + MINUTE)
    assert not store.lowerings.move(lowering.id, "acting", '{"step":2}', of=("waiting",), now=NOW + MINUTE)
    (standing,) = store.lowerings.standing()
    assert (standing.state, standing.body, standing.changed_at) == ("acting", '{"step":1}', NOW + MINUTE)
    assert store.lowerings.move(lowering.id, "stopped", "{}", of=("waiting", "acting"), now=NOW)
    assert store.lowerings.standing() == ()
    assert store.lowerings.of_order(lowering.account, OrderId(38)) is None


def test_a_move_that_is_undone_has_not_happened(store: Store) -> None:
    lowering = begun(store)
    with undone(store, durable=True):
        assert store.lowerings.move(lowering.id, "acting", "{}", of=("waiting",), now=NOW)
    assert store.lowerings.standing() == (lowering,)


def test_only_what_is_long_over_is_deleted(store: Store) -> None:
    lowering, other = begun(store), begun(store, 39)
    assert store.lowerings.move(lowering.id, "dropped", "{}", of=("waiting",), now=NOW)
    assert store.lowerings.prune(NOW) == 0
    assert store.lowerings.prune(NOW + MINUTE) == 1
    assert store.lowerings.standing() == (other,)


def test_each_step_has_a_token_of_its_own(store: Store) -> None:
    first, second = begun(store), begun(store, 39)
    tokens = {once_of(lowering.id, step) for lowering in (first, second) for step in (1, 2, 11)}
    assert len(tokens) == 6
