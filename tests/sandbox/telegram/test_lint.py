"""What passes at Telegram and is wrong all the same is noted, and so is what this stand-in cannot do."""

import json
from typing import Any

import pytest

from bot.sandbox.telegram.app import TelegramStandIn
from bot.sandbox.telegram.core import Core
from tests.sandbox.telegram.conftest import TOKEN, Person

pytestmark = pytest.mark.looptime


@pytest.mark.parametrize(
    ("method", "params", "what"),
    [
        ("sendMessage", {"colour": "red"}, "unknown parameter colour"),
        ("sendMessage", {"disable_notification": "yes please"}, "wrong type: disable_notification is not of type Boolean"),
        ("sendMessage", {"text": 5}, "wrong type: text is not of type String"),
        (
            "sendMessage",
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b", "color": 1}]]}},
            "reply_markup.inline_keyboard[0][0].color is unknown to InlineKeyboardButton",
        ),
        (
            "sendMessage",
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b", "url": "https://x.io"}]]}},
            "several actions on one button: url, callback_data",
        ),
        (
            "sendMessage",
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}] * 9]}},
            "more than 8 buttons in a row",
        ),
        ("sendMessage", {"link_preview_options": {"disabled": True}}, "link_preview_options.disabled is unknown to LinkPreviewOptions"),
        ("sendDice", {}, "method sendDice is not served"),
        ("sendMessage", {"parse_mode": "MarkdownV2"}, "parse_mode MarkdownV2 is not served"),
        ("sendMessage", {"allow_paid_broadcast": True}, "parameter allow_paid_broadcast of sendMessage is not served"),
        ("getUpdates", {"allowed_updates": ["mesage"]}, "unknown kind in allowed_updates: mesage"),
        ("sendMesage", {}, "unknown method"),
    ],
)  # fmt: skip
async def test_noted(tg: Person, anna: int, method: str, params: dict[str, Any], what: str) -> None:
    about = {"chat_id": anna, "text": "t"} if method == "sendMessage" else {}
    await tg.call(method, **about | params)
    assert await tg.sees("lint") == [{"method": method, "what": what}]


@pytest.mark.parametrize("how", ["json", "form", "multipart", "query"])
async def test_parameters_come_in_every_form(tg: Person, anna: int, how: str) -> None:
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    native = {"chat_id": anna, "text": "5", "disable_notification": True, "reply_markup": markup}
    plain = {name: value if isinstance(value, str) else json.dumps(value) for name, value in native.items()}
    path = f"/bot{TOKEN}/sendMessage"
    match how:
        case "json":
            answer = await tg.http.post(path, json=native)
        case "form":
            answer = await tg.http.post(path, data=plain)
        case "multipart":
            answer = await tg.http.post(path, files={name: (None, value) for name, value in plain.items()})
        case _:
            answer = await tg.http.get(path, params=plain)
    assert answer.json()["result"]["reply_markup"] == markup
    (call,) = (await tg.sees("calls", method="sendMessage"))["calls"]
    assert call["params"] == native
    assert await tg.sees("lint") == []


async def test_a_file_that_nothing_refers_to_is_noted(tg: Person, anna: int) -> None:
    path = f"/bot{TOKEN}/sendMessage"
    await tg.http.post(path, data={"chat_id": anna, "text": "t"}, files={"extra": ("a.txt", b"a")})
    assert await tg.sees("lint") == [{"method": "sendMessage", "what": "file extra is attached to nothing"}]


async def test_the_stand_in_is_held_to_the_specification_itself(
    stand_in: TelegramStandIn, tg: Person, anna: int
) -> None:
    core: Core = stand_in._core
    core.emit("message", {"message_id": 1, "date": 1, "chat": {"id": anna, "type": "private"}, "mood": "good"})
    assert stand_in.lint == [
        {"method": "Update", "what": "the stand-in's own update: message.mood is unknown to Message"}
    ]
