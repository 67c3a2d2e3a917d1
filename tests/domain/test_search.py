"""One line of text becomes a search, says back what was understood, and points at the word that was not."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.hardware import Specs
from bot.domain.ids import ServerId
from bot.domain.market import Listing
from bot.domain.query.words import EXAMPLES, FILLING, KEYS, SIGNS
from bot.domain.search import FILTERS, Misread, Search, chosen, gpu_name, parse, popular_gpus, with_filter

THE_EXAMPLE = "4090 x4 <2/gpu eu rel>98 ram>=64 cuda>=12 mrl>72 usd spot sort:price"

PLAINLY = "4090 x4 <2/gpu eu rel>98 ram>=64 cuda>=12 mrl>72 coin:usd spot sort:price"


def read(text: str) -> Search:
    found = parse(text)
    assert isinstance(found, Search), found
    return found


def misread(text: str) -> Misread:
    found = parse(text)
    assert isinstance(found, Misread), found.text
    return found


READ = {
    # the whole, in any order, with any punctuation
    THE_EXAMPLE: PLAINLY,
    "sort:price SPOT, usd; mrl>72, CUDA >= 12 + ram ≥ 64 + rel > 98, EU < 2/GPU  4X RTX4090": PLAINLY,
    "": "",
    " ,;+ ": "",
    # cards
    "4090": "4090",
    "rtx4090": "4090",
    "RTX 4090": "4090",
    "NVIDIA GeForce RTX 4090": "4090",
    "3090ti": "3090ti",
    "1080 ti": "1080ti",
    "gtx-1080-ti": "1080ti",
    "4070 Ti SUPER": "4070tis",
    "2060s": "2060s",
    "4090 d": "4090d",
    "3080 laptop gpu": "3080m",
    "a100": "a100",
    "A100 80GB": "a100-80gb",
    "a100-sxm4-80gb": "a100-80gb-sxm4",
    "h100 rtx a4000 l40s": "a4000 h100 l40s",
    "tesla v100": "v100",
    "titan rtx": "titanrtx",
    "titan v": "titanv",
    "6000 ada": "6000ada",
    "rtx pro 6000": "6000pro",
    "cmp 170hx": "170hx",
    "p106-100": "p106-100",
    "mixed": "mixed",
    "mixed gpus": "mixed",
    "4090,3090": "3090 4090",
    "3090+3080ti": "3080ti 3090",
    "4090/3090": "3090 4090",
    "980 ti": "980ti",
    "gpu:4090": "4090",
    "gpu = a100": "a100",
    "gpu a100": "a100",
    # counts
    "x4": "x4",
    "4x": "x4",
    "x 4": "x4",
    "4 x 3090": "3090 x4",
    "4x3090": "3090 x4",
    "3090 × 4": "3090 x4",
    "8x rtx 3090": "3090 x8",
    "x>=4": "x>=4",
    "x≥4": "x>=4",
    "x4+": "x>=4",
    "4x+": "x>=4",
    "x2-4": "x>=2 x<=4",
    "x 2 - 4": "x>=2 x<=4",
    "x>=2-4": "x>=2 x<=4",
    "2-4x": "x>=2 x<=4",
    "4 gpus": "x4",
    "gpu: 4": "x4",
    "980 x 4": "980 x4",
    "4 gpu": "x4",
    "gpus>=4": "x>=4",
    "at least 4 gpus": "x>=4",
    "x>=2 x<8": "x>=2 x<8",
    "x>=2 x4": "x4",
    # prices
    "<2": "<2",
    "<=2": "<=2",
    "≤ 2": "<=2",
    "> 1.50": ">1.5",
    "<2 >1": ">1 <2",
    "<2 <3": "<3",
    "<2/gpu <10": "<10 <2/gpu",
    "< 2 / gpu": "<2/gpu",
    "<0,5": "<0.5",
    "<.5": "<0.5",
    "<0.05/h": "<0.05/h",
    "<0.05/gpu/h": "<0.05/gpu/h",
    "<0.05/h/gpu": "<0.05/gpu/h",
    "<2/day": "<2",
    "<$2": "<2",
    "$2": "<=2",
    "2$": "<=2",
    "<2usd": "<2",
    "<2 usd": "<2",
    "<2 usd per gpu per hour": "<2/gpu/h",
    "under 2 dollars a day": "<2",
    "max 2/gpu": "<=2/gpu",
    "price<2": "<2",
    "price: 2": "<=2",
    "price/gpu < 2": "<2/gpu",
    "price 1-2": ">=1 <=2",
    "<0.0001btc": "<0.0001btc",
    "< 0.0001 BTC": "<0.0001btc",
    "<50clore/gpu": "<50clore/gpu",
    "1000 clore": "<=1000clore",
    "5000/h": "<=5000/h",
    "5000 usd": "<=5000",
    "<2 each card": "<2/gpu",
    "2": "<=2",
    "1,5": "<=1.5",
    "4090 2": "4090 <=2",
    "4090 <2, 3090": "3090 4090 <2",
    "<2,4090": "4090 <2",
    # coins
    "btc": "coin:btc",
    "BITCOIN clore": "coin:btc coin:clore",
    "usd": "coin:usd",
    "coin:usd": "coin:usd",
    "4090 usd": "4090 coin:usd",
    "<2/gpu usd": "<2/gpu coin:usd",
    "<2 coin:btc": "<2 coin:btc",
    # figures
    "rel>98": "rel>98",
    "reliability >= 98,5 %": "rel>=98.5",
    "rel>0.98": "rel>98",
    ">98%": "rel>98",
    "98%": "rel>=98",
    "98% reliability": "rel>=98",
    "rel:98": "rel>=98",
    "rating>=4.5": "rating>=4.5",
    "ram>=64": "ram>=64",
    "ram 64": "ram>=64",
    "ram64": "ram>=64",
    "64gb ram": "ram>=64",
    "64 GB of RAM": "ram>=64",
    "memory=64": "ram=64",
    "ram 64-128": "ram>=64 ram<=128",
    "ram<128 ram>64": "ram>64 ram<128",
    "vram>=24": "vram>=24",
    "24gb vram": "vram>=24",
    "gpu ram 24": "vram>=24",
    "disk>500": "disk>500",
    "1tb disk": "disk>=1000",
    "ssd >= 1.5 TB": "disk>=1500",
    "down>500": "down>500",
    "up>=1gbit": "up>=1000",
    "500mbit upload": "up>=500",
    "cuda>=12": "cuda>=12",
    "cuda:12.4": "cuda>=12.4",
    "cuda 12.10": "cuda>=12.10",
    "cpu>=16": "cores>=16",
    "8 cores": "cores>=8",
    "threads=32": "threads=32",
    "mrl>72": "mrl>72",
    "len>=3d": "mrl>=72",
    "3 days": "mrl>=72",
    "1 week": "mrl>=168",
    "24h": "mrl>=24",
    # places
    "de": "de",
    "Germany": "de",
    "in germany": "de",
    "country:cz": "cz",
    "Czech Republic": "cz",
    "uk": "uk",
    "usa": "us",
    "United States": "us",
    "hong kong": "hk",
    "hong-kong": "hk",
    "türkiye": "tr",
    "eu": "eu",
    "north america": "na",
    "na sa asia oceania africa europe": "africa asia europe na oceania sa",
    "GB": "uk",
    "<2 in uk": "<2 uk",
    "india": "india",
    "in in": "india",
    "it in india": "india it",
    "!cn": "!cn",
    "-cn": "!cn",
    "not china": "!cn",
    "not in China": "!cn",
    "eu !de": "eu !de",
    "de !de": "!de",
    "!de de": "de",
    "4090 - eu": "4090 eu",
    "4090-eu": "4090 eu",
    # one machine, one host
    "id:123": "id:123",
    "server 123": "id:123",
    "#123": "<=123",
    "owner:4": "owner:4",
    # the kind and what is shown
    "spot": "spot",
    "spot ondemand": "",
    "on demand": "",
    "on-demand": "",
    "free": "",
    "not rented": "",
    "all": "all",
    "rented": "rented",
    # order
    "sort:price": "sort:price",
    "sort:-price": "sort:-price",
    "sort by ram desc": "sort:-ram",
    "sort=gpu": "sort:gpu",
    "sort:rel rel>98": "rel>98 sort:-rel",
    "sort:+rel": "sort:+rel",
    "sort by ram asc": "sort:+ram",
    "cheapest 4090": "4090 sort:price",
    # digits and letters of all sorts
    "４０９０ ＜２": "4090 <2",
    "٤٠٩٠": "4090",
}


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


choices = st.sampled_from(
    [(key, choice.key) for key, each in FILTERS.items() for choice in each.choices]
    + [("gpu", value) for value in ("any", "4090", "3080ti", "a100", "titanv", "4070tis", "6000ada", "mixed")]
)


@given(st.lists(choices, max_size=12), st.sampled_from([text for text in READ if text]))
def test_every_search_that_buttons_make_can_be_written(presses: list[tuple[str, str]], text: str) -> None:
    search = read(text)
    for key, value in presses:
        search = with_filter(search, key, value)
        assert parse(search.text) == search, search.text
        assert chosen(search, key) or key not in {"kind", "shown"}


def test_a_button_sets_and_clears() -> None:
    for key, each in FILTERS.items():
        for choice in each.choices:
            assert 1 <= len(choice.key) <= 8
            assert 1 <= len(key) <= 8
            changed = with_filter(Search(), key, choice.key)
            held = chosen(changed, key)
            assert choice.key in held, (key, choice.key)
        if any(choice.key == "any" for choice in each.choices) or key == "gpu":
            full = with_filter(Search(), key, each.choices[1].key if each.choices else "4090")
            assert full != Search()
            assert with_filter(full, key, "any") == Search()
    assert with_filter(Search(), "gpuday", "0.5").text == "<0.5/gpu"
    assert with_filter(read("x2-4"), "x", "8").text == "x8"
    assert with_filter(read("ram<64"), "ram", "120").text == "ram>=120"
    assert with_filter(Search(), "sort", "rel").text == "sort:-rel"


def test_a_second_press_takes_one_of_several_back() -> None:
    both = with_filter(with_filter(Search(), "gpu", "4090"), "gpu", "3090")
    assert both.text == "3090 4090"
    assert chosen(both, "gpu") == {"3090", "4090"}
    assert with_filter(both, "gpu", "4090").text == "3090"
    assert with_filter(read("eu na"), "place", "eu").text == "na"
    assert with_filter(read("btc usd"), "coin", "btc").text == "coin:usd"
    assert with_filter(read("!cn"), "notin", "cn") == Search()


@given(st.text(max_size=8), st.text(max_size=8))
def test_an_old_or_forged_button_changes_nothing_or_makes_a_search(key: str, value: str) -> None:
    for known in (key, *FILTERS):
        search = with_filter(read("4090"), known, value)
        assert parse(search.text) == search


def test_the_cards_that_are_listed_most_come_first() -> None:
    models = ["3080 Ti", "4090", "4090", "4090", "3080 Ti", "A100-SXM4-80GB"]
    listings = [
        Listing(ServerId(n), specs=Specs(gpu=f"1x NVIDIA GeForce RTX {model}")) for n, model in enumerate(models)
    ]
    listings += [Listing(ServerId(90), specs=Specs(gpu="6x Mixed GPUs")), Listing(ServerId(91))]
    listings += [Listing(ServerId(92), rented=True, specs=Specs(gpu="1x NVIDIA H100"))]
    shown = popular_gpus(listings)
    assert [(choice.key, choice.label) for choice in shown] == [
        ("any", "any GPU"),
        ("4090", "RTX 4090"),
        ("3080ti", "RTX 3080 Ti"),
        ("a100", "A100"),
    ]
    for choice in shown[1:]:
        assert parse(with_filter(Search(), "gpu", choice.key).text) == with_filter(Search(), "gpu", choice.key)
    assert len(popular_gpus(listings, most=1)) == 2
