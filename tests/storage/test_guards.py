"""Guards of bids as rows: chosen, switched on and off, moved once, one for each bid of an account, and gone when long off."""

from __future__ import annotations

import pytest

from bot.domain.ids import KeyId, OrderId, ServerId, TelegramChatId
from storage.guards import GuardedBid, GuardPost, once_of
from storage.store import Store
from tests.storage.world import ANN, BOB, MINUTE, NOW, account, chat, undone

BID = OrderId(38)


def chosen(store: Store, number: int = 38, *, terms: str = "{}") -> GuardedBid:
    of = chat(store)
    mine = store.accounts.default(of) or account(store, of)
    return store.guards.choose(of, mine.id, ANN, OrderId(number), ServerId(6), terms, NOW)


def on(store: Store, number: int = 38) -> GuardedBid:
    guard = chosen(store, number)
    assert store.guards.switch_on(guard.id, BOB, '{"a":1}', '{"b":1}', NOW + MINUTE)
    found = store.guards.get(guard.chat, guard.id)
    assert found is not None
    return found


def key_of(store: Store, guard: GuardedBid) -> KeyId:
    found = store.accounts.get(guard.chat, guard.account)
    assert found is not None
    return found.key


def test_terms_are_chosen_before_anything_is_done(store: Store) -> None:
    guard = chosen(store)
    assert (guard.state, guard.body, guard.stands) == ("off", None, False)
    again = chosen(store, terms='{"a":2}')
    assert (again.id, again.terms) == (guard.id, '{"a":2}')
    assert store.guards.posts() == ()
    assert store.guards.get(chat(store, 501), guard.id) is None


def test_one_that_is_on_is_known_by_its_chat_its_key_and_its_bid(store: Store) -> None:
    guard = on(store)
    assert (guard.state, guard.user, guard.terms, guard.body) == ("on", BOB, '{"a":1}', '{"b":1}')
    assert store.guards.of_chat(guard.chat) == (guard,)
    assert store.guards.orders() == {BID}
    post = GuardPost(guard.id, guard.chat, key_of(store, guard), BID, ServerId(6), "on", NOW + MINUTE)
    assert store.guards.posts() == (post,)
    assert store.guards.servers_of(key_of(store, guard)) == {ServerId(6)}
    assert not store.guards.elsewhere(guard.account, BID)
    assert chosen(store, terms='{"a":3}').body == '{"b":1}', "what is in force stays while terms are chosen"


def test_it_moves_once_from_where_it_is_with_what_is_known_then(store: Store) -> None:
    guard = on(store)
    assert store.guards.move(guard.id, "acting", '{"b":2}', of=("on",), now=NOW, moves=1)
    assert not store.guards.move(guard.id, "acting", '{"b":3}', of=("on",), now=NOW, moves=2)
    assert not store.guards.switch_on(guard.id, ANN, "{}", "{}", NOW), "a step is under way"
    (standing,) = store.guards.of_chat(guard.chat)
    assert (standing.state, standing.body, standing.moves) == ("acting", '{"b":2}', 1)
    assert store.guards.move(guard.id, "ending", '{"b":2}', of=("acting",), now=NOW)
    assert (store.guards.orders(), [post.state for post in store.guards.posts()]) == (frozenset(), ["ending"])
    assert store.guards.move(guard.id, "off", '{"b":2}', of=("ending",), now=NOW)
    assert store.guards.servers_of(key_of(store, guard)) == frozenset()
    with undone(store, durable=True):
        assert store.guards.switch_on(guard.id, ANN, "{}", "{}", NOW)
    assert store.guards.posts() == ()


def test_the_same_bid_is_seen_to_be_guarded_from_another_chat(store: Store) -> None:
    guard, other = on(store), chat(store, 501)
    theirs = account(store, other)
    assert store.guards.elsewhere(theirs.id, BID)
    assert not store.guards.elsewhere(theirs.id, OrderId(39))
    assert not store.guards.elsewhere(guard.account, BID)


def test_only_what_is_long_off_is_deleted(store: Store) -> None:
    guard, other = on(store), on(store, 39)
    assert store.guards.move(guard.id, "over", "{}", of=("on",), now=NOW)
    assert store.guards.prune(NOW) == 0
    assert store.guards.prune(NOW + MINUTE) == 1
    assert store.guards.of_chat(other.chat) == (other,)


def test_each_step_has_a_token_of_its_own(store: Store) -> None:
    first, second = chosen(store), chosen(store, 39)
    assert len({once_of(guard.id, move) for guard in (first, second) for move in (1, 2, 11)}) == 6


@pytest.mark.parametrize("both", [False, True], ids=["one", "both"])
def test_a_guard_goes_with_its_bid_where_two_chats_become_one(store: Store, both: bool) -> None:
    old, new = chat(store, -500, "Group"), chat(store, -1001, "Group")
    mine, twin = account(store, old), account(store, new)
    if both:
        store.guards.choose(old, mine.id, ANN, BID, ServerId(6), '{"kept":1}', NOW)
    store.guards.choose(new, twin.id, ANN, BID, ServerId(6), '{"moved":1}', NOW)
    store.chats.migrate(TelegramChatId(-500), TelegramChatId(-1001))
    found = store.guards.of_order(mine.id, BID)
    assert found is not None
    assert (found.chat, found.terms) == (old, '{"kept":1}' if both else '{"moved":1}')


def test_what_a_person_has_stopped_stays_stopped_until_it_is_lifted(store: Store) -> None:
    of = chat(store)
    assert store.chats.in_panic() == frozenset()
    assert store.chats.panic(of, ANN, NOW)
    assert not store.chats.panic(of, BOB, NOW + MINUTE)
    assert (store.chats.get(of).panic_at, store.chats.get(of).panic_by) == (NOW, ANN)
    assert store.chats.in_panic() == {of}
    assert store.chats.lift_panic(of)
    assert not store.chats.lift_panic(of)
    assert store.chats.get(of).panic_at is None


def test_a_group_that_was_stopped_is_so_as_a_supergroup_too(store: Store) -> None:
    old, new = chat(store, -500, "Group"), chat(store, -1001, "Group")
    store.chats.panic(new, ANN, NOW)
    store.chats.migrate(TelegramChatId(-500), TelegramChatId(-1001))
    assert store.chats.in_panic() == {old}
