"""Methods that answer what a person asked by a press or by an inline query."""

import re

from bot.sandbox.telegram import keyboards
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.messages import formatted
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import NotServed, bad_request
from bot.sandbox.telegram.world import Json

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_TOAST_MOST = 200
_RESULTS_MOST = 50


def answer_callback_query(core: Core, query: Query) -> bool:
    text = query.text("text")
    if len(text) > _TOAST_MOST:
        raise bad_request("MESSAGE_TOO_LONG")
    if (url := query.text("url")) and not re.match(rf"https?://t\.me/{core.bot.username}\?start=", url):
        raise bad_request("URL_INVALID")
    pressed = core.queries.answer_press(query.text("callback_query_id"), not_before=core.time() - core.callback_life)
    if pressed is None:
        raise bad_request(_TOO_OLD)
    toast = {
        "n": len(core.toasts) + 1,
        "chat": pressed.chat,
        "user": pressed.user,
        "text": text,
        "show_alert": query.flag("show_alert"),
        "callback_id": pressed.id,
    }
    core.toasts.append(toast)
    core.events.publish("toast", pressed.chat, **{name: toast[name] for name in ("user", "text", "show_alert")})
    return True


def answer_inline_query(core: Core, query: Query) -> bool:
    results = query.get("results")
    if not isinstance(results, list):
        raise bad_request("can't parse JSON encoded inline query results")
    if len(results) > _RESULTS_MOST:
        raise bad_request("RESULTS_TOO_MUCH")
    shown = [_result(core, query, result) for result in results]
    if len({result["id"] for result in shown}) < len(shown):
        raise bad_request("RESULT_ID_DUPLICATE")
    answer = {"results": shown, "next_offset": query.text("next_offset"), "button": query.get("button")}
    if not core.queries.answer_inline(query.text("inline_query_id"), answer):
        raise bad_request(_TOO_OLD)
    return True


def _result(core: Core, query: Query, result: Json) -> Json:
    """An article with the text that choosing it would send."""
    if result.get("type") != "article":
        raise NotServed(f"inline result of type {result.get('type')}")
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if not result.get("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    markup = keyboards.read_inline(result.get("reply_markup"), private=True)
    query.lint += markup.lint
    content = result.get("input_message_content")
    if not isinstance(content, dict) or "message_text" not in content:
        raise NotServed("inline content other than text")
    text, entities = formatted(core, content["message_text"], content.get("parse_mode") or "", content.get("entities"))
    if not text:
        raise bad_request("MESSAGE_EMPTY")
    return {**result, "text": text, "entities": entities}
