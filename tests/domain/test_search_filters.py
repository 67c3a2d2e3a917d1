"""The buttons of a search: each sets or clears one filter, and makes nothing that could not be written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hardware import Specs
from bot.domain.ids import ServerId
from bot.domain.market import Listing
from bot.domain.search import FILTERS, Search, chosen, parse, popular_gpus, with_filter
from tests.domain.search_lines import READ, read

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
