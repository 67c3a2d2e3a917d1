"""The real python-telegram-bot calls every method that is served, and nothing about it is objected to."""

import asyncio

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaDocument,
    InputMediaPhoto,
    InputTextMessageContent,
    LinkPreviewOptions,
    MenuButtonCommands,
    Message,
    Update,
)
from telegram.constants import ChatAction, ParseMode, ReactionEmoji
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from bot.sandbox.telegram.app import TelegramStandIn
from bot.sandbox.telegram.files import SMALL_PICTURE
from bot.sandbox.telegram.methods.table import SERVED
from tests.sandbox.telegram.conftest import Person

pytestmark = pytest.mark.looptime

KEYBOARD = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("Rent", callback_data="rent:1", style="success"),
            InlineKeyboardButton("Copy", copy_text=CopyTextButton("ssh root@n1 -p 2")),
            InlineKeyboardButton("Web", url="https://clore.ai"),
            InlineKeyboardButton("Ask", switch_inline_query_current_chat="4090"),
        ]
    ]
)


async def messages_and_edits(bot: Bot, chat: int) -> Message:
    quiet = LinkPreviewOptions(is_disabled=True)
    html = '<b>x</b> <tg-time unix="1700000000" format="r">soon</tg-time> https://clore.ai'
    sent = await bot.send_message(
        chat, html, ParseMode.HTML, reply_markup=KEYBOARD, link_preview_options=quiet, disable_notification=True
    )
    assert sent.text_html == html
    assert sent.reply_markup == KEYBOARD.__class__(
        [[*KEYBOARD.inline_keyboard[0][:2], InlineKeyboardButton("Web", url="https://clore.ai/"), KEYBOARD.inline_keyboard[0][3]]]
    )  # fmt: skip
    await sent.edit_text("y", reply_markup=KEYBOARD)
    await sent.edit_reply_markup()
    assert (
        await bot.send_message(chat, "?", reply_markup=ForceReply(input_field_placeholder="key"))
    ).reply_markup is None
    reply = await sent.reply_text("re", do_quote=True)
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.message_id == sent.message_id
    return sent


async def files(bot: Bot, chat: int) -> None:
    photo = await bot.send_photo(chat, SMALL_PICTURE, caption="<i>c</i>", parse_mode=ParseMode.HTML)
    assert photo.caption_html == "<i>c</i>"
    document = await bot.send_document(chat, b"1,2", filename="orders.csv")
    assert document.document is not None
    await document.edit_caption("rows")
    await document.edit_media(InputMediaPhoto(SMALL_PICTURE, caption="now a picture"))
    again = await bot.send_document(chat, document.document.file_id)
    assert again.document == document.document
    file = await bot.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"1,2"
    group = [InputMediaDocument(b"1", filename="1.txt"), InputMediaDocument(b"2", filename="2.txt", caption="two")]
    album = await bot.send_media_group(chat, group)
    assert len({message.media_group_id for message in album}) == 1
    assert album[1].caption == "two"


async def around_messages(bot: Bot, chat: int, sent: Message) -> None:
    await bot.send_chat_action(chat, ChatAction.TYPING)
    forwarded = await sent.forward(chat)
    assert forwarded.forward_origin is not None
    copied = await sent.copy(chat)
    await bot.pin_chat_message(chat, sent.message_id)
    await bot.unpin_chat_message(chat, sent.message_id)
    await bot.set_message_reaction(chat, sent.message_id, ReactionEmoji.THUMBS_UP)
    await bot.delete_messages(chat, [copied.message_id])
    await sent.delete()


async def the_bot_itself(bot: Bot, chat: int) -> None:
    assert (await bot.get_me()).username == "clore_sandbox_bot"
    commands = [BotCommand("orders", "Your rentals")]
    await bot.set_my_commands(commands, scope=BotCommandScopeChat(chat), language_code="en")
    assert await bot.get_my_commands(scope=BotCommandScopeChat(chat), language_code="en") == tuple(commands)
    await bot.delete_my_commands(scope=BotCommandScopeChat(chat), language_code="en")
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    await bot.set_my_name("CLORE")
    await bot.set_my_description("Rents")
    await bot.set_my_short_description("Rents")
    await bot.set_webhook("https://example.org/hook", secret_token="x")
    assert (await bot.get_webhook_info()).url == "https://example.org/hook"
    await bot.delete_webhook(drop_pending_updates=True)


async def groups(bot: Bot, forum: int, person: int) -> None:
    assert (await bot.get_chat(forum)).is_forum
    assert (await bot.get_chat_member(forum, person)).status == "creator"
    assert len(await bot.get_chat_administrators(forum)) == 2
    assert await bot.get_chat_member_count(forum) == 2
    topic = await bot.create_forum_topic(forum, "alerts")
    await bot.send_message(forum, "x", message_thread_id=topic.message_thread_id)
    await bot.edit_forum_topic(forum, topic.message_thread_id, "news")
    await bot.close_forum_topic(forum, topic.message_thread_id)
    await bot.leave_chat(forum)


async def answers(bot: Bot, tg: Person, chat: int) -> None:
    await bot.send_message(chat, "?", reply_markup=KEYBOARD)
    await tg.does("press", chat=chat, user=chat, label="Rent")
    (update,) = await bot.get_updates(offset=-1, allowed_updates=["callback_query", "inline_query"])
    assert update.callback_query is not None
    await update.callback_query.answer("done")
    asked = asyncio.create_task(tg.does("inline", user=chat, query="4090"))
    (update,) = await bot.get_updates(offset=update.update_id + 1, timeout=30)
    assert update.inline_query is not None
    content = InputTextMessageContent("t")
    await update.inline_query.answer([InlineQueryResultArticle("1", "T", content)], cache_time=0)
    assert (await asked)["results"][0]["text"] == "t"


async def test_every_method_is_called_without_objection(
    stand_in: TelegramStandIn, tg: Person, ptb: Bot, anna: int
) -> None:
    sent = await messages_and_edits(ptb, anna)
    await files(ptb, anna)
    await around_messages(ptb, anna, sent)
    await the_bot_itself(ptb, anna)
    await groups(ptb, await tg.group([anna], is_forum=True, bot="administrator"), anna)
    await answers(ptb, tg, anna)
    assert stand_in.lint == []
    assert {call.method for call in stand_in.calls.find()} == set(SERVED)


async def test_updates_of_every_kind_are_read_by_the_library(tg: Person, ptb: Bot, anna: int, boris: int) -> None:
    """Everything that people do becomes an update that python-telegram-bot understands to the last field."""
    forum = await tg.group([anna, boris], is_forum=True, bot="administrator")
    basic = await tg.group([anna], type="group")
    await tg.ok("getUpdates", allowed_updates=["message", "edited_message", "my_chat_member", "chat_member"], limit=1)
    message = await tg.does("message", chat=anna, user=anna, text="/start x")
    await tg.does("edit", chat=anna, user=anna, message=message["message_id"], text="/start y")
    await tg.does("message", chat=anna, user=anna, photo=True)
    await tg.does("message", chat=anna, user=anna, document={"name": "a.txt", "text": "a"})
    topic = (await tg.does("topic", chat=forum, name="rigs"))["message_thread_id"]
    await tg.does("message", chat=forum, user=boris, text="hi", topic=topic)
    await tg.does("topic/close", chat=forum, topic=topic)
    await tg.does("member", chat=forum, user=boris, status="restricted", by=anna)
    await tg.does("member", chat=forum, user=boris, status="kicked", by=anna)
    await tg.does("block", user=anna, blocked=True)
    await tg.does("migrate", chat=basic)
    updates = await ptb.get_updates(limit=100)
    seen = [(update.to_dict().keys() - {"update_id"}).pop() for update in updates]
    arrivals, told, topics = ["my_chat_member", "message"] * 2, ["message", "edited_message"], ["message"] * 3
    changes = ["chat_member", "chat_member", "message", "my_chat_member"]
    assert seen == [*arrivals, *told, "message", "message", *topics, *changes, "message", "message"]
    assert [update for update in updates if update.api_kwargs] == []
    assert await tg.sees("lint") == []


async def test_an_application_polls_and_answers(tg: Person, ptb: Bot, anna: int) -> None:
    async def start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_chat is not None
        await update.effective_chat.send_message("hello", reply_markup=KEYBOARD)

    async def press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("yes")
        await update.callback_query.edit_message_text("rented")

    app = Application.builder().bot(ptb).job_queue(None).build()
    app.add_handlers([CommandHandler("start", start), CallbackQueryHandler(press)])
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(allowed_updates=["message", "callback_query"])
        await tg.does("start", user=anna, payload="")
        await tg.sees("calls", method="sendMessage", min=1, wait=30)
        await tg.does("press", chat=anna, user=anna, label="Rent")
        await tg.sees("calls", method="editMessageText", min=1, wait=30)
        await app.updater.stop()
        await app.stop()
    assert (await tg.sees("messages", chat=anna))["messages"][-1]["text"] == "rented"
    assert [toast["text"] for toast in await tg.sees("toasts", user=anna)] == ["yes"]
    assert await tg.sees("lint") == []
