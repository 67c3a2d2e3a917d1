"""Stop conditions as rows: armed, moved once, seen in their own chat only, and deleted when long over."""

from __future__ import annotations

from bot.domain.ids import ChatId, OrderId, ServerId
from storage.stops import Stop, once
from storage.store import Store
from tests.storage.world import ANN, MINUTE, NOW, account, chat, undone


def armed(store: Store, of: ChatId | None = None, number: int = 38) -> Stop:
    of = of or chat(store)
    mine = store.accounts.default(of) or account(store, of)
    return store.stops.arm(of, mine.id, ANN, OrderId(number), ServerId(6), "{}", NOW)


def test_one_is_armed_and_found_by_its_order_in_its_chat_only(store: Store) -> None:
    stop = armed(store)
    assert store.stops.of_order(stop.account, OrderId(38)) == (stop,)
    assert store.stops.of_order(stop.account, OrderId(39)) == ()
    assert store.stops.get(stop.chat, stop.id) == stop
    assert store.stops.get(chat(store, 501), stop.id) is None


def test_one_that_is_near_is_warned_of_by_its_own_screen(store: Store) -> None:
    mine = account(store, chat(store))
    stop = store.stops.arm(mine.chat, mine.id, ANN, OrderId(1), ServerId(6), "{}", NOW, state="warned")
    assert stop.state == "warned"


def test_it_moves_once_from_where_it_is(store: Store) -> None:
    stop = armed(store)
    assert store.stops.move(stop.id, "acting", of=("armed", "warned"), now=NOW + MINUTE)
    assert not store.stops.move(stop.id, "acting", of=("armed", "warned"), now=NOW + MINUTE)
    assert not store.stops.change(stop.id, '{"other":1}', NOW)
    (standing,) = store.stops.standing()
    assert (standing.state, standing.body, standing.changed_at) == ("acting", "{}", NOW + MINUTE)
    assert store.stops.move(stop.id, "carried out", of=("acting",), now=NOW)
    assert store.stops.standing() == ()


def test_a_move_that_is_undone_has_not_happened(store: Store) -> None:
    stop = armed(store)
    with undone(store, durable=True):
        assert store.stops.move(stop.id, "acting", of=("armed",), now=NOW)
    assert store.stops.standing() == (stop,)


def test_what_was_missed_can_be_set_anew(store: Store) -> None:
    stop = armed(store)
    assert store.stops.move(stop.id, "missed", of=("armed",), now=NOW)
    assert store.stops.change(stop.id, '{"other":1}', NOW + MINUTE)
    (standing,) = store.stops.standing()
    assert (standing.state, standing.body) == ("armed", '{"other":1}')


def test_what_was_promised_to_a_chat_that_is_paused_is_kept(store: Store) -> None:
    stop = armed(store)
    store.chats.pause(stop.chat, "blocked", NOW)
    assert store.stops.standing() == (stop,)


def test_only_what_is_long_over_is_deleted(store: Store) -> None:
    stop, other = armed(store), armed(store, number=39)
    assert store.stops.move(stop.id, "failed", of=("armed",), now=NOW)
    assert store.stops.prune(NOW) == 0
    assert store.stops.prune(NOW + MINUTE) == 1
    assert store.stops.standing() == (other,)


def test_its_cancellation_is_found_by_its_token(store: Store) -> None:
    stop = armed(store)
    mine = store.accounts.get(stop.chat, stop.account)
    assert mine is not None
    assert store.ledger.of_once(once(stop.id)) is None
    entry = store.ledger.open(mine.chat, mine.id, mine.key, ANN, once(stop.id), "cancel_order", "{}", NOW)
    assert store.ledger.of_once(once(stop.id)) == entry
