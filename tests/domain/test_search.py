"""One line of text becomes a search, says back what was understood, and points at the word that was not."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.query.words import EXAMPLES, FILLING, KEYS, SIGNS
from bot.domain.search import Misread, gpu_name, parse
from tests.domain.search_lines import PLAINLY, READ, THE_EXAMPLE, misread, read


@pytest.mark.parametrize(("text", "plainly"), READ.items())
def test_what_is_understood(text: str, plainly: str) -> None:
    assert read(text).text == plainly
    assert read(plainly) == read(text)


@pytest.mark.parametrize(
    ("text", "word", "start", "problem", "instead"),
    [
        ("4090 foo eu", "foo", 5, "not known", "4090 x4"),
        ("4090 rell>98 eu", "rell", 5, "maybe rel", "4090 rel>98 eu"),
        ("4090 germny", "germny", 5, "maybe germany", "4090 germany"),
        ("rel>98 4090 sort:dlperf", "dlperf", 17, "cannot be sorted by dlperf", "sort:price"),
        ("4090 sort", "sort", 5, "sort by what", "sort:price"),
        ("4090 ram", "ram", 5, "needs a number", "ram>=64"),
        ("4090 ram>eu", "ram", 5, "needs a number", "ram>=64"),
        ("rel>980", "rel", 0, "up to 100 %", "rel>98"),
        ("4090 <", "<", 5, "number is missing", "<2 rel>98"),
        ("4090 <1,000", "<1,000", 5, "more than one way", "<1000 or <1.5"),
        ("<2/week", "week", 3, "per GPU or per hour", "<2/gpu <0.1/h"),
        ("x" + "9" * 20, "x" + "9" * 20, 0, "too many digits", "x4"),
        ("ram>1,000", "ram", 0, "more than one way", "ram>=64"),
        ("<0", "<0", 0, "above zero", "<2"),
        ("<0.1btc <5clore", "<5clore", 8, "prices in one coin", "<0.0001btc"),
        ("rtx", "rtx", 0, "which RTX", "rtx 4090"),
        ("12345", "12345", 0, "id:", "id:12345"),
        ("64gb", "64gb", 0, "of what", "ram>=64"),
        ("!4090", "!4090", 0, "only a country or region", "!cn"),
        ("x1.5", "x1.5", 0, "whole numbers", "x4"),
        ("cuda>=999", "cuda", 0, "no version", "cuda>=12"),
        ("id:99999999999999999999", "id", 0, "no server", "id:1234"),
        ("é", "é", 0, "not known", "4090"),
    ],
)
def test_what_is_not_understood_is_pointed_at(text: str, word: str, start: int, problem: str, instead: str) -> None:
    found = misread(text)
    assert (found.word, found.start) == (word, start)
    assert problem in found.problem
    assert instead in found.example


def test_a_search_has_no_more_of_a_kind_than_anybody_can_look_at() -> None:
    assert "at most 12 GPU models" in misread(" ".join(str(number) for number in range(3010, 3200, 10))).problem
    assert "at most 12 places" in misread("de fr it at be bg hr cy cz dk ee fi gr").problem
    assert "at most 200 words" in misread("and " * 201).problem
    assert "at most 4,096 characters" in misread("x" * 4_097).problem
    assert "at most 12 servers" in misread(" ".join(f"id:{number}" for number in range(13))).problem


def test_every_example_of_an_error_can_itself_be_read() -> None:
    for text in [*EXAMPLES.values(), misread("foo").example]:
        read(text)


def test_the_chips_say_it_in_words() -> None:
    assert [chip.label for chip in read(THE_EXAMPLE).chips] == [
        "RTX 4090",
        "4 GPUs",
        "under 2 USD a day per GPU",
        "in the EU",
        "reliability over 98 %",
        "RAM 64 GB or more",
        "CUDA 12 or more",
        "rentable for over 72 h",
        "takes USD",
        "spot",
        "cheapest first",
    ]
    assert [chip.label for chip in read("3090 4090 de us !cn all <=0.1btc/h id:7 sort:-rel").chips] == [
        "RTX 3090",
        "or RTX 4090",
        "at most 0.1 BTC an hour",
        "in Germany",
        "or in the United States",
        "not in China",
        "server 7",
        "rented ones too",
        "most reliable first",
    ]


def test_every_chip_can_be_taken_away_alone() -> None:
    search = read(THE_EXAMPLE)
    words = PLAINLY.split()
    for place in range(len(words)):
        assert search.without(place).text == " ".join(words[:place] + words[place + 1 :])
    assert search.without(len(words)) == search
    assert search.without(-1) == search


@pytest.mark.parametrize(
    ("asked", "listed", "found"),
    [
        ("4090", "NVIDIA GeForce RTX 4090", True),
        ("4090", "NVIDIA GeForce RTX 4090 D", False),
        ("4090", "GeForce RTX 4090 Laptop GPU", False),
        ("4090d", "NVIDIA GeForce RTX 4090 D", True),
        ("3080", "NVIDIA GeForce RTX 3080 Ti", False),
        ("3080 ti", "NVIDIA GeForce RTX 3080 Ti", True),
        ("4070ti", "NVIDIA GeForce RTX 4070 Ti SUPER", False),
        ("gtx 3090", "NVIDIA GeForce RTX 3090", True),
        ("1660s", "NVIDIA GeForce GTX 1660 SUPER", True),
        ("a100", "NVIDIA A100-SXM4-80GB", True),
        ("a100 80gb", "NVIDIA A100-SXM4-80GB", True),
        ("a100 40gb", "NVIDIA A100-SXM4-80GB", False),
        ("a4000", "NVIDIA RTX A4000", True),
        ("a100", "NVIDIA RTX A1000", False),
        ("6000ada", "NVIDIA RTX 6000 Ada Generation", True),
        ("pro 6000", "NVIDIA RTX PRO 6000 Blackwell Workstation Edition", True),
        ("h100", "NVIDIA H100 80GB HBM3", True),
        ("1060", "NVIDIA GeForce GTX 1060 6GB", True),
        ("titan v", "NVIDIA TITAN V", True),
        ("titan v", "NVIDIA TITAN RTX", False),
        ("p106", "P106-100", True),
        ("170hx", "NVIDIA CMP 170HX", True),
        ("mixed", "Mixed GPUs", True),
    ],
)
def test_which_card_is_meant(asked: str, listed: str, found: bool) -> None:
    card, wanted = gpu_name(listed), read(asked).gpus
    assert card is not None
    assert [gpu.finds(card) for gpu in wanted] == [found]


PIECES = [
    *THE_EXAMPLE.split(),
    *(text for text in READ if text),
    *(*KEYS, *SIGNS, *FILLING),
    *[
        "x",
        "<",
        ">",
        "=",
        ":",
        "/",
        "-",
        "+",
        ".",
        ",",
        "!",
        "$",
        "%",
        "0",
        "1",
        "9",
        "64",
        "4090",
        "gb",
        "ti",
        "btc",
        "h",
        "gpu",
        "in",
        "not",
        "sort",
        "id",
        "1e9",
        "∞",
        "½",
        "²",
        "٣",
        "�",
        "\x00",
    ],
    *(" ", "  ", "\n", "\t", "9" * 400, "x" * 300, "," * 50),
]


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
    | st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)
)
@example("x" * 5000)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_search_or_points_at_a_word(text: str) -> None:
    found = parse(text)
    if isinstance(found, Misread):
        assert found.word
        assert text[found.start :].startswith(found.word)
        assert found.problem
        assert found.example
        return
    assert parse(found.text) == found, found.text
    assert len(found.text) < 2_000
    assert all(chip.label for chip in found.chips)
    for place in range(len(found.chips)):
        less = found.without(place)
        assert len(less.chips) == len(found.chips) - 1
        assert parse(less.text) == less


@pytest.mark.parametrize(
    "piece",
    ["9", ".", ",", "1,", "1.", " ", "x", "x ", "<", "< ", "-", "a-", "- ", "in ", "not ", "sort ", "rtx ", "4090 ", "under ",
     "ram ", "ram: ", "hong ", "a", "é", "1-", "/gpu", "per gpu ", "2 ", "!", "not in ", "id", "id #", "99999 ", "x1 "],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    """Counted in processor time, very generously: what must not be is seconds."""
    began = time.process_time()
    for text in (piece * (4_096 // len(piece)), "4090 <2" + piece * (4_000 // len(piece)), "ram" + " " * 4_000 + piece):
        parse(text)
    assert time.process_time() - began < 1
