"""The auction of a server as people see it: who holds it and why, where my bid stands, what wins now. Nothing is sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ids import ChatId
from tests.journeys.hands import asks, taps
from tests.journeys.markets import BIDS, BTC_IN_USD, answers, fleet, key_of, listed, stranger
from tests.journeys.stories import BOB, SERVER, Row, auction, bid, by_hand, coins, guest, happens, offer, renter
from tests.stage import Json, Person, Stage, connected, labels, shown

pytestmark = pytest.mark.looptime

MINE = 5
MY_SERVER = SERVER + MINE
RIVAL = 9001
DOLLARS = {"name": "USD-Blockchain", "balance": 50}


def dollars(number: int, price: float, *, active: bool = False) -> Row:
    return {**offer(number, price, active=active, mine=False), "currency": "USD-Blockchain"}


def rival(number: int = RIVAL, price: float = 0.00003, *, active: bool = False) -> Row:
    return offer(number, price, active=active, mine=False)


@contextlib.asynccontextmanager
async def market(
    folder: Path, *offers: Row, server: Row | None = None, **raw: Any
) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada with bitcoin and dollars before one machine of the marketplace, number 100, with these bids on it."""
    queue = auction(*offers)
    queue["server"]["min_pricing"] = {"bitcoin": 0.00004, "USD-Blockchain": 4}
    async with by_hand(folder) as stage:
        world = {"rates": {"bitcoin": BTC_IN_USD}, "wallets": [*coins(), DOLLARS], "servers": [server or listed(100)]}
        yield stage, await renter(stage, markets={"100": queue}, **{**world, **raw})
        assert not [call for call in stage.clore.calls() if call.operation in {"create_order", "set_spot_price"}]


@contextlib.asynccontextmanager
async def with_my_bid(folder: Path, *offers: Row, **raw: Any) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada's bid of 0.00002 BTC a day among these."""
    async with by_hand(folder) as stage:
        world = {"rates": {"bitcoin": BTC_IN_USD}, "servers": [listed(MY_SERVER)]}
        world["markets"] = {str(MY_SERVER): auction(*offers)}
        yield stage, await renter(stage, bid(stage, MINE), **{**world, **raw})
        assert not [call for call in stage.clore.calls() if call.operation in {"create_order", "set_spot_price"}]


def table(message: Json) -> list[str]:
    """The lines of the ladder, of which every one fits a phone."""
    (start, length) = next((each["offset"], each["length"]) for each in message["entities"] if each["type"] == "pre")
    text = message["text"].encode("utf-16-le")[2 * start : 2 * (start + length)].decode("utf-16-le")
    lines: list[str] = text.splitlines()
    assert max(map(len, lines)) <= 30
    assert len(lines) <= 11
    return lines


# The queue


async def test_bids_in_several_coins_stand_in_one_ladder(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True, price=0.00005), dollars(9002, 3), rival(9003, 0.00001)) as (
        _,
        ada,
    ):
        seen = await asks(ada, "/spot 100", "Held by another bid · auction of server 100", "acct main")
        assert [line.split(maxsplit=1) for line in table(seen)[1:]] == [
            ["1>", "5.000 0.00005 BTC"],
            ["2", "3.000 3 USD"],
            ["3", "1.000 0.00001 BTC"],
        ]
        text = shown(seen)
        assert "4x RTX 4090 24 GB · on demand 8.4 USD a day with fee" in text
        assert "Another bid of 0.00005 BTC (≈ $5) a day holds the machine." in text
        assert (
            "Wins it now: 5.0001 USD, 0.0001 USD over the next; or 0.00005001 BTC (≈ $5), 0.00000001 BTC over the next."
            in text
        )
        assert "The host takes 0.00004 BTC" in text
        assert "online · visible" in text
        assert "Compared at 1 BTC = $100000" in text
        assert labels(seen) == ["🔨 Bid…", "🛒 Rent…", "◀ Back", "🔄 Refresh", "✖ Close"]


async def test_a_look_again_is_a_read_and_a_second_one_right_after_is_none(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True)) as (stage, ada):
        await asks(ada, "/spot 100", "0.00003 BTC")
        await asks(ada, "/spot 100", "0.00003 BTC")
        assert len(stage.clore.calls(operation=BIDS)) == 1
        answers(stage, rival(9002, 0.00006, active=True))
        await taps(ada, "🔄 Refresh", "Another bid of 0.00006 BTC", "just now")
        await taps(ada, "◀ Back", "Free · server 100")
        await taps(ada, "🔨 Auction", "Another bid of 0.00006 BTC")


async def test_bid_leads_into_the_wizard_on_its_spot_path(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True, price=0.00005)) as (_, ada):
        await asks(ada, "/spot 100", "Held by another bid")
        await taps(ada, "🔨 Bid…", "Draft · server 100", "4x RTX 4090 · spot bid", "No bid yet")


async def test_of_many_bids_the_top_ones_and_mine_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    others = [rival(9000 + n, 0.00005 + n / 10**6, active=n == 14) for n in range(15)]
    async with with_my_bid(tmp_path, *others, offer(MINE, active=False)) as (_, ada):
        seen = await asks(ada, f"/spot {MY_SERVER}", "6 more bids")
        lines = table(seen)
        assert len(lines) == 11
        assert lines[1].split() == ["1>", "6.400", "0.000064", "BTC"]
        assert lines[10].split() == ["16", "*", "2.000", "0.00002", "BTC"]
        assert "place 16 of 16, 0.00003 BTC below the next" in shown(seen)


async def test_an_empty_queue_is_won_with_the_hosts_minimum(tmp_path: Path) -> None:
    async with market(tmp_path) as (_, ada):
        text = shown(await asks(ada, "/spot 100", "Nobody bids · auction of server 100"))
        assert "the marketplace shows it as free on demand" in text
        assert "Wins it now: 4 USD; or 0.00004 BTC (≈ $4)." in text


async def test_a_coin_that_is_not_held_is_not_offered(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True), wallets=[{"name": "CLORE-Blockchain", "balance": 9}]) as (_, ada):
        text = shown(await asks(ada, "/spot 100", "The host takes USD, BTC; you hold none of it"))
        assert "Wins it now" not in text


async def test_a_coin_that_would_not_last_an_hour_says_so(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True), wallets=[*coins("0.0000001")]) as (_, ada):
        await asks(ada, "/spot 100", "0.00004 BTC (≈ $4), 0.00001 BTC over the next (⚠️ you hold less than an hour")


# What cannot be compared


async def test_a_bid_without_a_rate_stands_apart_and_nothing_is_claimed(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        odd = {**rival(9002, 3, active=True), "currency": "DOGE"}
        answers(stage, odd, rival(9001, 0.00005), rates={"bitcoin": BTC_IN_USD})
        seen = await asks(ada, "/spot 100", "Not compared, for want of a rate: 3 DOGE (holds it).")
        assert [line.split() for line in table(seen)[1:]] == [["1", "5.000", "0.00005", "BTC"]]
        text = shown(seen)
        assert "Another bid is in a coin without a known rate, so no comparison is made." in text
        assert "Wins it now" not in text
        assert "3 DOGE (≈" not in text


async def test_my_own_bid_in_a_coin_without_a_rate_has_no_place(tmp_path: Path) -> None:
    async with with_my_bid(tmp_path, offer(MINE)) as (stage, ada):
        answers(stage, {**offer(MINE, 3, active=False), "currency": "DOGE"}, rival(active=True))
        text = shown(await asks(ada, f"/spot {MY_SERVER}", "Not compared, for want of a rate: 3 DOGE (yours)"))
        assert "its place is not known, for want of a rate" in text
        assert "place 1" not in text


# Why nobody's bid holds it


async def test_a_tenant_on_demand_comes_before_every_bid(tmp_path: Path) -> None:
    async with market(tmp_path, rival(), server=listed(100, rented=True)) as (_, ada):
        seen = await asks(ada, "/spot 100", "Rented on demand · auction of server 100")
        text = shown(seen)
        assert "No bid holds the machine: it is rented on demand, which comes before every bid" in text
        assert "In front of the other bids: 4 USD, 1 USD over the next; or 0.00004 BTC" in text
        assert "Wins it now" not in text
        assert "🛒 Rent…" not in labels(seen)
        assert "🔨 Bid…" in labels(seen)


@pytest.mark.parametrize(
    ("told", "title", "words"),
    [
        ({"visibility": "hidden"}, "Hidden", "The host has hidden this server: bids on it are not taken now."),
        ({"online": False}, "Offline", "No bid holds the machine: the server is offline."),
    ],
)
async def test_a_hidden_or_dark_server_is_said_to_be_so_and_nothing_wins_it(
    tmp_path: Path, told: Row, title: str, words: str
) -> None:
    async with market(tmp_path) as (stage, ada):
        answers(stage, rival(), **told)
        stage.clore.load({"servers": []}, key=key_of(stage))
        await asyncio.sleep(100)
        seen = await asks(ada, "/spot 100", f"{title} · auction of server 100", words)
        assert "The marketplace does not list this server now" in shown(seen)
        assert "Wins it now" not in shown(seen)
        assert labels(seen) == ["◀ Back", "🔄 Refresh", "✖ Close"]


async def test_a_server_without_an_auction_is_a_clear_sentence(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        answers(stage, exists=False)
        seen = await asks(ada, "/spot 100", "No auction", "CLORE.AI says that this server has no auction.")
        assert "🔨 Bid…" not in labels(seen)


async def test_an_own_machine_is_looked_at_and_not_bid_for(tmp_path: Path) -> None:
    hosted = {"name": "attic", "id": 300, "connected": True, "online": True, "visibility": "public"}
    hosted |= {"pricing": {"bitcoin": 0.0001}, "min_spot_pricing": {"bitcoin": 0.00002}, "specs": {}}
    async with market(tmp_path, my_servers=[hosted]) as (_, ada):
        seen = await asks(ada, "/spot 300", "auction of server 300", "yours: CLORE.AI does not rent it to you")
        assert labels(seen) == ["◀ Back", "🔄 Refresh", "✖ Close"]


# My bid


async def test_a_bid_that_holds_says_by_how_much_and_what_would_be_enough(tmp_path: Path) -> None:
    async with with_my_bid(tmp_path, offer(MINE), dollars(9002, 1.5)) as (_, ada):
        seen = await asks(ada, f"/spot {MY_SERVER}", "Held by your bid")
        assert table(seen)[1].split() == ["1>*", "2.000", "0.00002", "BTC"]
        text = shown(seen)
        assert "holds it, 0.000005 BTC over the next of 2 bids · could pay less: 0.00001501 BTC (≈ $1.50)" in text
        assert "76 % less than on demand · lowering goes in small steps, one every 10 minutes" in text
        listing = shown(await asks(ada, "/orders", "#5"))
        assert "76 % less than on demand · holds it, 0.000005 BTC over the next of 2 bids" in listing
        assert "could pay less: 0.00001501 BTC (≈ $1.50)" in listing
        card = await asks(ada, f"/order {MINE}", "🔨 Your bid: holds it, 0.000005 BTC over the next of 2 bids")
        assert "76 % less than on demand" in shown(card)
        assert "On demand the machine costs 0.000084 BTC (≈ $8.40) a day with fee · read" in shown(card)
        await taps(ada, "🔨 Auction", "Held by your bid")
        await taps(ada, "✏️ Set price…", "Your price", "Now it bids 0.00002 BTC")


async def test_a_bid_that_waits_says_its_place_and_leads_to_the_raise(tmp_path: Path) -> None:
    offers = (rival(active=True), offer(MINE, active=False), dollars(9002, 1.5))
    async with with_my_bid(tmp_path, *offers) as (_, ada):
        seen = await asks(ada, f"/spot {MY_SERVER}", "Held by another bid")
        assert "place 2 of 3, 0.00001 BTC below the next · 0.000005 BTC over the one behind" in shown(seen)
        assert "0.00003001 BTC (≈ $3) wins it now, 0.00000001 BTC over the next." in shown(seen)
        assert labels(seen)[:4] == ["📈 Raise bid…", "✏️ Set price…", "🛡 Guard…", "Open order"]
        await asks(ada, "/orders", "would cost", "76 % less than on demand · place 2 of 3, 0.00001 BTC below the next")
        await asks(ada, f"/order {MINE}", "🔨 Your bid: place 2 of 3, 0.00001 BTC below the next")
        await taps(ada, "🔨 Auction", "Held by another bid")
        await taps(ada, "📈 Raise bid…", "Raise this bid?", "0.00002 BTC → 0.00003001 BTC")


async def test_the_bids_of_another_account_of_this_chat_are_looked_at_with_its_key(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=fleet(1))
        second = stage.clore.add_key()
        held = {str(MY_SERVER): auction(offer(MINE))}
        stage.clore.load({"orders": [bid(stage, MINE)], "markets": held, "wallets": coins()}, key=second)
        await connected(stage, second, ada)
        await happens(lambda: len(stage.clore.calls(operation=BIDS)) > 0, "its auction is read")
        await asks(ada, f"/spot {MY_SERVER}", "Held by your bid", "acct account2")


async def test_what_a_bid_saves_is_known_before_anybody_has_searched(tmp_path: Path) -> None:
    async with with_my_bid(tmp_path, offer(MINE)) as (stage, ada):
        await happens(lambda: stage.clore.calls(operation="marketplace"), "the marketplace is read for its rates")
        await asks(
            ada, "/orders", "76 % less than on demand · holds it, nobody else bids · could pay less: 0.00001 BTC"
        )


# When CLORE.AI does not answer as it should


async def test_without_an_answer_the_last_known_auction_is_shown_with_its_age(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True)) as (stage, ada):
        await asks(ada, "/spot 100", "Held by another bid", "Data and rate from")
        stage.clore.act("down", key=key_of(stage), on=True)
        await asyncio.sleep(180)
        seen = shown(await asks(ada, "/spot 100", "Held by another bid", "this is the last known"))
        assert "Data and rate from 3 min ago" in seen
        assert "CLORE.AI did not answer just now" in seen
        assert "Won it then: 4 USD" in seen
        assert "Wins it now" not in seen


async def test_without_any_answer_there_is_no_ladder(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True)) as (stage, ada):
        stage.clore.fault("500", operation=BIDS, times=None)
        seen = shown(await asks(ada, "/spot 100", "Nothing was changed; this was only a look."))
        assert "Nobody bids" not in seen


async def test_a_refused_key_is_said_to_be_refused(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True)) as (stage, ada):
        stage.clore.act("revoke_key", key=key_of(stage), on=True)
        seen = await asks(ada, "/spot 100", "Key rejected", "Nothing was changed; this was only a look.")
        assert "🔑 Replace key" in labels(seen)


async def test_a_refused_key_leaves_what_was_known_with_its_age(tmp_path: Path) -> None:
    async with market(tmp_path, rival(active=True)) as (stage, ada):
        await asks(ada, "/spot 100", "Held by another bid")
        stage.clore.act("revoke_key", key=key_of(stage), on=True)
        await asyncio.sleep(60)
        await asks(ada, "/spot 100", "CLORE.AI does not take this account's key; this is the last known", "1 min ago")


# Words


async def test_words_that_name_no_server_are_explained(tmp_path: Path) -> None:
    async with market(tmp_path) as (_, ada):
        await asks(ada, "/spot", "A server's number is missing", "It goes like this: /spot SERVER")
        await asks(ada, "/spot seven", "seven is no server number", "Nothing was done")
        await asks(ada, "/help", "/spot SERVER – The auction of a server")


async def test_without_an_account_there_is_nobody_to_ask(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        await asks(ada, "/spot 100", "No account yet", "Nothing was done")
        assert stage.clore.calls(operation=BIDS) == []


async def test_nobody_elses_bid_is_called_mine(tmp_path: Path) -> None:
    async with with_my_bid(tmp_path, offer(MINE)) as (stage, _):
        key = stage.clore.add_key()
        stage.clore.load({"wallets": coins()}, key=key)
        bob = await guest(stage, key, BOB)
        seen = await asks(bob, f"/spot {MY_SERVER}", "Held by another bid")
        assert "yours" not in shown(seen)


async def test_a_bid_of_another_account_of_the_chat_is_said_to_be_mine_too(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        queue = {str(MY_SERVER): auction(offer(MINE, 0.00002, active=False), offer(RIVAL, 0.00003))}
        ada = await renter(stage, bid(stage, MINE), markets=queue)
        key = stage.clore.add_key()
        theirs = {**bid(stage, RIVAL, 0.00003), "si": MY_SERVER}
        stage.clore.load({"orders": [theirs], "markets": {}}, key=key)
        await asks(ada, "/connect spare", "Send your API key")
        await ada.says(key)
        await ada.sees("Connected", "spare")
        await happens(lambda: _knows(stage, RIVAL), "the other account's bid")
        await asks(ada, f"/spot {MY_SERVER}", "Yours too: 0.00003 BTC", "acct spare")


def _knows(stage: Stage, order: int) -> bool:
    assert stage.app is not None
    assert stage.store is not None
    return any(
        row.id == order
        for account in stage.store.accounts.of_chat(ChatId(1))
        if (last := stage.app.house.feeds.of(account.key).last) is not None and last.orders is not None
        for row in last.orders.open
    )
