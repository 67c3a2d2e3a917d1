"""Groups, channels, members, topics, privacy, migration: what the bot hears and where it may speak."""

from typing import Any

import pytest

from bot.sandbox.telegram.app import TelegramStandIn
from tests.sandbox.telegram.conftest import TOKEN, Clock, Person

pytestmark = pytest.mark.looptime


def kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [list(update)[1] for update in updates]


def contents(updates: list[dict[str, Any]]) -> list[Any]:
    return [list(update.values())[1] for update in updates]


async def test_adding_the_bot_tells_it_twice(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    member, message = contents(await tg.updates())
    assert (member["chat"]["id"], member["from"]["id"]) == (group, anna)
    assert (member["old_chat_member"]["status"], member["new_chat_member"]["status"]) == ("left", "member")
    assert [user["id"] for user in message["new_chat_members"]] == [424242]


async def test_a_kicked_bot_is_told_and_may_not_speak(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    await tg.updates()
    await tg.does("bot", chat=group, status="kicked", by=anna)
    member, message = contents(await tg.updates())
    assert member["new_chat_member"]["status"] == "kicked"
    assert message["left_chat_member"]["id"] == 424242
    refusal = await tg.refused("sendMessage", chat_id=group, text="x")
    assert refusal == "403 Forbidden: bot was kicked from the supergroup chat"
    await tg.does("message", chat=group, user=anna, text="/status")
    assert await tg.updates() == []


async def test_blocking_and_coming_back_are_told(tg: Person, anna: int) -> None:
    await tg.does("block", user=anna, blocked=True)
    await tg.does("message", 400, chat=anna, user=anna, text="x")
    await tg.does("start", user=anna, payload="abc")
    blocked, unblocked, message = contents(await tg.updates())
    assert (blocked["old_chat_member"]["status"], blocked["new_chat_member"]["status"]) == ("member", "kicked")
    assert unblocked["new_chat_member"]["status"] == "member"
    assert message["text"] == "/start abc"
    await tg.ok("sendMessage", chat_id=anna, text="welcome back")


async def test_rights_of_the_bot_change(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    await tg.updates()
    await tg.does("bot", chat=group, status="administrator", rights={"can_pin_messages": False}, by=anna)
    change = await tg.update("my_chat_member")
    assert change["new_chat_member"]["can_delete_messages"] is True
    assert change["new_chat_member"]["can_pin_messages"] is False
    admins = await tg.ok("getChatAdministrators", chat_id=group)
    assert [(admin["status"], admin["user"]["id"]) for admin in admins] == [
        ("creator", anna),
        ("administrator", 424242),
    ]


async def test_members_are_counted_and_shown(tg: Person, anna: int, boris: int) -> None:
    group = await tg.group([anna, boris])
    assert await tg.ok("getChatMemberCount", chat_id=group) == 3
    assert (await tg.ok("getChatMember", chat_id=group, user_id=boris))["status"] == "member"
    await tg.does("member", chat=group, user=boris, status="left")
    assert (await tg.ok("getChatMember", chat_id=group, user_id=boris))["status"] == "left"
    assert await tg.ok("getChatMemberCount", chat_id=group) == 2
    shown = await tg.ok("getChat", chat_id=group)
    assert (shown["title"], shown["type"]) == ("Miners", "supergroup")


async def test_the_bot_leaves(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    await tg.ok("leaveChat", chat_id=group)
    refusal = await tg.refused("sendMessage", chat_id=group, text="x")
    assert refusal == "403 Forbidden: bot is not a member of the supergroup chat"


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("hello", False),
        ("/status", True),
        ("/status@clore_sandbox_bot now", True),
        ("/status@other_bot", False),
        ("please /status", False),
        ("@clore_sandbox_bot hello", False),
    ],
)
async def test_privacy_mode_lets_only_commands_through(tg: Person, anna: int, text: str, heard: bool) -> None:
    group = await tg.group([anna])
    await tg.updates()
    await tg.does("message", chat=group, user=anna, text=text)
    assert bool(await tg.updates()) == heard


async def test_replies_to_the_bot_and_administrators_chats_are_heard(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    number = (await tg.ok("sendMessage", chat_id=group, text="?"))["message_id"]
    await tg.updates()
    await tg.does("message", chat=group, user=anna, text="yes", reply_to=number)
    heard = await tg.update("message")
    assert heard["reply_to_message"]["message_id"] == number
    assert heard["message_thread_id"] == number
    assert "is_topic_message" not in heard
    await tg.does("bot", chat=group, status="administrator")
    await tg.does("message", chat=group, user=anna, text="hello all")
    assert kinds(await tg.updates()) == ["my_chat_member", "message"]


async def test_without_privacy_everything_is_heard(clock: Clock) -> None:
    person = Person(TelegramStandIn(TOKEN, now=clock, privacy=False))
    user = (await person.does("user", first_name="A"))["id"]
    group = await person.group([user])
    await person.updates()
    await person.does("message", chat=group, user=user, text="hello")
    assert (await person.update("message"))["text"] == "hello"
    assert (await person.ok("getMe"))["can_read_all_group_messages"] is True


async def test_a_group_becomes_a_supergroup(tg: Person, anna: int) -> None:
    group = await tg.group([anna], type="group")
    await tg.updates()
    moved = (await tg.does("migrate", chat=group))["id"]
    old, new = contents(await tg.updates())
    assert (old["chat"]["id"], old["migrate_to_chat_id"]) == (group, moved)
    assert (new["chat"]["id"], new["migrate_from_chat_id"]) == (moved, group)
    answer = await tg.call("sendMessage", chat_id=group, text="x")
    assert answer["parameters"] == {"migrate_to_chat_id": moved}
    await tg.ok("sendMessage", chat_id=moved, text="x")
    await tg.does("migrate", 400, chat=group)
    assert [chat["id"] for chat in await tg.sees("chats", user=anna)] == [moved, anna]


async def test_topics_are_opened_written_to_closed_and_deleted(tg: Person, anna: int) -> None:
    forum = await tg.group([anna], is_forum=True)
    await tg.updates()
    topic = (await tg.does("topic", chat=forum, name="rigs"))["message_thread_id"]
    created = await tg.update("message")
    assert (created["message_id"], created["forum_topic_created"]["name"]) == (topic, "rigs")
    await tg.does("message", chat=forum, user=anna, text="/orders", topic=topic)
    heard = await tg.update("message")
    assert (heard["message_thread_id"], heard["is_topic_message"]) == (topic, True)
    assert heard["reply_to_message"]["message_id"] == topic  # not a reply, and yet Telegram says so
    sent = await tg.ok("sendMessage", chat_id=forum, text="x", message_thread_id=topic)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    replied = await tg.ok("sendMessage", chat_id=forum, text="x", reply_parameters={"message_id": heard["message_id"]})
    assert replied["message_thread_id"] == topic
    await tg.does("topic/close", chat=forum, topic=topic)
    refusal = await tg.refused("sendMessage", chat_id=forum, text="x", message_thread_id=topic)
    assert refusal == "400 Bad Request: TOPIC_CLOSED"
    await tg.does("topic/delete", chat=forum, topic=topic)
    refusal = await tg.refused("sendMessage", chat_id=forum, text="x", message_thread_id=topic)
    assert refusal == "400 Bad Request: message thread not found"
    await tg.ok("sendMessage", chat_id=forum, text="to General")


async def test_the_bot_manages_topics_when_it_may(tg: Person, anna: int) -> None:
    forum = await tg.group([anna], is_forum=True, bot="administrator")
    topic = (await tg.ok("createForumTopic", chat_id=forum, name="alerts"))["message_thread_id"]
    where = {"chat_id": forum, "message_thread_id": topic}
    await tg.ok("editForumTopic", **where, name="news")
    await tg.ok("closeForumTopic", **where)
    await tg.ok("sendMessage", **where, text="administrators write to closed topics")
    assert await tg.refused("closeForumTopic", **where) == "400 Bad Request: TOPIC_NOT_MODIFIED"


async def test_anonymous_administrators_and_channels_hide_the_person(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    await tg.updates()
    await tg.does("message", chat=group, user=anna, text="/rent", **{"as": "anonymous_admin"})
    anonymous = await tg.update("message")
    assert (anonymous["from"]["id"], anonymous["sender_chat"]["id"]) == (1087968824, group)
    await tg.does("message", chat=group, user=anna, text="/rent", **{"as": "channel"})
    channel = await tg.update("message")
    assert (channel["from"]["id"], channel["sender_chat"]["type"]) == (136817688, "channel")


async def test_posts_of_a_channel_have_no_person(tg: Person, anna: int) -> None:
    channel = await tg.group([anna], type="channel", bot="administrator")
    await tg.updates()
    await tg.does("message", chat=channel, user=anna, text="post")
    post = await tg.update("channel_post")
    assert ("from" in post, post["sender_chat"]["id"]) == (False, channel)
    assert "from" not in await tg.ok("sendMessage", chat_id=channel, text="x")


async def test_pinned_messages_are_kept_newest_last(tg: Person, anna: int) -> None:
    first, second = [(await tg.ok("sendMessage", chat_id=anna, text=t))["message_id"] for t in "ab"]
    for number in (first, second):
        await tg.ok("pinChatMessage", chat_id=anna, message_id=number)
    assert (await tg.ok("getChat", chat_id=anna))["pinned_message"]["message_id"] == second
    await tg.ok("unpinChatMessage", chat_id=anna)
    assert (await tg.ok("getChat", chat_id=anna))["pinned_message"]["message_id"] == first
