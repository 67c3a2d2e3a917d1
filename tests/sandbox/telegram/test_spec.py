"""The table of the Bot API and the checker that is made from it."""

import json
from pathlib import Path

import pytest

from bot.sandbox.telegram import make_spec
from bot.sandbox.telegram.methods.table import SERVED
from bot.sandbox.telegram.spec import bot_api

API = bot_api()
CHAT = {"id": 1, "type": "private"}
MESSAGE = {"message_id": 1, "date": 1, "chat": CHAT}


def test_the_table_says_which_version_it_is() -> None:
    assert API.version == "Bot API 10.3"
    assert API.methods["sendmessage"].name == "sendMessage"


def test_every_method_that_is_served_is_in_the_table() -> None:
    assert set(SERVED) <= {method.name for method in API.methods.values()}


def test_the_committed_table_is_written_as_the_script_writes_it() -> None:
    path = Path(make_spec.__file__).with_name("spec.json")
    assert make_spec.write(json.loads(path.read_text())) == path.read_text()


def test_the_script_keeps_names_types_and_what_is_required() -> None:
    def field(name: str, types: list[str], *, required: bool, text: str = "") -> dict[str, object]:
        return {"name": name, "types": types, "required": required, "description": text}

    schema = {
        "version": "Bot API 0.1",
        "release_date": "2026-01-01",
        "methods": {"getOne": {"returns": ["One"], "fields": [field("chat_id", ["Integer", "String"], required=True)]}},
        "types": {
            "One": {"fields": [field("type", ["String"], required=True, text="always 'one'")]},
            "Any": {"fields": [], "subtypes": ["One"]},
        },
    }
    assert make_spec.compact(schema) == {
        "version": "Bot API 0.1",
        "release_date": "2026-01-01",
        "methods": {"getOne": {"returns": "One", "fields": {"chat_id": "Integer|String!"}}},
        "types": {"One": {"type": "String!=one"}},
        "unions": {"Any": ["One"]},
    }


@pytest.mark.parametrize(
    ("value", "kind", "problems"),
    [
        (MESSAGE, "Message", []),
        ({**MESSAGE, "colour": 1}, "Message", ["colour is unknown to Message"]),
        ({**MESSAGE, "date": "now"}, "Message", ["date is not of type Integer"]),
        ({**MESSAGE, "date": True}, "Message", ["date is not of type Integer"]),
        ({"message_id": 1, "date": 1}, "Message", [" lacks chat, which Message requires"]),
        ({**MESSAGE, "chat": {"id": 1}}, "Message", ["chat lacks type, which Chat requires"]),
        ({**MESSAGE, "entities": [{"type": "bold"}]}, "Message", [
            "entities[0] lacks offset, which MessageEntity requires",
            "entities[0] lacks length, which MessageEntity requires",
        ]),
        ({"type": "chat", "chat_id": 5}, "BotCommandScope", []),
        ({"type": "chat_member", "chat_id": 5}, "BotCommandScope", [
            " lacks user_id, which BotCommandScopeChatMember requires"
        ]),
        ({"type": "emoji", "emoji": "👍"}, "ReactionType", []),
        (7, "Message", [" is not a Message"]),
        ({}, "Array of Message", [" is not an array"]),
    ],
)  # fmt: skip
def test_a_value_is_checked_down_to_its_leaves(value: object, kind: str, problems: list[str]) -> None:
    assert API.check(value, (kind,)) == problems
