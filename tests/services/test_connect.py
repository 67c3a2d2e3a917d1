"""What counts as an API key in a text, and what may be the name of an account."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.connect import WrongName, find_key, wrong_name

SIGNS = string.ascii_letters + string.digits + "_-"

drawn = st.text(SIGNS, min_size=32, max_size=32).filter(
    lambda key: any(map(str.islower, key)) and any(map(str.isupper, key))
)
around = st.text(" \n\t.,:;!?'\"()=", max_size=5)


@given(drawn, around, around)
def test_a_key_is_found_whatever_stands_around_it(key: str, before: str, after: str) -> None:
    assert find_key(f"my key{before or ' '}{key}{after} thanks" if after else f"{before}{key}") == key


@given(st.text(SIGNS, max_size=31) | st.text(SIGNS, min_size=33, max_size=80))
def test_a_word_of_another_length_is_no_key(word: str) -> None:
    assert find_key(word) is None


@pytest.mark.parametrize(
    "text",
    ["", "hello", "a" * 32, "A" * 32, "0" * 32, "ssh-ed25519 AAAA", "cloreai/ubuntu20.04-jupyter:latest-0123456789"],
)
def test_what_people_write_is_no_key(text: str) -> None:
    assert find_key(text) is None


@given(drawn, st.integers(24, 31))
def test_a_cut_key_is_no_name(key: str, length: int) -> None:
    part = key[:length]
    if any(map(str.islower, part)) and any(map(str.isupper, part)):
        assert wrong_name(part) is WrongName.LOOKS_LIKE_A_KEY


@pytest.mark.parametrize("name", ["main", "Night shift 2", "rig-7", "Прага", "a" * 32, "GPU_FARM_NUMBER_TWENTY_SEVEN"])
def test_a_plain_word_is_a_name(name: str) -> None:
    assert wrong_name(name) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", WrongName.EMPTY),
        ("!!!", WrongName.EMPTY),
        ("\U0001f5a5\ufe0f", WrongName.EMPTY),
        ("a" * 33, WrongName.TOO_LONG),
    ],
)
def test_what_is_no_name_says_why(name: str, why: WrongName) -> None:
    assert wrong_name(name) is why
