"""Chats: known by our own number, paused and resumed, and followed when a group becomes a supergroup."""

from datetime import timedelta

import pytest

from bot.alerts.alert import AlertType, Severity
from bot.alerts.preferences import Loudness, Preferences, QuietHours
from bot.domain.ids import AccountId, ChatId, MessageId, TelegramChatId
from storage.errors import NotFound
from storage.ledger import Entry
from storage.store import Store
from tests.storage.world import ANN, BOB, MINUTE, NOW, account, chat, fill, needle, notice, sealed_values

OLD = TelegramChatId(-500)
NEW = TelegramChatId(-1001234567890)


def group(store: Store, number: TelegramChatId, title: str = "Miners") -> ChatId:
    return store.chats.of(number, "supergroup" if number == NEW else "group", title, NOW).id


def entry(store: Store, of: ChatId) -> Entry:
    (found,) = store.ledger.of_chat(of, 10)
    return found


def all_open(store: Store) -> None:
    for place, sealed in sealed_values(store):
        store.vault.open(place, sealed)


def test_a_chat_keeps_its_number_and_learns_its_new_title(store: Store) -> None:
    first = store.chats.of(OLD, "group", "Miners", NOW)
    again = store.chats.of(OLD, "group", "Diggers", NOW + MINUTE)
    assert (again.id, again.title, again.created_at) == (first.id, "Diggers", NOW)
    assert store.chats.get(first.id) == again
    assert store.chats.find(NEW) is None
    with pytest.raises(NotFound):
        store.chats.get(ChatId(99))


def test_a_paused_chat_is_not_active_and_says_why(store: Store) -> None:
    one, two = chat(store, 1), chat(store, 2)
    assert store.chats.pause(one, "blocked", NOW)
    assert not store.chats.pause(one, "kicked", NOW + MINUTE)
    paused = store.chats.get(one)
    assert (paused.state, paused.paused_reason, paused.paused_at) == ("paused", "blocked", NOW)
    assert store.chats.get(two).state == "active"
    assert store.chats.resume(one)
    assert not store.chats.resume(one)
    assert store.chats.get(one).paused_reason is None


def test_only_an_account_of_the_chat_becomes_its_default(store: Store) -> None:
    one, two = chat(store, 1), chat(store, 2)
    mine, second = account(store, one, 1), account(store, one, 2, "second")
    theirs = account(store, two, 3)
    assert store.chats.get(one).default_account == mine.id
    store.chats.use(one, second.id)
    assert store.chats.get(one).default_account == second.id
    for wrong in (theirs.id, AccountId(99)):
        with pytest.raises(NotFound):
            store.chats.use(one, wrong)


def test_a_group_keeps_everything_as_a_supergroup_and_may_be_told_twice(store: Store) -> None:
    old = group(store, OLD)
    mine = fill(store, old, 1)
    for _ in range(2):
        followed = store.chats.migrate(OLD, NEW)
        assert followed is not None
        assert (followed.id, followed.telegram_id, followed.kind) == (old, NEW, "supergroup")
    assert store.chats.find(OLD) is None
    assert store.accounts.api_key(mine) == needle(1)
    assert store.inbox.delete_of_chat(NEW) == 1


def test_a_move_of_unknown_chats_is_nothing(store: Store) -> None:
    assert store.chats.migrate(OLD, NEW) is None
    new = group(store, NEW)
    followed = store.chats.migrate(OLD, NEW)
    assert followed is not None
    assert followed.id == new


@pytest.mark.parametrize("first", [OLD, NEW])
def test_two_rows_of_one_chat_become_one_in_either_order(store: Store, first: TelegramChatId) -> None:
    second = NEW if first == OLD else OLD
    survivor, other = group(store, first, "first"), group(store, second, "second")
    kept, moved = fill(store, survivor, 1), fill(store, other, 2)
    followed = store.chats.migrate(OLD, NEW)
    assert followed is not None
    assert (followed.id, followed.telegram_id, followed.kind) == (survivor, NEW, "supergroup")
    assert followed.default_account == kept.id
    assert [(each.id, each.name) for each in store.accounts.of_chat(survivor)] == [
        (kept.id, "main"),
        (moved.id, "main (2)"),
    ]
    assert [store.accounts.api_key(each) for each in store.accounts.of_chat(survivor)] == [needle(1), needle(2)]
    assert len(store.alerts.states(moved.id)) == 1
    assert len(store.ledger.of_chat(survivor, 10)) == 2
    assert {store.ledger.secret(each) for each in store.ledger.of_chat(survivor, 10)} == {
        needle(1).encode(),
        needle(2).encode(),
    }
    assert store.outbox.counts() == {"queued": 2}
    with pytest.raises(NotFound):
        store.chats.get(other)
    all_open(store)
    assert store.chats.migrate(OLD, NEW) == followed


def test_the_same_key_in_both_rows_is_one_account(store: Store) -> None:
    old, new = group(store, OLD), group(store, NEW)
    mine, twin = account(store, old, 1), account(store, new, 1, "other")
    store.ledger.open(new, twin.id, twin.key, ANN, "t", "cancel_order", "{}", NOW)
    store.outbox.put(new, twin.id, "once", "plain", 3, "{}", NOW)
    store.chats.migrate(OLD, NEW)
    assert store.accounts.of_chat(old) == (mine,)
    assert entry(store, old).account == mine.id
    (letter,) = store.outbox.due(NOW, 10)
    assert (letter.chat, letter.account) == (old, mine.id)


def test_numbers_of_messages_do_not_follow_into_the_supergroup(store: Store) -> None:
    """There the same number would be somebody else's message, to be edited by mistake."""
    old = group(store, OLD)
    fill(store, old, 1)
    store.outbox.put(old, None, "edit", "plain", 0, "{}", NOW, edits=MessageId(7))
    (letter,) = store.outbox.due(NOW, 1)
    assert letter.edits == 7
    store.ledger.set_message(entry(store, old).id, MessageId(7))
    store.questions.set_message(old, ANN, MessageId(7))
    store.chats.migrate(OLD, NEW)
    (letter,) = store.outbox.due(NOW, 1)
    assert letter.edits is None
    assert entry(store, old).message is None
    question = store.questions.find(old, ANN, NOW, 1)
    assert question is not None
    assert question.message is None


def test_the_supergroup_says_whether_it_can_be_reached_and_its_question_is_the_newer(store: Store) -> None:
    old, new = group(store, OLD), group(store, NEW)
    store.chats.pause(old, "kicked", NOW)
    store.outbox.hold(old, NOW + timedelta(days=1))
    for of, kind in ((old, "older"), (new, "newer")):
        store.questions.ask(of, ANN, kind, "{}", NOW, MINUTE)
    store.questions.ask(old, BOB, "his", "{}", NOW, MINUTE)
    store.outbox.put(new, None, "once", "plain", 3, "{}", NOW)
    store.chats.migrate(OLD, NEW)
    assert store.chats.get(old).state == "active"
    assert len(store.outbox.due(NOW, 10)) == 1
    kinds = [found and found.kind for found in (store.questions.find(old, who, NOW, 1) for who in (ANN, BOB))]
    assert kinds == ["newer", "his"]


def test_a_value_that_was_damaged_does_not_stop_the_move(store: Store) -> None:
    group(store, OLD)
    new = group(store, NEW)
    fill(store, new, 1)
    store.db.execute("UPDATE accounts SET sealed_key = x'01'")
    followed = store.chats.migrate(OLD, NEW)
    assert followed is not None
    assert len(store.accounts.of_chat(followed.id)) == 1


def test_what_a_chat_wants_to_be_told_is_kept_and_follows_it(store: Store) -> None:
    wants = Preferences(
        {AlertType.ORDER_ENDED: Loudness.SILENT}, "Europe/Berlin", QuietHours(1320, 420), muted_until=NOW
    )
    old = group(store, OLD)
    assert store.chats.preferences(old) == Preferences()
    new = group(store, NEW)
    store.chats.prefer(new, wants)
    merged = store.chats.migrate(OLD, NEW)
    assert merged is not None
    assert store.chats.preferences(merged.id) == wants
    with pytest.raises(NotFound):
        store.chats.preferences(ChatId(99))


def test_what_is_held_back_is_one_row_an_episode_and_follows_its_chat(store: Store) -> None:
    here = group(store, OLD)
    mine = account(store, here)
    there = group(store, NEW)
    store.held.hold(here, mine.id, notice(), NOW)
    store.held.hold(here, mine.id, notice(Severity.CRITICAL, stage=3), NOW)
    assert store.held.end(mine.id, "e38")
    assert not store.held.end(mine.id, "another")
    (held,) = store.held.of_chat(here)
    assert (held.notice.stage, held.over) == (3, True)
    assert store.chats.migrate(OLD, NEW) is not None
    assert store.held.chats() == (min(here, there),)
    store.held.release(mine.id, "e38")
    assert store.held.chats() == ()
