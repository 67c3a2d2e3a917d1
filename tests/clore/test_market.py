"""The marketplace in slices: the same as read in one go, and never much at once."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clore import document as documents
from bot.clore.document import BYTES_A_SLICE, MAX_ROW_BYTES, ROWS_A_SLICE, Document, read_rows, slices
from bot.clore.errors import Unreadable
from bot.clore.parse_market import Rows, listing, market
from bot.domain.market import Listing, Market
from bot.domain.money import BITCOIN, CLORE, USD
from tests.clore.other_side import NOW, OtherSide

texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["]}", '"},{"', "\\", "},", '\\"', "é]", " "]
)
numbers = (
    st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**6, places=9)
    | st.integers(0, 10**9)
    | st.sampled_from([Decimal("3E-7"), Decimal("6.944444444444445E-9"), Decimal("1E+3")])
)
junk = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
coins = st.sampled_from([BITCOIN, CLORE, USD, "new-coin"])
prices = st.dictionaries(coins, numbers, max_size=3)


def usual_or_junk(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 9).flatmap(lambda roll: junk if roll == 0 else usual)


rows = st.fixed_dictionaries(
    {"id": st.integers(1, 10**6)},
    optional={
        "owner": usual_or_junk(st.integers(0, 10**6)),
        "mrl": usual_or_junk(st.integers(0, 10**5)),
        "price": usual_or_junk(
            st.fixed_dictionaries(
                {},
                optional={
                    "on_demand": usual_or_junk(prices),
                    "spot": usual_or_junk(prices),
                    "usd": usual_or_junk(
                        st.dictionaries(st.sampled_from(["on_demand_btc", "on_demand_clore", "spot"]), numbers)
                    ),
                },
            )
        ),
        "rented": usual_or_junk(st.booleans()),
        "specs": usual_or_junk(
            st.fixed_dictionaries(
                {}, optional={"gpu": texts, "ram": usual_or_junk(numbers), "net": usual_or_junk(junk)}
            )
        ),
        "gpu_array": usual_or_junk(st.lists(texts | st.lists(texts, max_size=2), max_size=3)),
        "reliability": usual_or_junk(numbers),
        "rating": usual_or_junk(st.fixed_dictionaries({"avg": numbers, "cnt": st.integers(0, 99)})),
        "allowed_coins": usual_or_junk(st.lists(coins, max_size=3)),
        "cuda_version": usual_or_junk(st.sampled_from(["12.4", "11.8"])),
        "unknown": junk,
    },
)


def written(value: Any, blanks: str = "") -> str:
    """JSON with decimals as they stand, and blanks wherever blanks may be."""
    match value:
        case dict():
            inner = ",".join(
                f"{blanks}{json.dumps(name)}{blanks}:{written(part, blanks)}" for name, part in value.items()
            )
            return f"{blanks}{{{inner}}}{blanks}"
        case list():
            return f"{blanks}[{','.join(written(part, blanks) for part in value)}]{blanks}"
        case Decimal():
            return f"{blanks}{value}{blanks}"
        case _:
            return f"{blanks}{json.dumps(value, ensure_ascii=False)}{blanks}"


def number(value: Any) -> Decimal | None:
    """The plainest reading of a number that there is."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        plain = json.loads(value, parse_float=Decimal, parse_int=Decimal) if isinstance(value, str) else Decimal(value)
    except ValueError:
        return None
    return plain if isinstance(plain, Decimal) else None


def whole(value: Any) -> int | None:
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def part(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def amounts(value: Any) -> dict[str, Decimal]:
    return {
        coin: found
        for coin, price in (value if isinstance(value, dict) else {}).items()
        if (found := number(price)) is not None
    }


def flat(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for one in value for name in flat(one)]
    return [value.strip()] if isinstance(value, str) and value.strip() else []


def expected(row: dict[str, Any]) -> dict[str, Any]:
    """What a reader without slices, types or hurry makes of a row."""
    hours, usd = number(row.get("mrl")), amounts(part(row, "price", "usd"))
    owner, coins = whole(row.get("owner")), row.get("allowed_coins")
    return {
        "id": row["id"],
        "owner": owner,
        "max_length": None if hours is None else timedelta(microseconds=int(hours * 3_600_000_000)),
        "on_demand": amounts(part(row, "price", "on_demand")),
        "spot": amounts(part(row, "price", "spot")),
        "usd_on_demand": {
            coin: usd[name] for name, coin in (("on_demand_btc", BITCOIN), ("on_demand_clore", CLORE)) if usd.get(name)
        },
        "rented": row.get("rented") is True or row.get("rented") == 1,
        "gpus": tuple(flat(row.get("gpu_array"))),
        "gpu": text(part(row, "specs", "gpu")),
        "ram": number(part(row, "specs", "ram")),
        "country": text(part(row, "specs", "net", "cc")),
        "reliability": number(row.get("reliability")),
        "rating": number(part(row, "rating", "avg")),
        "rating_count": whole(part(row, "rating", "cnt")),
        "allowed_coins": tuple(flat(coins)) if isinstance(coins, list) else None,
    }


def found(one: Listing) -> dict[str, Any]:
    whole_row = {name: getattr(one, name) for name in expected({"id": 0}) if name not in ("gpu", "ram", "country")}
    return whole_row | {"gpu": one.specs.gpu, "ram": one.specs.ram_gb, "country": one.specs.country}


async def read(body: bytes) -> Market:
    return await market(Document(body), NOW)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows, max_size=8), st.sampled_from(["", " ", "\n\t ", "\r\n"]), st.booleans())
def test_any_market_reads_as_it_would_in_one_go(servers: list[dict[str, Any]], blanks: str, last: bool) -> None:
    around = {"code": 0, "my_servers": [1, 2]}
    body = {**around, "servers": servers} if last else {"servers": servers, **around}
    got = asyncio.run(read(written(body, blanks).encode()))
    plain = json.loads(written(body, blanks), parse_float=Decimal)["servers"]
    assert [found(one) for one in got.listings] == [expected(row) for row in plain]
    assert got.own == {1, 2}


@settings(max_examples=100, deadline=None)
@given(st.lists(rows, max_size=6), st.lists(rows, max_size=3), st.randoms())
def test_a_second_reading_finds_what_one_without_a_memory_would(
    before: list[dict[str, Any]], new: list[dict[str, Any]], chance: Random
) -> None:
    after = [*chance.sample(before, len(before) // 2), *new, *before[:1]]
    known = Rows()

    async def read_both() -> None:
        for servers in (before, after):
            document = Document(written({"servers": servers}).encode())
            assert await market(document, NOW, known) == await market(document, NOW)

    asyncio.run(read_both())


async def test_a_row_that_stays_as_it_was_is_not_read_again() -> None:
    known = Rows()
    changed = big_row(2) | {"rented": not big_row(2)["rented"]}
    first, second, third = [
        (await market(Document(json.dumps({"servers": servers}).encode()), NOW, known)).listings
        for servers in ([big_row(1), big_row(2)], [changed, big_row(1)], [big_row(2)])
    ]
    assert second[1] is first[0]
    assert (second[0].id, second[0].rented) == (2, not first[1].rented)
    assert third[0] == first[1]
    assert third[0] is not first[1], "what is listed no more is not kept"


async def test_the_whole_process_shares_what_stays() -> None:
    servers = [big_row(number) for number in range(3)]
    other_side = OtherSide(*(httpx.Response(200, json={"code": 0, "servers": servers[:count]}) for count in (3, 2)))
    clore = other_side.clore()
    first, second = await clore.marketplace(), await clore.marketplace()
    assert all(after is before for before, after in zip(first.listings, second.listings, strict=False))


def big_row(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "owner": number % 100,
        "mrl": 72,
        "price": {"on_demand": {"bitcoin": 0.0001, CLORE: 12.5}, "spot": {"bitcoin": 0.00005}},
        "rented": number % 3 == 0,
        "specs": {"gpu": "8x NVIDIA GeForce RTX 3090", "ram": 62.67, "net": {"up": 1, "down": 2, "cc": "CZ"}},
        "gpu_array": [" NVIDIA GeForce RTX 3090"] * 8,
        "unknown": "]},{" * 40,
    }


async def test_a_large_market_is_read_in_slices_with_others_in_between() -> None:
    body = json.dumps({"servers": [big_row(number) for number in range(3_000)], "code": 0}).encode()
    reading = asyncio.ensure_future(read(body))
    breaths = 0
    while not reading.done():
        breaths += 1
        await asyncio.sleep(0)
    assert [one.id for one in reading.result().listings] == list(range(3_000))
    assert breaths >= 3_000 / ROWS_A_SLICE


@given(st.lists(st.integers(2, 3 * BYTES_A_SLICE), max_size=30) | st.lists(st.just(9), max_size=999))
@settings(max_examples=60, deadline=None)
def test_no_slice_is_larger_than_its_bounds(sizes: list[int]) -> None:
    raws = [msgspec.Raw(b'"' + b"x" * (size - 2) + b'"') for size in sizes]
    cut = list(slices(raws))
    assert [raw for piece in cut for raw in piece] == raws
    for piece in cut:
        assert 0 < len(piece) <= ROWS_A_SLICE
        assert sum(len(bytes(raw)) for raw in piece[:-1]) < BYTES_A_SLICE


async def test_the_reader_stops_for_breath_after_each_slice() -> None:
    raws = [msgspec.Raw(b"1")] * (3 * ROWS_A_SLICE + 1)
    log: list[str] = []

    async def others() -> None:
        while True:
            log.append("others")
            await asyncio.sleep(0)

    beside = asyncio.ensure_future(others())
    await read_rows(raws, lambda raw: log.append("row"))
    beside.cancel()
    runs = "".join("r" if entry == "row" else "-" for entry in log).replace("-", " ").split()
    assert [len(run) for run in runs] == [ROWS_A_SLICE, ROWS_A_SLICE, ROWS_A_SLICE, 1]


async def test_a_row_without_a_number_is_left_out_and_the_others_stay() -> None:
    body = {"servers": [{"id": 1}, {"owner": 2}, None, 7, [], {"id": "x"}, {"id": "5"}, {"id": 2**70}], "code": 0}
    assert [one.id for one in (await read(json.dumps(body).encode())).listings] == [1, 5]


@pytest.mark.parametrize("servers", ["null", "{}", "7", '"x"', "[{}]", "[null, 3]", "[{]"])
async def test_a_market_without_one_usable_row_is_unreadable(servers: str) -> None:
    with pytest.raises(Unreadable):
        await read(b'{"code":0,"servers":%s}' % servers.encode())


async def test_an_empty_market_is_empty() -> None:
    assert (await read(b'{"code":0,"servers":[]}')).listings == ()


@pytest.mark.parametrize("price", ["1e999999", "1e99999999999999999999", '"NaN"', "9" * 5_000, '"Infinity"', "[]"])
async def test_an_absurd_price_is_no_price(price: str) -> None:
    prices = f'{{"bitcoin":{price},"USD-Blockchain":2.50}}'
    one = listing(msgspec.Raw(f'{{"id":1,"price":{{"on_demand":{prices}}}}}'.encode()))
    assert one is not None
    assert one.on_demand == {USD: Decimal("2.5")}


async def test_a_row_of_absurd_size_is_left_out_and_not_read() -> None:
    body = {"servers": [{"id": 1, "pad": "x" * MAX_ROW_BYTES}, {"id": 2}], "code": 0}
    assert [one.id for one in (await read(json.dumps(body).encode())).listings] == [2]


async def test_the_first_look_at_a_document_reads_no_value() -> None:
    """Splitting is what makes the rest divisible: it must not grow into reading."""
    body = Document(b'{"code":0,"servers":[{"id":"\xff"},{"id":2}]}')
    assert len(body.rows("servers")) == 2
    with pytest.raises(Unreadable):
        documents.read_value(body.rows("servers")[0])


async def test_a_market_in_the_clients_hands() -> None:
    reply = httpx.Response(200, json={"servers": [big_row(4)], "my_servers": None, "code": 0})
    got = await OtherSide(reply).client().marketplace()
    assert got.own == frozenset()
    assert got.listings[0].gpus == ("NVIDIA GeForce RTX 3090",) * 8
