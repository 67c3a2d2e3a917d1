"""Every action fits a button and comes back as it was; everything else is no action."""

from __future__ import annotations

import random
from dataclasses import fields
from typing import Any, Final, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import actions
from handlers.actions import MOST_BYTES, Action, NotAnAction, decode, encode
from handlers.word import Word

LARGEST: Final = 2**63 - 1
PAYLOADS: Final = 10_000
KINDS: Final[tuple[Any, ...]] = get_args(Action)

numbers = st.one_of(st.integers(0, LARGEST), st.sampled_from([0, 1, 2**31, 2**53, LARGEST]))
words = st.from_regex(r"[A-Za-z0-9.-]{1,8}", fullmatch=True)
tokens = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=22, max_size=22)


def _values(hint: Any) -> st.SearchStrategy[object]:
    if hint is bool:
        return st.booleans()
    if hint is Word:
        return words
    return tokens if hint is str else numbers


def _hints(kind: Any) -> dict[str, Any]:
    """The plain type of each field; a `Word` is shorter than other text."""
    hints = get_type_hints(kind)
    plain = {name: hint if hint is Word else getattr(hint, "__supertype__", hint) for name, hint in hints.items()}
    return {field.name: plain[field.name] for field in fields(kind)}


def _made(kind: Any) -> st.SearchStrategy[Action]:
    return st.builds(kind, **{name: _values(hint) for name, hint in _hints(kind).items()})


any_action = st.one_of([_made(kind) for kind in KINDS])


@settings(max_examples=600, deadline=None)
@given(any_action)
def test_every_action_survives_its_button(action: Action) -> None:
    data = encode(action)
    assert len(data.encode()) <= MOST_BYTES
    assert decode(data) == action


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_the_longest_of_each_kind_fits(kind: Any) -> None:
    longest: dict[Any, object] = {bool: True, Word: "z" * 8, str: "z" * 22, int: LARGEST}
    made: Action = kind(*(longest[hint] for hint in _hints(kind).values()))
    assert len(encode(made).encode()) <= MOST_BYTES
    assert decode(encode(made)) == made


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.from_regex(r"1:[A-Za-z]{1,2}(:[0-9A-Za-z_-]{0,25}){0,4}")))
def test_what_is_decoded_is_what_a_button_would_carry(data: str) -> None:
    try:
        action = decode(data)
    except NotAnAction:
        return
    assert encode(action) == data


def test_ten_thousand_mutated_payloads_are_actions_or_nothing() -> None:
    """Flipped, cut, doubled and spliced data of real buttons: one meaning or none, and never another error."""
    chance = random.Random(20_220_000)
    real = [encode(kind(*_some(kind, chance))) for kind in KINDS for _ in range(4)]
    accepted = 0
    for _ in range(PAYLOADS):
        data = _mutated(chance.choice(real), chance)
        try:
            accepted += encode(decode(data)) == data
        except NotAnAction:
            continue
    assert 0 < accepted < PAYLOADS / 2


@pytest.mark.parametrize(
    "data",
    [
        "", ":", "1", "1:", "1:h:", "1:h:0", "2:h", "1:Z", "1:a", "1:a:", "1:a:-1", "1:a:+1", "1:a: 1", "1:a:01", "1:a:1:2",
        "1:a:٣", "1:a:1e3", "1:a:9223372036854775808", "1:o:1:0:2", "1:o:1:0:", "1:y:", "1:y:a b", "1:y:<b>", "1:y:" + "a" * 41,
        "1:y:a\n", " 1:h", "1:h ", "1:h\n", "v1:h", "1:h\x00", "1：h", "١:h",
    ],
)  # fmt: skip
def test_what_no_button_carries_is_no_action(data: str) -> None:
    with pytest.raises(NotAnAction):
        decode(data)


def test_no_two_actions_share_a_letter() -> None:
    letters = {encode(kind(*_some(kind, random.Random(1)))).split(":")[1] for kind in KINDS}
    assert len(letters) == len(KINDS)
    assert actions.VERSION == "1"


def _some(kind: Any, chance: random.Random) -> list[object]:
    values: dict[Any, object] = {
        bool: chance.random() < 0.5,
        Word: "".join(chance.choices("ABCxyz012.-", k=5)),
        str: "".join(chance.choices("ABCxyz012_-", k=22)),
        int: chance.choice([0, 7, chance.randrange(LARGEST), LARGEST]),
    }
    return [values[hint] for hint in _hints(kind).values()]


def _mutated(data: str, chance: random.Random) -> str:
    signs, at = list(data), chance.randrange(len(data))
    match chance.randrange(6):
        case 0:
            signs[at] = chr(chance.randrange(1, 0x3000))
        case 1:
            del signs[at]
        case 2:
            signs.insert(at, chance.choice(":0123456789abcXYZ-_ \n"))
        case 3:
            signs = signs[:at]
        case 4:
            signs = signs[:at] + signs
        case _:
            signs[at] = chance.choice(":0123456789abcXYZ")
    return "".join(signs)
