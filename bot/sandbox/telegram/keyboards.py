"""Keyboards under messages: what Telegram makes of a reply_markup, and which button a person pressed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.html import checked_link
from bot.sandbox.telegram.refusal import NotServed, bad_request

Json = dict[str, Any]

_ACTIONS = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
]
_UNSERVED = {"login_url", "callback_game", "pay"}
_STYLES = {"danger", "success", "primary"}
_REQUESTS = {
    "request_contact": "phone number can be requested in private chats only",
    "request_location": "location can be requested in private chats only",
    "request_poll": "poll can be requested in private chats only",
    "request_users": "users can be requested in private chats only",
    "request_chat": "chats can be requested in private chats only",
    "request_managed_bot": "managed bots can be requested in private chats only",
    "web_app": "Web App can be used in private chats only",
}
_ROW_CUT, _BUTTON_CUT = 12, 300  # where the server silently stops reading
_ROW_MOST, _BUTTON_MOST = 8, 100


@dataclass(slots=True)
class Markup:
    """A reply_markup as Telegram keeps it: an inline keyboard belongs to the message, the rest to the chat."""

    inline: Json | None = None
    other: Json | None = None
    lint: list[str] = field(default_factory=list)


def read(markup: Any, *, private: bool) -> Markup:
    """Checks a reply_markup. Raises Refusal with the server's words."""
    if markup is None:
        return Markup()
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup, private=private)
    if "keyboard" in markup:
        return _reply(markup, private=private)
    return Markup(other=markup or None, lint=_placeholder(markup))


def read_inline(markup: Any, *, private: bool) -> Markup:
    """A reply_markup where only an inline keyboard may stand: under an edit."""
    found = read(markup, private=private)
    if found.other is not None:
        raise bad_request("inline keyboard expected")
    return found


def buttons(markup: Json | None) -> Iterator[Json]:
    """The buttons of an inline keyboard, row by row."""
    for row in (markup or {}).get("inline_keyboard", []):
        yield from row


def _inline(markup: Json, *, private: bool) -> Markup:
    found = Markup()
    rows = [[_button(button, private, found.lint) for button in row] for row in _rows(markup, "inline_keyboard")]
    _count(rows, found.lint)
    kept = _cut(rows)
    found.inline = {"inline_keyboard": kept} if kept else None
    return found


def _reply(markup: Json, *, private: bool) -> Markup:
    found = Markup(lint=_placeholder(markup))
    rows = [[_reply_button(button, private) for button in row] for row in _rows(markup, "keyboard")]
    _count(rows, found.lint)
    found.other = {**markup, "keyboard": _cut(rows)}
    return found


def _placeholder(markup: Json) -> list[str]:
    too_long = len(markup.get("input_field_placeholder") or "") > 64
    return ["input_field_placeholder is longer than 64 characters"] if too_long else []


def _rows(markup: Json, name: str) -> list[list[Any]]:
    rows = markup[name]
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    return rows


def _count(rows: list[list[Json]], lint: list[str]) -> None:
    if any(len(row) > _ROW_MOST for row in rows):
        lint.append(f"more than {_ROW_MOST} buttons in a row")
    if sum(map(len, rows)) > _BUTTON_MOST:
        lint.append(f"more than {_BUTTON_MOST} buttons on a keyboard")
    if any(not button["text"] for row in rows for button in row):
        lint.append("a button without text is dropped")


def _cut(rows: list[list[Json]]) -> list[list[Json]]:
    left, kept = _BUTTON_CUT, []
    for row in rows:
        seen = [button for button in row if button["text"]][: min(_ROW_CUT, left)]
        left -= len(seen)
        if seen:
            kept.append(seen)
    return kept


def _button(button: Any, private: bool, lint: list[str]) -> Json:
    if not isinstance(button, dict):
        raise _unread("InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise _unread('Can\'t find field "text"' if "text" not in button else 'Field "text" must be of type String')
    if "style" in button and button["style"] not in _STYLES:
        raise _unread("Invalid button style specified")
    actions = [name for name in _ACTIONS if button.get(name) not in (None, False)]
    if not actions:
        raise _unread("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        lint.append(f"several actions on one button: {', '.join(actions)}")
    for action in actions:
        _action(action, button[action], private)
    return _as_kept(button, actions[0])


def _as_kept(button: Json, action: str) -> Json:
    kept = {"text": button["text"], action: button[action]}
    if action == "url":
        kept["url"] = checked_link(button["url"]) or button["url"]
    return kept | {name: button[name] for name in ("style", "icon_custom_emoji_id") if name in button}


def _action(action: str, value: Any, private: bool) -> None:
    if action in _UNSERVED:
        raise NotServed(f"button with {action}")
    match action:
        case "callback_data" if not isinstance(value, str) or not 1 <= len(value.encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
        case "url" if not isinstance(value, str) or checked_link(value) is None:
            raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
        case "copy_text" if not isinstance(value, dict) or not 1 <= len(value.get("text", "")) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        case "web_app" if not private:
            raise bad_request("BUTTON_TYPE_INVALID")
        case "web_app" if not str(value.get("url", "")).startswith("https://"):
            raise bad_request(
                f"inline keyboard button Web App URL '{value.get('url')}' is invalid: Only HTTPS links are allowed"
            )
        case _:
            return


def _reply_button(button: Any, private: bool) -> Json:
    if isinstance(button, str):  # a plain string is a button with that text
        return {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    for request, refusal in _REQUESTS.items():
        if button.get(request) and not private:
            raise bad_request(refusal)
    return button


def _unread(why: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {why}")
