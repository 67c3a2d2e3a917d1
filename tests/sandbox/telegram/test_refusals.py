"""Everything that Telegram refuses is refused, in Telegram's words. Each row is one call of the bot."""

from typing import Any

import pytest

from tests.sandbox.telegram.conftest import TOKEN, Person

pytestmark = pytest.mark.looptime

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
BUTTON = {"text": "go", "callback_data": "x"}
GROUP, LEFT, KICKED, BASIC, MOVED, CHANNEL, READ_ONLY = -100501, -100502, -100503, -504, -505, -100506, -100507
ANNA, BLOCKER, GONE = 11, 12, 13


def markup(*row: Any) -> dict[str, Any]:
    return {"inline_keyboard": [list(row)]}


@pytest.fixture
async def world(tg: Person) -> Person:
    """Chats in every state, and in Anna's one message of each kind."""
    for number, name in ((ANNA, "Anna"), (BLOCKER, "Bo"), (GONE, "Gus")):
        await tg.does("user", id=number, first_name=name)
    await tg.does("block", user=BLOCKER, blocked=True)
    await tg.does("deactivate", user=GONE)
    await tg.does("chat", id=GROUP, type="supergroup", title="g", members=[ANNA], is_forum=True)
    await tg.does("chat", id=LEFT, type="supergroup", title="l", members=[ANNA], bot="left")
    await tg.does("chat", id=KICKED, type="channel", title="k", members=[ANNA], bot="kicked")
    await tg.does("chat", id=BASIC, type="group", title="b", members=[ANNA], bot="kicked")
    await tg.does("chat", id=MOVED, type="group", title="m", members=[ANNA])
    await tg.does("chat", id=CHANNEL, type="channel", title="c", members=[ANNA])
    await tg.does("chat", id=READ_ONLY, type="supergroup", title="r", members=[ANNA], bot="restricted")
    await tg.does("migrate", chat=MOVED)
    first = await tg.does("message", chat=ANNA, user=ANNA, text="mine")
    text = await tg.ok("sendMessage", chat_id=ANNA, text="<b>text</b>", parse_mode="HTML", reply_markup=markup(BUTTON))
    await tg.http.post(f"/bot{TOKEN}/sendDocument", data={"chat_id": ANNA}, files={"document": ("a.txt", b"a")})
    await tg.ok("sendMessage", chat_id=ANNA, text="k", reply_markup={"force_reply": True})
    await tg.ok("sendMessage", chat_id=ANNA, text="secret", protect_content=True)
    assert (first["message_id"], text["message_id"]) == (MINE, TEXT)
    return tg


MINE, TEXT, DOCUMENT, FORCED, SECRET = 3, 4, 5, 6, 7  # the basic group's two service messages took 1 and 2


def send(**params: Any) -> tuple[str, dict[str, Any]]:
    return "sendMessage", {"chat_id": ANNA, "text": "t"} | params


def html(text: str) -> tuple[str, dict[str, Any]]:
    return send(text=text, parse_mode="HTML")


def edit(**params: Any) -> tuple[str, dict[str, Any]]:
    return "editMessageText", {"chat_id": ANNA, "message_id": TEXT, "text": "new"} | params


def keyboard(*row: Any) -> tuple[str, dict[str, Any]]:
    return send(reply_markup=markup(*row))


def article(**fields: Any) -> dict[str, Any]:
    return {"type": "article", "id": "1", "title": "t", "input_message_content": {"message_text": "t"}} | fields


def inline(*results: Any) -> tuple[str, dict[str, Any]]:
    return "answerInlineQuery", {"inline_query_id": "1", "results": results}


def commands(**command: str) -> tuple[str, dict[str, Any]]:
    return "setMyCommands", {"commands": [{"command": "a", "description": "b"} | command]}


def scope(kind: str, **more: int) -> tuple[str, dict[str, Any]]:
    return "deleteMyCommands", {"scope": {"type": kind, **more}}


ROWS: list[tuple[tuple[str, dict[str, Any]], str]] = [
    # the chat
    (("sendMessage", {"text": "t"}), "400 Bad Request: chat_id is empty"),
    (send(chat_id=""), "400 Bad Request: chat_id is empty"),
    (send(chat_id=999), "400 Bad Request: chat not found"),
    (send(chat_id="@nobody"), "400 Bad Request: chat not found"),
    (send(chat_id=BLOCKER), "403 Forbidden: bot was blocked by the user"),
    (send(chat_id=GONE), "403 Forbidden: user is deactivated"),
    (send(chat_id=LEFT), "403 Forbidden: bot is not a member of the supergroup chat"),
    (send(chat_id=KICKED), "403 Forbidden: bot was kicked from the channel chat"),
    (send(chat_id=BASIC), "403 Forbidden: bot was kicked from the group chat"),
    (send(chat_id=MOVED), "400 Bad Request: group chat was upgraded to a supergroup chat"),
    (send(chat_id=CHANNEL), "400 Bad Request: need administrator rights in the channel chat"),
    (send(chat_id=READ_ONLY), "400 Bad Request: not enough rights to send text messages to the chat"),
    (("getChat", {"chat_id": LEFT}), "403 Forbidden: bot is not a member of the supergroup chat"),
    (("getChatAdministrators", {"chat_id": ANNA}), "400 Bad Request: there are no administrators in the private chat"),
    (("getChatMember", {"chat_id": GROUP, "user_id": 999}), "400 Bad Request: user not found"),
    (("leaveChat", {"chat_id": ANNA}), "400 Bad Request: chat member status can't be changed in private chats"),
    # the text
    (("sendMessage", {"chat_id": ANNA}), "400 Bad Request: message text is empty"),
    (send(text=""), "400 Bad Request: message text is empty"),
    (send(text=" \n "), "400 Bad Request: text must be non-empty"),
    (html("<b> </b>"), "400 Bad Request: text must be non-empty"),
    (send(text="a" * 4097), "400 Bad Request: message is too long"),
    (html("<b>" + "🖥" * 4097 + "</b>"), "400 Bad Request: message is too long"),
    (send(text="a" * 32_769), "400 Bad Request: text is too long"),
    (send(parse_mode="XML"), "400 Bad Request: unsupported parse_mode"),
    (html("<div>"), '400 Bad Request: can\'t parse entities: Unsupported start tag "div" at byte offset 0'),
    (html("<b>"), "400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""),
    (html("a <b"), "400 Bad Request: can't parse entities: Unclosed start tag at byte offset 2"),
    (
        html("<b>x</i>"),
        '400 Bad Request: can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    ),
    (html("x</b>"), "400 Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
    (send(text="half of a \ud83d"), "400 Bad Request: strings must be encoded in UTF-8"),
    # replies and topics
    (send(reply_parameters={"message_id": 99}), "400 Bad Request: message to be replied not found"),
    (send(chat_id=GROUP, message_thread_id=99), "400 Bad Request: message thread not found"),
    (send(chat_id=GROUP, message_thread_id=1), "400 Bad Request: message thread not found"),
    (send(message_thread_id=1), "400 Bad Request: message thread not found"),
    (("createForumTopic", {"chat_id": GROUP, "name": "n"}), "400 Bad Request: not enough rights to create a topic"),
    (("createForumTopic", {"chat_id": ANNA, "name": "n"}), "400 Bad Request: the chat is not a forum"),
    (("closeForumTopic", {"chat_id": GROUP, "message_thread_id": 9}), "400 Bad Request: message thread not found"),
    (
        send(reply_parameters={"message_id": TEXT, "quote": "t"}),
        "501 Not Implemented: a reply with a quote, to another chat, or to no message is not served by this stand-in",
    ),
    (("createForumTopic", {"chat_id": GROUP, "name": ""}), "400 Bad Request: TOPIC_TITLE_EMPTY"),
    (
        ("createForumTopic", {"chat_id": GROUP, "name": "n", "icon_color": 5}),
        "400 Bad Request: TOPIC_ICON_COLOR_INVALID",
    ),
    # keyboards
    (keyboard("x"), "400 Bad Request: can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
    (keyboard({"text": "x", "pay": True}), "501 Not Implemented: button with pay is not served by this stand-in"),
    (
        send(chat_id=GROUP, reply_markup=markup({"text": "x", "web_app": {"url": "https://x.io"}})),
        "400 Bad Request: BUTTON_TYPE_INVALID",
    ),
    (
        keyboard({"text": "x", "web_app": {"url": "http://x.io"}}),
        "400 Bad Request: inline keyboard button Web App URL 'http://x.io' is invalid: Only HTTPS links are allowed",
    ),
    (
        send(reply_markup={"keyboard": [[5]]}),
        "400 Bad Request: can't parse keyboard button: KeyboardButton must be an Object",
    ),
    (
        send(reply_markup={"keyboard": [[{"request_contact": True}]]}),
        "400 Bad Request: can't parse keyboard button: Can't find field \"text\"",
    ),
    (send(reply_markup=[]), "400 Bad Request: object expected as reply markup"),
    (send(reply_markup={"inline_keyboard": {}}), '400 Bad Request: field "inline_keyboard" must be of type Array'),
    (
        send(reply_markup={"inline_keyboard": [{}]}),
        '400 Bad Request: field "inline_keyboard" must be an Array of Arrays',
    ),
    (send(reply_markup={"keyboard": 5}), '400 Bad Request: field "keyboard" must be of type Array'),
    (
        keyboard({"text": "x"}),
        "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        keyboard({"callback_data": "x"}),
        "400 Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
    ),
    (keyboard({"text": "x", "callback_data": "🖥️" * 9 + "xx"}), "400 Bad Request: BUTTON_DATA_INVALID"),
    (keyboard({"text": "x", "callback_data": ""}), "400 Bad Request: BUTTON_DATA_INVALID"),
    (keyboard({"text": "x", "copy_text": {"text": "a" * 257}}), "400 Bad Request: BUTTON_COPY_TEXT_INVALID"),
    (
        keyboard({"text": "x", "url": "localhost"}),
        "400 Bad Request: inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL",
    ),
    (
        keyboard(BUTTON | {"style": "loud"}),
        "400 Bad Request: can't parse inline keyboard button: Invalid button style specified",
    ),
    (
        send(chat_id=GROUP, reply_markup={"keyboard": [[{"text": "x", "request_contact": True}]]}),
        "400 Bad Request: phone number can be requested in private chats only",
    ),
    # edits
    (edit(text="<b>text</b>", parse_mode="HTML", reply_markup=markup(BUTTON)), f"400 Bad Request: {NOT_MODIFIED}"),
    (
        ("editMessageReplyMarkup", {"chat_id": ANNA, "message_id": TEXT, "reply_markup": markup(BUTTON)}),
        f"400 Bad Request: {NOT_MODIFIED}",
    ),
    (edit(message_id=99), "400 Bad Request: message to edit not found"),
    (("editMessageText", {"text": "x"}), "400 Bad Request: message identifier is not specified"),
    (edit(message_id=MINE), "400 Bad Request: message can't be edited"),
    (edit(message_id=FORCED), "400 Bad Request: message can't be edited"),
    (edit(message_id=DOCUMENT), "400 Bad Request: there is no text in the message to edit"),
    (edit(reply_markup={"force_reply": True}), "400 Bad Request: inline keyboard expected"),
    (edit(text="a" * 4097), "400 Bad Request: message is too long"),
    (
        ("editMessageCaption", {"chat_id": ANNA, "message_id": TEXT, "caption": "c"}),
        "400 Bad Request: there is no caption in the message to edit",
    ),
    (
        ("editMessageCaption", {"chat_id": ANNA, "message_id": DOCUMENT, "caption": "c" * 1025}),
        "400 Bad Request: message caption is too long",
    ),
    (("editMessageMedia", {"chat_id": ANNA, "message_id": TEXT}), "400 Bad Request: media is empty"),
    (
        ("editMessageMedia", {"chat_id": ANNA, "message_id": TEXT, "media": {"type": "video", "media": "x"}}),
        "501 Not Implemented: media of type video is not served by this stand-in",
    ),
    # deletions, copies, pins, reactions
    (("deleteMessage", {"chat_id": ANNA, "message_id": 99}), "400 Bad Request: message to delete not found"),
    (
        ("deleteMessages", {"chat_id": ANNA, "message_ids": []}),
        "400 Bad Request: message identifiers are not specified",
    ),
    (
        ("deleteMessages", {"chat_id": ANNA, "message_ids": list(range(1, 102))}),
        "400 Bad Request: too many message identifiers specified",
    ),
    (
        (
            "setMessageReaction",
            {"chat_id": ANNA, "message_id": MINE, "reaction": [{"type": "emoji", "emoji": "👍"}] * 2},
        ),
        "400 Bad Request: REACTIONS_TOO_MANY",
    ),
    (
        ("copyMessage", {"chat_id": ANNA, "from_chat_id": ANNA, "message_id": 99}),
        "400 Bad Request: message to copy not found",
    ),
    (
        ("forwardMessage", {"chat_id": ANNA, "from_chat_id": ANNA, "message_id": SECRET}),
        "400 Bad Request: message can't be forwarded",
    ),
    (("pinChatMessage", {"chat_id": ANNA, "message_id": 99}), "400 Bad Request: message to pin not found"),
    (
        ("pinChatMessage", {"chat_id": GROUP, "message_id": 1}),
        "400 Bad Request: not enough rights to manage pinned messages in the chat",
    ),
    (("unpinChatMessage", {"chat_id": ANNA}), "400 Bad Request: message to unpin not found"),
    (
        ("setMessageReaction", {"chat_id": ANNA, "message_id": MINE, "reaction": [{"type": "emoji", "emoji": "🖥"}]}),
        "400 Bad Request: REACTION_INVALID",
    ),
    # files
    (("sendDocument", {"chat_id": ANNA}), "400 Bad Request: there is no document in the request"),
    (("sendPhoto", {"chat_id": ANNA, "photo": "nothing"}), "400 Bad Request: wrong file identifier/HTTP URL specified"),
    (("getFile", {"file_id": "nothing"}), "400 Bad Request: invalid file_id"),
    (("sendMediaGroup", {"chat_id": ANNA, "media": [{}]}), "400 Bad Request: albums must include 2-10 items"),
    (("sendMediaGroup", {"chat_id": ANNA}), "400 Bad Request: there are no messages to send"),
    (
        ("sendMediaGroup", {"chat_id": ANNA, "media": [{}] * 11}),
        "400 Bad Request: too many messages to send as an album",
    ),
    (
        ("sendMediaGroup", {"chat_id": ANNA, "media": [{"type": "photo"}, {"type": "document"}]}),
        "400 Bad Request: document can't be mixed with other media types",
    ),
    (
        ("sendPhoto", {"chat_id": ANNA, "photo": "https://x.io/p.png"}),
        "501 Not Implemented: photo by URL is not served by this stand-in",
    ),
    (
        ("sendPhoto", {"chat_id": ANNA, "photo": "BQACAgI00000000000000001"}),
        "400 Bad Request: can't use file of type Document as Photo",
    ),
    (("getFile", {}), "400 Bad Request: file_id not specified"),
    (("sendChatAction", {"chat_id": ANNA, "action": "dance"}), "400 Bad Request: wrong parameter action in request"),
    # answers
    (
        ("answerCallbackQuery", {"callback_query_id": "1"}),
        "400 Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    (("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}), "400 Bad Request: MESSAGE_TOO_LONG"),
    (
        ("answerInlineQuery", {"inline_query_id": "1", "results": []}),
        "400 Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    (("answerCallbackQuery", {"callback_query_id": "1", "url": "https://x.io"}), "400 Bad Request: URL_INVALID"),
    (inline(*[article(id=str(n)) for n in range(51)]), "400 Bad Request: RESULTS_TOO_MUCH"),
    (inline(article(), article()), "400 Bad Request: RESULT_ID_DUPLICATE"),
    (inline(article(id="x" * 65)), "400 Bad Request: RESULT_ID_INVALID"),
    (inline(article(title="")), "400 Bad Request: ARTICLE_TITLE_EMPTY"),
    (inline(article(input_message_content={"message_text": " "})), "400 Bad Request: MESSAGE_EMPTY"),
    (inline(article(type="gif")), "501 Not Implemented: inline result of type gif is not served by this stand-in"),
    (
        inline(article(input_message_content={"latitude": 1, "longitude": 1})),
        "501 Not Implemented: inline content other than text is not served by this stand-in",
    ),
    # the bot itself
    (("setMyCommands", {}), "400 Bad Request: parameter commands is empty"),
    (commands(command="/"), "400 Bad Request: command must be non-empty"),
    (commands(command="a" * 33), "400 Bad Request: command length must not exceed 32"),
    (commands(description="a" * 257), "400 Bad Request: command description length must not exceed 256"),
    (("setMyCommands", {"commands": [], "language_code": "eng"}), "400 Bad Request: LANG_CODE_INVALID"),
    (scope("chat", chat_id=CHANNEL), "400 Bad Request: can't change commands in channel chats"),
    (scope("chat_administrators", chat_id=ANNA), "400 Bad Request: can't use specified scope in private chats"),
    (scope("chat_member", chat_id=GROUP, user_id=99), "400 Bad Request: user not found"),
    (scope("everybody"), "400 Bad Request: can't parse BotCommandScope: unsupported type specified"),
    (("setMyName", {"name": "a" * 65}), "400 Bad Request: BOT_TITLE_INVALID"),
    (("setChatMenuButton", {"chat_id": GROUP}), "400 Bad Request: chat not found"),
    (
        ("setChatMenuButton", {"menu_button": {"type": "web_app", "text": "x", "web_app": {"url": "https://x.io"}}}),
        "501 Not Implemented: menu button of type web_app is not served by this stand-in",
    ),
    (("setMyCommands", {"commands": [{"command": "A-b", "description": "x"}]}), "400 Bad Request: BOT_COMMAND_INVALID"),
    (
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}),
        "400 Bad Request: command description must be non-empty",
    ),
    (
        ("setMyCommands", {"commands": [{"command": f"c{n}", "description": "d"} for n in range(101)]}),
        "400 Bad Request: BOT_COMMANDS_TOO_MUCH",
    ),
    (("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 9}}), "400 Bad Request: chat not found"),
    (("setWebhook", {"url": "http://x.io"}), "400 Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
    # what is not here
    (("sendDice", {"chat_id": ANNA}), "501 Not Implemented: method sendDice is not served by this stand-in"),
    (send(parse_mode="Markdown"), "501 Not Implemented: parse_mode Markdown is not served by this stand-in"),
    (
        send(message_effect_id="5"),
        "501 Not Implemented: parameter message_effect_id of sendMessage is not served by this stand-in",
    ),
    (("danceForMe", {}), "404 Not Found: method not found"),
]


@pytest.mark.parametrize(("call", "refusal"), ROWS, ids=[f"{row[0][0]}-{row[1][:60]}" for row in ROWS])
async def test_refused(world: Person, call: tuple[str, dict[str, Any]], refusal: str) -> None:
    method, params = call
    assert await world.refused(method, **params) == refusal


async def test_a_refused_call_changes_nothing(world: Person) -> None:
    before = await world.sees("messages", chat=ANNA)
    for (method, params), _ in ROWS:
        await world.refused(method, **params)
    assert await world.sees("messages", chat=ANNA) == before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + (9000).to_bytes(4, "big") + (2000).to_bytes(4, "big"), "PHOTO_INVALID_DIMENSIONS"),
        (b"GIF89a" + (210).to_bytes(2, "little") + (10).to_bytes(2, "little"), "PHOTO_INVALID_DIMENSIONS"),
    ],
)  # fmt: skip
async def test_what_is_no_picture_is_no_photo(world: Person, content: bytes, why: str) -> None:
    answer = await world.http.post(
        f"/bot{TOKEN}/sendPhoto", data={"chat_id": ANNA}, files={"photo": ("p.png", content)}
    )
    assert answer.json()["description"] == f"Bad Request: {why}"


async def test_json_that_cannot_be_read_is_refused(world: Person) -> None:
    answer = await world.http.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": ANNA, "text": "t", "reply_markup": "{"})
    assert answer.json()["description"] == "Bad Request: can't parse reply keyboard markup JSON object"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/bot{TOKEN}/getMe", 200),
        (f"/bot{TOKEN}/GETme", 200),
        ("/botnonsense/getMe", 404),
        ("/bot7:" + "x" * 30 + "/getMe", 401),
        ("/nothing", 404),
        (f"/file/bot{TOKEN}/documents/none", 404),
    ],
)
async def test_only_the_bots_own_token_opens_the_door(tg: Person, path: str, status: int) -> None:
    answer = await tg.http.get(path)
    assert answer.status_code == status
    assert status == 200 or answer.json()["description"] in ("Not Found", "Unauthorized")
