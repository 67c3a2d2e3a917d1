"""Machines found in a market: the same as by looking at every one of them, and in the right order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.catalogue import NOTHING_UNWANTED, Catalogue, Unwanted
from bot.domain.hardware import Specs
from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing, Market
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.query.conditions import SortKey
from bot.domain.search import Figure, Limit, Price, Search, Shown, Sign, Sort, Version, gpu_name, parse
from tests.domain.plain_search import plainly

AT = datetime(2026, 3, 1, tzinfo=UTC)
RATES = Rates({BITCOIN: Decimal(50_000), CLORE: Decimal("0.01")}, AT)


def catalogue(*listings: Listing, rates: Rates | None = RATES) -> Catalogue:
    return Catalogue.of(Market(listings, AT), rates)


def listing(number: int, price: str = "1", gpu: str = "1x NVIDIA GeForce RTX 4090", **more: Any) -> Listing:
    return Listing(ServerId(number), on_demand={USD: Decimal(price)}, specs=Specs(gpu=gpu), **more)


def found(where: Catalogue, text: str, unwanted: Unwanted = NOTHING_UNWANTED) -> list[int]:
    search = parse(text)
    assert isinstance(search, Search)
    return [hit.listing.id for hit in where.search(search, unwanted)]


def test_the_cheapest_free_machine_comes_first_and_equal_ones_go_by_number() -> None:
    market = catalogue(listing(9, "2"), listing(3, "2"), listing(5, "1"), listing(1, "0.5", rented=True))
    assert found(market, "") == [5, 3, 9]
    assert found(market, "all") == [1, 5, 3, 9]
    assert found(market, "rented") == [1]
    assert found(market, "sort:-price") == [3, 9, 5]


def test_a_price_is_meant_with_the_fee_and_decided_to_the_last_digit() -> None:
    market = catalogue(listing(1, "2"), listing(2, "4", "2x RTX 4090"), listing(3, "1.9", "RTX 4090"))
    assert found(market, "<2.1") == [3]
    assert found(market, "<=2.1") == [3, 1]
    assert found(market, "<=2.1/gpu") == [1, 2], "nobody knows how many GPUs the third has"
    assert found(market, "<0.0875/h") == [3]
    assert found(market, ">2.1") == [2]
    assert found(market, "sort:-gpu") == [1, 2, 3]


def test_a_coin_is_asked_for_and_quoted() -> None:
    both = Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0001"), CLORE: Decimal(400)})
    refuses = Listing(ServerId(2), on_demand={BITCOIN: Decimal("0.00001"), CLORE: Decimal(900)}, allowed_coins=(CLORE,))
    market = catalogue(both, refuses)
    assert [hit.quote.price.currency for hit in market.search(Search())] == [CLORE, CLORE]
    assert found(market, "btc") == [1]
    assert market.search(Search(coins=(BITCOIN,)))[0].usd_per_day == Decimal("5.25")
    assert found(market, "<=0.000105btc") == [1]
    assert found(market, "<0.000105btc") == []
    assert found(market, "<1btc clore") == [1], "priced in one coin, and the other taken too"
    assert found(market, "clore btc") == [1, 2]
    assert found(market, "usd") == []


def test_what_is_not_known_is_within_no_limit_and_comes_last() -> None:
    market = catalogue(
        listing(1, "3"), listing(2, "2", reliability=Decimal("0.99")), listing(3, "1", reliability=Decimal("0.5"))
    )
    assert found(market, "rel>=0") == [3, 2]
    assert found(market, "sort:+rel") == [3, 2, 1]
    assert found(market, "sort:rel") == found(market, "sort:-rel") == [2, 3, 1]
    assert found(market, "!cn") == [3, 2, 1], "a machine of no known country is not known to be in China"
    assert found(market, "eu") == []


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("cuda>=12", ["12", "12.2", "12.10", "13.0"]),
        ("cuda>12", ["12.2", "12.10", "13.0"]),
        ("cuda<12", ["11.8"]),
        ("cuda<=12", ["11.8", "12", "12.2", "12.10"]),
        ("cuda=12", ["12", "12.2", "12.10"]),
        ("cuda=12.2", ["12.2"]),
        ("cuda>=12.9", ["12.10", "13.0"]),
        ("cuda<=12.2", ["11.8", "12", "12.2"]),
    ],
)
def test_cuda_versions_are_no_numbers_with_a_point(text: str, versions: list[str]) -> None:
    known = ["11.8", "12", "12.2", "12.10", "13.0"]
    market = catalogue(
        *(listing(number, cuda=version) for number, version in enumerate(known)), listing(99, cuda="none")
    )
    assert [known[number] for number in found(market, text)] == versions


def test_disk_cores_and_length_come_out_of_what_clore_writes() -> None:
    specs = Specs(disk="NVMe disk 247.3623046875GB", cpus="8/16")
    market = catalogue(
        Listing(ServerId(1), on_demand={USD: Decimal(1)}, specs=specs, max_length=timedelta(hours=73)),
        Listing(ServerId(2), on_demand={USD: Decimal(1)}, specs=Specs(disk="SSD 1.8TB", cpus="64"), max_length=None),
    )
    assert found(market, "disk>=247") == [1, 2]
    assert found(market, "disk>247.3623046875") == [2]
    assert found(market, "disk=1800") == [2]
    assert found(market, "cores=8 threads=16") == [1]
    assert found(market, "mrl>=73") == [1]
    assert found(market, "mrl>73") == []


def test_what_a_chat_has_blocked_is_left_out() -> None:
    market = catalogue(
        listing(1, owner=OwnerId(7)), listing(2, owner=OwnerId(7)), listing(3), listing(4, owner=OwnerId(8))
    )
    assert found(market, "", Unwanted(servers=frozenset({ServerId(3), ServerId(99)}))) == [1, 2, 4]
    assert found(market, "", Unwanted(owners=frozenset({OwnerId(7)}))) == [3, 4]
    assert found(market, "owner:7 id:2") == [2]
    assert found(market, "id:1 id:4 id:55") == [1, 4]


def test_a_machine_that_no_coin_can_buy_is_listed_but_not_found() -> None:
    hidden = Listing(ServerId(5), on_demand={USD: Decimal(1)}, allowed_coins=(BITCOIN,))
    market = catalogue(hidden, Listing(ServerId(6)))
    assert market.find(ServerId(5)) == hidden
    assert market.find(ServerId(7)) is None
    assert found(market, "all") == found(market, "all spot") == []


def test_without_rates_dollars_come_first_and_coins_are_not_mixed() -> None:
    market = catalogue(
        Listing(ServerId(1), on_demand={CLORE: Decimal(9)}),
        Listing(ServerId(2), on_demand={BITCOIN: Decimal(2)}),
        Listing(ServerId(3), on_demand={BITCOIN: Decimal(1)}),
        Listing(ServerId(4), on_demand={USD: Decimal(7), CLORE: Decimal(1)}),
        rates=None,
    )
    assert found(market, "") == found(market, "sort:price") == [4, 1, 3, 2]
    assert found(market, "<8") == [4]
    assert found(market, "clore") == [4, 1]


def test_a_server_that_is_listed_twice_counts_once() -> None:
    market = catalogue(listing(1, "3"), listing(1, "2"))
    assert found(market, "") == [1]
    assert market.search(Search())[0].quote.price.amount == 3


def test_hits_are_counted_sliced_and_walked_through() -> None:
    hits = catalogue(*(listing(number) for number in range(7))).search(Search())
    assert len(hits) == 7
    assert [hit.listing.id for hit in hits] == list(range(7))
    assert isinstance(hits[2:4], tuple)
    assert [hit.listing.id for hit in hits[2:4]] == [2, 3]
    assert hits[-1].listing.id == 6
    with pytest.raises(IndexError):
        hits[7]
    assert not catalogue().search(Search())


def test_similar_machines_have_the_same_card_as_often_and_no_less_memory() -> None:
    def gpu(number: int, name: str, vram: int, price: str = "1", **more: Any) -> Listing:
        specs = Specs(gpu=name, gpu_ram_gb=Decimal(vram))
        return Listing(ServerId(number), on_demand={USD: Decimal(price)}, specs=specs, **more)

    mine = gpu(1, "2x NVIDIA A100-SXM4-80GB", 80)
    listed = (
        mine,
        gpu(2, "2x NVIDIA A100 80GB PCIe", 80, "3"),
        gpu(3, "2x NVIDIA A100-SXM4-80GB", 80, "2"),
        gpu(4, "2x NVIDIA A100-SXM4-40GB", 40),
        gpu(5, "4x NVIDIA A100-SXM4-80GB", 80, "9"),
        gpu(6, "2x NVIDIA A100-SXM4-80GB", 80, rented=True),
        gpu(7, "2x NVIDIA A100-SXM4-80GB", 80, "5", owner=OwnerId(4)),
        gpu(8, "2x NVIDIA A100-SXM4-80GB", 80, "6"),
    )
    market = Catalogue.of(Market(listed, AT, own=frozenset({ServerId(8)})), RATES)

    def similar(**more: Any) -> list[int]:
        return [hit.listing.id for hit in market.similar(mine, but=ServerId(1), **more)]

    assert similar() == [3, 2, 7], "the cheapest first, own machines left out"
    assert similar(max_usd=Decimal("3.15")) == [3, 2]
    assert similar(unwanted=Unwanted(owners=frozenset({OwnerId(4)}), servers=frozenset({ServerId(3)}))) == [2]
    assert similar(own=frozenset({ServerId(2)})) == [3, 7]
    assert similar(count=4) == [5]
    assert similar(spot=True) == []
    assert len(market.similar(mine.specs)) == 4, "a mere description will do"
    for nothing in (Specs(), Specs(gpu="6x Mixed GPUs"), Specs(gpu="RTX 4090")):
        assert not market.similar(nothing)


# --- the same as by looking at every machine ---

amounts = st.sampled_from(
    [Decimal(text) for text in ("0", "0.5", "1", "1.00", "2", "2.0000000000000000001", "500", "7E-7")]
)
prices = st.dictionaries(st.sampled_from([BITCOIN, CLORE, USD, "new-coin"]), amounts, max_size=4)
figures = st.none() | st.sampled_from([Decimal(text) for text in ("0", "0.5", "0.98", "1", "16", "24", "64", "64.5")])
listings = st.builds(
    Listing,
    id=st.integers(1, 12).map(ServerId),
    owner=st.none() | st.integers(1, 3).map(OwnerId),
    max_length=st.none() | st.sampled_from([timedelta(hours=24), timedelta(hours=72), timedelta(hours=1.5)]),
    on_demand=prices,
    spot=prices,
    rented=st.booleans(),
    specs=st.builds(
        Specs,
        gpu=st.sampled_from(
            [
                None,
                "",
                "1x NVIDIA GeForce RTX 4090",
                "4x RTX 4090 D",
                "2x RTX 3080 Ti",
                "RTX 3080",
                "6x Mixed GPUs",
                "0x A100",
            ]
        ),
        gpu_ram_gb=figures,
        cpus=st.sampled_from([None, "8/16", "64", "x"]),
        ram_gb=figures,
        disk=st.sampled_from([None, "NVMe 64GB", "SSD 0.5TB", "big"]),
        down_mbit=figures,
        up_mbit=figures,
        country=st.sampled_from([None, "", "CZ", "cn", "US", "XX"]),
    ),
    reliability=figures,
    rating=figures,
    allowed_coins=st.none() | st.lists(st.sampled_from([BITCOIN, CLORE, USD]), unique=True, max_size=3).map(tuple),
    cuda=st.sampled_from([None, "11.8", "12", "12.4", "v12.10", "?"]),
)
signs = st.sampled_from(Sign)
limits = st.builds(
    Limit,
    st.sampled_from([each for each in Figure if each is not Figure.CUDA]),
    signs,
    figures.map(lambda each: each or Decimal(1)),
) | st.builds(
    Limit, st.just(Figure.CUDA), signs, st.builds(Version, st.just(12), st.none() | st.sampled_from([0, 4, 10]))
)
bounds = st.builds(
    Price,
    signs,
    st.sampled_from([Decimal(text) for text in ("0.525", "1.05", "2.1", "0.04375", "5", "30000")]),
    st.sampled_from([None, None, BITCOIN]),
    per_gpu=st.booleans(),
    per_hour=st.booleans(),
)
searches = st.builds(
    Search,
    gpus=st.lists(
        st.sampled_from([gpu_name(text) for text in ("4090", "4090d", "3080", "3080ti", "mixed")]), max_size=2
    ).map(tuple),
    limits=st.lists(limits, max_size=2).map(tuple),
    prices=st.lists(bounds, max_size=2).map(tuple),
    places=st.lists(st.sampled_from(["eu", "cn", "us", "asia"]), max_size=2, unique=True).map(tuple),
    not_places=st.lists(st.sampled_from(["cz", "asia", "na"]), max_size=1).map(tuple),
    servers=st.lists(st.integers(1, 12).map(ServerId), max_size=5).filter(lambda each: len(each) != 1).map(tuple),
    owners=st.just(()) | st.just((OwnerId(1), OwnerId(2))),
    coins=st.lists(st.sampled_from([BITCOIN, CLORE, USD]), max_size=2, unique=True).map(tuple),
    shown=st.sampled_from([Shown.FREE, Shown.ALL, Shown.ALL, Shown.RENTED]),
    spot=st.booleans(),
    sort=st.none() | st.builds(Sort, st.sampled_from(SortKey), st.booleans()),
)
unwanteds = st.just(NOTHING_UNWANTED) | st.just(Unwanted(frozenset({ServerId(3)}), frozenset({OwnerId(1)})))
rates = st.sampled_from([RATES, None, Rates({BITCOIN: Decimal(2)}, AT)])


@given(st.lists(listings, max_size=12), searches, unwanteds, rates)
@settings(max_examples=150, deadline=None)
def test_it_finds_what_looking_at_every_machine_finds(
    listed: list[Listing], search: Search, unwanted: Unwanted, known: Rates | None
) -> None:
    hits = catalogue(*listed, rates=known).search(search, unwanted)
    assert list(hits) == plainly(listed, search, unwanted, known)


def test_other_rates_make_another_catalogue_of_the_same_market() -> None:
    market = Market((Listing(ServerId(1), on_demand={BITCOIN: Decimal(1)}),), AT)
    before = Catalogue.of(market, None)
    after = Catalogue(market, RATES, before)
    for _ in after.steps():
        pass
    assert before.search(Search())[0].usd_per_day is None
    assert after.search(Search())[0].usd_per_day == 52_500
    assert after.search(Search())[0].quote.price == Money(Decimal(1), BITCOIN)
    assert (after.read_at, after.rates, after.market) == (AT, RATES, market)
