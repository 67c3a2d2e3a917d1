"""The screens of the marketplace: what stands on them, and that any listing fits a phone."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.announcements import ServerTold
from bot.domain.catalogue import Hit
from bot.domain.found import Found, Looser
from bot.domain.hardware import Specs
from bot.domain.ids import NO_RESULTS, OrderId, OwnerId, ResultsId, SearchId, ServerId
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, USD, Money
from bot.domain.quote import cheapest
from bot.domain.search import FILTERS, Choice, Misread, Search, parse
from bot.domain.spending import Wallet
from bot.domain.spot import Offer, SpotMarket
from handlers.market_actions import BlockServer, ShowServer
from handlers.screen import Screen
from handlers.views import filters, inline, listing, marks, results, searches
from handlers.views import market as views
from handlers.views.frame import Failure
from handlers.views.listing import Afterwards, Card
from handlers.views.machine import NOBODY, Reader
from handlers.views.results import Shown
from tests.handlers.views.reading import complaints, labels, plain, well_formed
from tests.handlers.views.world import NOW, RATES, btc

LIST = ResultsId(2**63 - 1)
MACHINE = Listing(
    id=ServerId(1234),
    owner=OwnerId(77),
    max_length=timedelta(hours=168),
    on_demand={BITCOIN: Decimal("0.0004"), CLORE: Decimal(2000), USD: Decimal(8)},
    spot={BITCOIN: Decimal("0.0002")},
    specs=Specs(
        gpu="4x NVIDIA GeForce RTX 4090",
        gpu_ram_gb=Decimal(24),
        ram_gb=Decimal("125.6"),
        disk="NVMe disk 930.5GB",
        disk_mb_s=Decimal(2000),
        down_mbit=Decimal(480),
        up_mbit=Decimal(90),
        country="DE",
    ),
    reliability=Decimal("0.991"),
    rating=Decimal("4.8"),
    rating_count=12,
    allowed_coins=(BITCOIN, USD),
)


def hit(listing: Listing, *, spot: bool = False, suspicious: bool = False) -> Hit:
    quote = cheapest(listing, RATES, spot=spot)
    assert quote is not None
    return Hit(listing, quote, RATES.dollars(quote.per_day), suspicious)


def search(text: str) -> Search:
    found = parse(text)
    assert isinstance(found, Search)
    return found


def found(*hits: Hit, text: str = "4090 x4", total: int | None = None, left_out: int = 0) -> Found:
    return Found(search(text), hits, len(hits) if total is None else total, left_out, NOW - timedelta(minutes=3), RATES)


# What stands there


def test_a_card_says_what_decides_and_folds_the_rest() -> None:
    reader = replace(NOBODY, favourites=frozenset({ServerId(1234)}), wallets=(Wallet(USD, Decimal(5)),), account="main")
    shown = results.results(found(hit(MACHINE, suspicious=True)), Shown(LIST), reader, NOW)
    text = plain(shown)
    assert "1 machine · RTX 4090 · 4 GPUs" in text or "1 machine · RTX 4090" in text
    assert "24 GB · 8.4 USD a day · DE · 99.1 % · ★ favourite · ⚠️ suspicious price" in text
    assert "Prices with fee" in text
    assert "0.35 USD an hour · 2.1 USD a day per GPU · reliability 99.1 % · rated 4.8 (12)" in text
    assert "takes BTC, USD · you can pay with USD" in text
    assert "3 min ago" in text
    assert complaints(shown) == []


def test_a_coin_that_the_host_refuses_is_not_offered() -> None:
    text = plain(results.results(found(hit(MACHINE)), Shown(LIST), NOBODY, NOW))
    assert "CLORE" not in text


def test_marks_tell_what_is_known_and_nothing_else() -> None:
    taken = replace(MACHINE, rented=True)
    held = replace(NOBODY, holders={MACHINE.id: NOW})
    assert "held by a spot tenant" not in plain(results.results(found(hit(MACHINE)), Shown(LIST), NOBODY, NOW))
    assert "held by a spot tenant" in plain(results.results(found(hit(MACHINE)), Shown(LIST), held, NOW))
    assert "rented on demand" in plain(results.results(found(hit(taken)), Shown(LIST), held, NOW))
    own = replace(NOBODY, own=frozenset({MACHINE.id}))
    assert "yours: cannot be rented" in plain(results.results(found(hit(MACHINE)), Shown(LIST), own, NOW))


def test_the_table_fits_thirty_columns() -> None:
    hits = [hit(replace(MACHINE, id=ServerId(number))) for number in range(1, 26)]
    shown = results.results(found(*hits), Shown(LIST, page=1, table=True), NOBODY, NOW)
    lines = [line for line in plain(shown).split("\n") if "4x 4090" in line]
    assert lines[0] == "11  4x 4090        8.40 DE  99"
    assert len(lines) == 10
    assert all(len(line) <= 30 for line in lines)
    assert complaints(shown) == []


def test_a_list_says_what_it_leaves_out() -> None:
    shown = results.results(found(hit(MACHINE), total=400, left_out=2), Shown(LIST, anew=True), NOBODY, NOW)
    assert "found anew" in plain(shown)
    assert "2 left out: you blocked them" in plain(shown)
    assert "the first 1 are kept" in plain(shown)


def test_nothing_found_names_the_condition_that_leaves_out_the_most() -> None:
    empty = found(text="4090 rel>99.9")
    shown = results.nothing(empty, Shown(LIST), (Looser(1, "reliability over 99.9 %", 12),), NOW)
    assert "Without “reliability over 99.9 %”: 12 machines" in plain(shown)
    assert "✖ reliability over 99.9 %" in labels(shown)
    assert complaints(shown) == []


def test_a_misread_word_is_shown_where_it_stands() -> None:
    typed = "4090 ram>=banana eu"
    problem = parse(typed)
    assert isinstance(problem, Misread)
    shown = views.ask_search("4090", results=LIST, misread=problem, typed=typed)
    assert f"<b>{problem.word}</b>".replace(">=", "&gt;=") in shown.text
    assert typed in plain(shown)
    assert complaints(shown) == []
    assert shown.asks


def test_every_example_on_the_home_screen_can_be_read() -> None:
    for query, _ in views.EXAMPLES:
        assert isinstance(parse(query), Search), query
    shown = views.home(last=(LIST, "RTX 4090"), saved=3, marked=2, popular=views.USUAL)
    assert complaints(shown) == []


def test_the_card_of_a_server_speaks_of_all_its_times() -> None:
    market = SpotMarket(
        MACHINE.id,
        NOW,
        offers=(Offer(OrderId(1), btc("0.0003"), active=True),),
        minimum={BITCOIN: Decimal("0.0002")},
        rates=RATES,
    )
    card = Card(
        listing=MACHINE,
        quote=cheapest(MACHINE, RATES),
        suspicious=False,
        read_at=NOW,
        rates=RATES,
        reader=replace(NOBODY, account="main", wallets=()),
        auction=market,
        afterwards=(Afterwards(Money(Decimal("8.4"), USD), timedelta(hours=30)),),
    )
    shown = listing.card(card, NOW)
    text = plain(shown)
    assert "With fee: 1 h 0.35 USD · 1 day 8.4 USD · to its maximum length 58.8 USD" in text
    assert "your balance lasts 30 h" in text
    assert "1 bid · held with 0.0003 BTC" in text
    assert "0.00030001 BTC or more wins it" in text
    assert complaints(shown) == []
    assert "Rent" not in " ".join(
        labels(listing.card(replace(card, reader=replace(NOBODY, own=frozenset({MACHINE.id}))), NOW))
    )


# Anything fits

nasty = st.sampled_from(
    ("", " ", "<b>&", "</pre>", "{name}", "\n\n", "\u202eevil", "\ud800", "🖥️" * 40, "x" * 900, "RTX 4090")
)
amounts = st.one_of(
    st.decimals(Decimal(0), Decimal("1e14"), allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal("3e-7"), Decimal("1E-30"), Decimal("1E+14"), Decimal(1) / 3]),
)
ids = st.integers(1, 2**63 - 1)
coins = st.sampled_from((BITCOIN, CLORE, USD, "<Coin>&"))
prices = st.dictionaries(coins, amounts, max_size=4)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


listings = st.builds(
    Listing,
    id=ids.map(ServerId),
    owner=maybe(ids.map(OwnerId)),
    max_length=maybe(st.timedeltas(timedelta(0), timedelta(days=4000))),
    on_demand=prices,
    spot=prices,
    rented=st.booleans(),
    specs=st.builds(
        Specs,
        gpu=maybe(nasty),
        gpu_ram_gb=maybe(amounts),
        cpu=maybe(nasty),
        cpus=maybe(nasty),
        ram_gb=maybe(amounts),
        disk=maybe(nasty),
        disk_mb_s=maybe(amounts),
        board=maybe(nasty),
        down_mbit=maybe(amounts),
        up_mbit=maybe(amounts),
        country=maybe(nasty),
    ),
    gpus=st.lists(nasty, max_size=3).map(tuple),
    reliability=maybe(amounts),
    rating=maybe(amounts),
    rating_count=maybe(st.integers(0, 10**9)),
    allowed_coins=maybe(st.lists(coins, max_size=3).map(tuple)),
    cuda=maybe(nasty),
)
queries = st.sampled_from(
    (
        "",
        "4090",
        "4090 3090 3080ti a100 x4 <2/gpu <9 eu asia !cn rel>98 ram>=64 vram>=24 disk>500 cuda>=12 mrl>72 usd btc spot sort:-rel all",
    )
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(listings, max_size=7), queries, st.booleans(), st.integers(0, 10**6), ids, nasty, st.booleans())
def test_whatever_is_listed_every_screen_fits(
    machines: list[Listing], query: str, flag: bool, count: int, number: int, word: str, rich: bool
) -> None:
    hits = tuple(
        Hit(each, quote, RATES.dollars(quote.per_day), flag)
        for each in machines
        if (quote := cheapest(each, RATES)) is not None
    )
    everybody = frozenset(each.id for each in machines)
    reader = NOBODY
    if rich:
        wallets = tuple(Wallet(coin, Decimal(5)) for coin in (BITCOIN, CLORE, USD))
        holders: dict[ServerId, datetime] = dict.fromkeys(everybody, NOW)
        reader = Reader(everybody, everybody, everybody, frozenset(), everybody, "x" * 64, wallets, holders)
    state = found(*hits, text=query, total=count + len(hits), left_out=count)
    for _, shown in _screens(state, machines, reader, flag, number, word):
        assert [each for each in complaints(shown) if "is long for a row of two" not in each] == [], plain(shown)
        assert len(plain(shown).encode("utf-16-le", "surrogatepass")) // 2 <= 4096
    for article in inline.articles(state, NOW, link="https://t.me/example_bot"):
        assert 1 <= len(article.id) <= 64
        assert article.title.strip()
        assert well_formed(article.message.text)
        assert len(article.message.text) <= 4096


def _screens(
    state: Found,
    machines: list[Listing],
    reader: Reader,
    flag: bool,
    number: int,
    word: str,
) -> Iterator[tuple[Callable[..., Screen], Screen]]:
    failed = Failure.SLOW if flag else None
    if state.hits:
        yield results.results, results.results(state, Shown(LIST, 0, flag, flag, flag, failed), reader, NOW)
        yield results.results, results.results(state, Shown(LIST, number % 3, not flag), reader, NOW)
    looser = tuple(Looser(place, word or "x", number) for place in range(4)) if flag else ()
    yield results.nothing, results.nothing(state, Shown(LIST), looser, NOW)
    yield filters.filters, filters.filters(state, LIST, NOW)
    for which in list(FILTERS.values())[number % 4 :: 4]:
        choices = which.choices or tuple(Choice(f"a{place}", word or "x") for place in range(25))
        yield filters.values, filters.values(state, LIST, which, choices, {choices[0].key}, NOW)
    yield views.home, views.home(last=(LIST, word), saved=number, marked=number, popular=views.USUAL, note=word)
    yield (
        views.ask_search,
        views.ask_search(
            word or None, results=LIST if flag else NO_RESULTS, misread=Misread(word, 2, word, word), typed=word
        ),
    )
    saved = [searches.Saved(SearchId(number), word)] * (number % 9)
    yield searches.searches, searches.searches(saved, undo=LIST, deleted=word, note=word)
    mark = marks.Marked(
        "🚫 Blocked",
        f"server {number} {word}",
        BlockServer(ServerId(number), on=False, listed=True),
        ShowServer(ServerId(number)),
    )
    yield (
        marks.marks,
        marks.marks(
            [mark] * (number % 20), page=1, dropped=mark, undo=BlockServer(ServerId(number), on=True, listed=True)
        ),
    )
    yield listing.not_listed, listing.not_listed(ServerId(number), NOW, NOW, results=LIST, failed=failed)
    price = Money(Decimal(number) / 3, word or "coin")
    yield listing.told, listing.told(ServerTold(ServerId(number), word, "free", price, price), NOW, NOW, favourite=flag)
    yield (
        listing.told,
        listing.told(ServerTold(ServerId(number), word, "cheaper", price, None), NOW, None, favourite=flag),
    )
    for each in machines[:3]:
        auction = SpotMarket(
            each.id, NOW, exists=flag, offers=tuple(Offer(OrderId(n), price, active=n == 1) for n in range(number % 6))
        )
        yield (
            listing.card,
            listing.card(
                Card(
                    listing=each,
                    quote=cheapest(each, RATES),
                    suspicious=flag,
                    read_at=NOW,
                    rates=RATES if flag else None,
                    reader=reader,
                    auction=auction if number % 2 else None,
                    afterwards=(Afterwards(price, None), Afterwards(price, timedelta(days=3))),
                    results=LIST,
                    failed=failed,
                ),
                NOW,
            ),
        )


def test_no_amount_is_written_with_an_exponent() -> None:
    tiny = replace(MACHINE, on_demand={BITCOIN: Decimal("3e-7")}, allowed_coins=None)
    text = plain(results.results(found(hit(tiny)), Shown(LIST), NOBODY, NOW))
    assert not re.search(r"\d[eE][+-]?\d", text)


def test_every_view_of_the_market_is_tried() -> None:
    there = {
        function
        for name in ("filters", "listing", "market", "marks", "results", "searches")
        for _, function in inspect.getmembers(importlib.import_module(f"handlers.views.{name}"), inspect.isfunction)
        if function.__module__ == f"handlers.views.{name}"
        and not function.__name__.startswith("_")
        and inspect.signature(function).return_annotation == "Screen"
    }
    seen = {view for view, _ in _screens(found(hit(MACHINE)), [MACHINE], NOBODY, flag=True, number=1, word="word")}
    assert there == seen


def test_a_rented_machine_is_not_said_to_be_won_by_a_bid() -> None:
    market = SpotMarket(MACHINE.id, NOW, minimum={BITCOIN: Decimal("0.0002")}, rates=RATES)
    taken = replace(MACHINE, rented=True)
    card = Card(taken, cheapest(taken, RATES), False, NOW, RATES, replace(NOBODY, account="main"), auction=market)
    text = plain(listing.card(card, NOW))
    assert "🔴 Rented · server 1234" in text
    assert "rented on demand, which comes before every bid" in text
    assert "wins it" not in text


def test_sizes_are_rounded_for_reading() -> None:
    text = plain(results.results(found(hit(MACHINE)), Shown(LIST), NOBODY, NOW))
    assert "126 GB RAM · NVMe disk 930 GB 2000 MB/s · ↓ 480 ↑ 90 Mbit/s" in text


def test_a_chip_that_is_too_long_in_words_is_as_it_was_typed() -> None:
    shown = results.results(found(hit(MACHINE), text="4090 rel>98 <20"), Shown(LIST), NOBODY, NOW)
    assert [label for label in labels(shown) if label.startswith("✖ ")][:3] == ["✖ RTX 4090", "✖ <20", "✖ rel>98"]


def test_the_least_bid_is_called_so() -> None:
    text = plain(results.results(found(hit(MACHINE, spot=True), text="4090 spot"), Shown(LIST), NOBODY, NOW))
    assert "from 0.000202 BTC (≈ $4.13) a day" in text
