"""Messages that go by themselves."""

from datetime import timedelta

from bot.domain.ids import MessageId, TelegramChatId
from storage.store import Store
from tests.storage.world import NOW

GROUP = TelegramChatId(-100200)
LATER = NOW + timedelta(minutes=2)


def test_a_message_is_due_at_its_time_until_it_is_gone(store: Store) -> None:
    store.chats.of(GROUP, "supergroup", "Render team", NOW)
    store.vanishings.add(GROUP, MessageId(5), LATER)
    assert store.vanishings.due(NOW) == []
    assert store.vanishings.due(LATER) == [(GROUP, 5)]
    store.vanishings.done(GROUP, MessageId(5))
    assert store.vanishings.due(LATER) == []


def test_the_later_word_holds(store: Store) -> None:
    store.chats.of(GROUP, "supergroup", "Render team", NOW)
    store.vanishings.add(GROUP, MessageId(5), NOW)
    store.vanishings.add(GROUP, MessageId(5), LATER)
    assert store.vanishings.due(NOW) == []


def test_what_is_counted_anew_in_a_supergroup_is_not_deleted_there(store: Store) -> None:
    store.chats.of(TelegramChatId(-200), "group", "Render team", NOW)
    store.vanishings.add(TelegramChatId(-200), MessageId(5), NOW)
    store.chats.migrate(TelegramChatId(-200), GROUP)
    assert store.vanishings.due(LATER) == []
