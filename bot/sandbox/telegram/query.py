"""A call as it came over the wire, decoded by what the specification says of each parameter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.files import Upload
from bot.sandbox.telegram.refusal import NotServed, bad_request
from bot.sandbox.telegram.spec import Field, Method, Spec

Json = dict[str, Any]

_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0", ""}
_NOT_JSON = {
    "reply_markup": "can't parse reply keyboard markup JSON object",
    "entities": "can't parse entities JSON object",
    "caption_entities": "can't parse entities JSON object",
    "reply_parameters": "can't parse reply parameters JSON object",
    "link_preview_options": "can't parse link preview options JSON object",
    "commands": "can't parse commands JSON object",
    "scope": "can't parse BotCommandScope JSON object",
    "media": "can't parse media JSON object",
    "results": "can't parse JSON encoded inline query results",
    "message_ids": "can't parse message identifiers JSON object",
}
_UNSERVED = {
    "business_connection_id",
    "direct_messages_topic_id",
    "ephemeral_message_parameters",
    "suggested_post_parameters",
    "allow_paid_broadcast",
    "message_effect_id",
    "inline_message_id",
    "rich_message",
    "certificate",
    "video_start_timestamp",
    "icon_custom_emoji_id",
}


@dataclass(slots=True)
class Query:
    """A method with its parameters in their real types; `lint` says what a strict reader would object to."""

    method: Method
    params: Json
    files: dict[str, Upload] = field(default_factory=dict)
    lint: list[str] = field(default_factory=list)

    def get(self, name: str, default: Any = None) -> Any:
        return self.params.get(name, default)

    def flag(self, name: str) -> bool:
        return self.params.get(name) is True

    def integer(self, name: str) -> int:
        """A number, 0 when it was not given, as the real server reads it."""
        value = self.params.get(name)
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        value = self.params.get(name)
        return value if isinstance(value, str) else ""

    def refuse_unserved(self) -> None:
        """501 for a parameter whose effect this stand-in does not know."""
        for name in sorted(_UNSERVED & self.params.keys()):
            if self.params[name]:
                raise NotServed(f"parameter {name} of {self.method.name}")

    def shown(self) -> Json:
        """The parameters for the log, with names and sizes in place of uploaded bytes."""
        uploads = {name: {"file_name": one.name, "file_size": len(one.content)} for name, one in self.files.items()}
        return {**self.params, **uploads}


def decode(spec: Spec, method: Method, raw: Mapping[str, Any], files: dict[str, Upload]) -> Query:
    """Reads text from a form or a URL, or values from a JSON body. Raises Refusal for JSON that cannot be read."""
    query = Query(method, {}, files)
    for name, value in raw.items():
        known = method.fields.get(name)
        if known is None:
            query.lint.append(f"unknown parameter {name}")
        elif value is not None:
            _take(spec, query, name, known, value)
    _refuse_half_characters(query.params)
    for name in files:
        if name in method.fields:
            query.params[name] = f"attach://{name}"
        elif f"attach://{name}" not in json.dumps(query.params):
            query.lint.append(f"file {name} is attached to nothing")
    return query


def _refuse_half_characters(params: Json) -> None:
    try:
        json.dumps(params, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _take(spec: Spec, query: Query, name: str, known: Field, value: Any) -> None:
    value = _from_text(query, name, known, value) if isinstance(value, str) else value
    if value is None:
        return
    problems = spec.check(value, known.types, name)
    query.lint += [f"wrong type: {problem}" if "not of type" in problem else problem for problem in problems]
    query.params[name] = value


def _from_text(query: Query, name: str, known: Field, text: str) -> Any:
    """The value that the text stands for, by the parameter's first fitting type; None when there is none."""
    if "Integer" in known.types and _is_integer(text):
        return int(text)
    if "String" in known.types:
        return text
    if "Boolean" in known.types and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if set(known.types) & {"Integer", "Boolean", "Float"}:
        query.lint.append(f"wrong type: {name} is not of type {'|'.join(known.types)}")
        return None
    return _from_json(name, text) if text else None


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


def _from_json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise bad_request(_NOT_JSON.get(name, f"can't parse {name} JSON object")) from None
