"""Editing and deleting messages."""

from typing import Any

import pytest

from tests.sandbox.telegram.conftest import TOKEN, Clock, Person

pytestmark = pytest.mark.looptime

KEYBOARD = {"inline_keyboard": [[{"text": "go", "callback_data": "x"}]]}


async def said(tg: Person, chat: int, text: str = "old") -> int:
    return int((await tg.ok("sendMessage", chat_id=chat, text=text, reply_markup=KEYBOARD))["message_id"])


async def last(tg: Person, chat: int) -> dict[str, Any]:
    found: dict[str, Any] = (await tg.sees("messages", chat=chat))["messages"][-1]
    return found


async def test_an_edit_replaces_text_and_takes_the_keyboard_away(tg: Person, anna: int) -> None:
    number = await said(tg, anna)
    edited = await tg.ok("editMessageText", chat_id=anna, message_id=number, text="new")
    assert edited["text"] == "new"
    assert "edit_date" in edited
    assert "reply_markup" not in edited
    assert (await last(tg, anna))["edited"]


async def test_the_keyboard_alone_can_be_edited(tg: Person, anna: int) -> None:
    number = await said(tg, anna)
    other = {"inline_keyboard": [[{"text": "stop", "callback_data": "y"}]]}
    edited = await tg.ok("editMessageReplyMarkup", chat_id=anna, message_id=number, reply_markup=other)
    assert (edited["text"], edited["reply_markup"]) == ("old", other)


async def test_the_same_text_in_other_tags_is_not_modified(tg: Person, anna: int) -> None:
    number = await said(tg, anna)
    await tg.ok("editMessageText", chat_id=anna, message_id=number, text="<b>x</b>", parse_mode="HTML")
    again = {"chat_id": anna, "message_id": number, "text": " <strong>x</strong> ", "parse_mode": "HTML"}
    assert "message is not modified" in await tg.refused("editMessageText", **again)


async def test_a_caption_is_edited_and_removed(tg: Person, anna: int) -> None:
    sent = await tg.http.post(f"/bot{TOKEN}/sendDocument", data={"chat_id": anna}, files={"document": ("a.txt", b"a")})
    where = {"chat_id": anna, "message_id": sent.json()["result"]["message_id"]}
    assert (await tg.ok("editMessageCaption", **where, caption="c"))["caption"] == "c"
    assert "caption" not in await tg.ok("editMessageCaption", **where)


async def test_a_text_becomes_a_document(tg: Person, anna: int) -> None:
    number = await said(tg, anna)
    media = '{"type": "document", "media": "attach://f", "caption": "c"}'
    answer = await tg.http.post(
        f"/bot{TOKEN}/editMessageMedia",
        data={"chat_id": anna, "message_id": number, "media": media},
        files={"f": ("a.txt", b"hello")},
    )
    edited = answer.json()["result"]
    assert ("text" in edited, edited["caption"], edited["document"]["file_size"]) == (False, "c", 5)


async def test_messages_are_deleted_in_private_whoever_wrote_them(tg: Person, anna: int) -> None:
    hers = (await tg.does("message", chat=anna, user=anna, text="my key"))["message_id"]
    assert await tg.ok("deleteMessage", chat_id=anna, message_id=hers) is True
    assert (await last(tg, anna))["deleted"]
    assert (
        await tg.refused("deleteMessage", chat_id=anna, message_id=hers)
        == "400 Bad Request: message to delete not found"
    )


async def test_old_messages_stay(tg: Person, anna: int, clock: Clock) -> None:
    number = await said(tg, anna)
    clock.seconds += 48 * 3600
    refusal = await tg.refused("deleteMessage", chat_id=anna, message_id=number)
    assert refusal == "400 Bad Request: message can't be deleted for everyone"


async def test_in_a_group_deleting_others_messages_needs_a_right(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    hers = (await tg.does("message", chat=group, user=anna, text="my key"))["message_id"]
    own = await said(tg, group)
    assert (
        await tg.refused("deleteMessage", chat_id=group, message_id=hers) == "400 Bad Request: message can't be deleted"
    )
    await tg.ok("deleteMessage", chat_id=group, message_id=own)
    await tg.does("bot", chat=group, status="administrator", rights={"can_delete_messages": False})
    assert (
        await tg.refused("deleteMessage", chat_id=group, message_id=hers) == "400 Bad Request: message can't be deleted"
    )
    await tg.does("bot", chat=group, rights={})
    await tg.ok("deleteMessage", chat_id=group, message_id=hers)


async def test_many_are_deleted_at_once_and_missing_ones_skipped(tg: Person, anna: int) -> None:
    numbers = [await said(tg, anna), await said(tg, anna)]
    await tg.ok("deleteMessages", chat_id=anna, message_ids=[*numbers, 999])
    assert [message["deleted"] for message in (await tg.sees("messages", chat=anna))["messages"]] == [True, True]
