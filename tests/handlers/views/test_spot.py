"""The auction of a server on a phone: a ladder that fits, and words that claim no more than was read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import unescape

from hypothesis import given

from bot.domain.ids import OrderId
from bot.domain.ladder import standing
from bot.domain.market import Listing, OnDemand
from bot.domain.money import BITCOIN, USD, Money
from bot.domain.spot import Offer, SpotMarket
from handlers.actions import AskPrice, AskRaise, ShowOrder
from handlers.market_actions import ShowAuction, ShowServer
from handlers.rent_actions import StartRent
from handlers.screen import Screen
from handlers.views import order, spot
from handlers.views.auction import against_on_demand, stands
from handlers.views.frame import Failure
from handlers.views.html import Html
from tests.handlers.views.every_screen import spot_screens
from tests.handlers.views.reading import actions, plain, visible
from tests.handlers.views.test_properties import QUICK
from tests.handlers.views.world import BID, MAIN, NOW, RATES, READ_AT, btc, market, snapshot
from tests.handlers.views.worlds import World, texts, worlds

MACHINE = Listing(BID.server, on_demand={BITCOIN: Decimal("0.00001")}, spot={BITCOIN: Decimal("0.000001")})


def auction(seen: SpotMarket, *, failed: Failure | None = None, on_demand: OnDemand | None = None) -> Screen:
    rates = seen.rates
    shown = spot.Auction(seen, listing=MACHINE, listed_at=NOW, on_demand=on_demand, rates=rates, failed=failed)
    return spot.auction(MAIN, shown, NOW)


def bids(*amounts: str, active: int | None = None) -> SpotMarket:
    offers = tuple(Offer(OrderId(n), btc(amount), active=n == active) for n, amount in enumerate(amounts, start=1))
    return replace(market(active=False), offers=offers)


@QUICK
@given(worlds(texts))
def test_every_ladder_has_at_most_ten_rows_of_thirty_columns(world: World) -> None:
    ladders = 0
    for _, screen in spot_screens(world):
        for table in re.findall(r"<pre>(.*?)</pre>", screen.text, re.DOTALL):
            lines = unescape(table).split("\n")
            assert len(lines) <= 11
            assert max(map(len, lines)) <= 30
            ladders += 1
    assert ladders


def test_a_waiting_bid_leads_to_its_raise_and_not_to_a_new_bid() -> None:
    screen = auction(market(active=False))
    assert AskRaise(MAIN.id, BID.id) in actions(screen)
    assert AskPrice(MAIN.id, BID.id) in actions(screen)
    assert ShowOrder(MAIN.id, BID.id) in actions(screen)
    assert not [each for each in actions(screen) if isinstance(each, StartRent)]
    assert actions(screen)[-3:-1] == [ShowServer(BID.server), ShowAuction(BID.server, fresh=True)]
    assert len(visible(screen)) <= 8


def test_a_bid_that_holds_is_not_raised_from_here() -> None:
    screen = auction(market(active=True, rival=btc("0.0000033")))
    assert AskRaise(MAIN.id, BID.id) not in actions(screen)
    assert "could pay less: 0.00000331 BTC (≈ $0.0675)" in plain(screen)


def test_an_auction_read_long_ago_says_so_and_why() -> None:
    old = replace(market(active=False), read_at=READ_AT - timedelta(minutes=7))
    text = plain(auction(old, failed=Failure.REJECTED))
    assert "⚠️ CLORE.AI does not take this account's key; this is the last known · Data from 7 min ago" in text
    assert "rate from 3 min ago" in text


def test_a_holder_below_a_waiting_bid_shows_that_clore_counts_otherwise() -> None:
    text = plain(auction(bids("0.00001", "0.00002", active=1)))
    assert "a higher bid waits: CLORE.AI may count with other rates" in text


def test_amounts_too_long_for_a_column_are_rounded_there_and_whole_in_the_details() -> None:
    seen = bids("0.000012345678901234", "1234567.12345678", active=2)
    text = plain(auction(seen))
    assert "0.0000123 BTC" in text
    assert "0.000012345678901234 BTC" in text
    assert "1234567 BTC" in text


def words(seen: SpotMarket, number: OrderId = BID.id) -> Html:
    found = standing(seen, number, RATES)
    assert found is not None
    return stands(found, RATES)


def test_where_a_bid_stands_in_a_line() -> None:
    assert words(market(active=False)) == "place 2 of 2, 0.0000001 BTC below the next"
    assert words(market(active=True, rival=btc("0.00000419"))) == "holds it, 0.00000001 BTC over the next of 2 bids"
    alone = replace(market(active=True), offers=market(active=True).offers[:1])
    assert words(alone) == "holds it, nobody else bids · could pay less: 0.000001 BTC (≈\N{NO-BREAK SPACE}$0.0204)"
    first = replace(market(active=False, rival=btc("0.000004")), rates=None)
    assert words(first) == "place 1 of 2 · 0.0000002 BTC over the one behind"


def test_a_place_that_is_not_known_is_not_made_up() -> None:
    odd = Offer(OrderId(51), Money(Decimal(3), "DOGE"), active=True)
    beside = replace(market(active=False), offers=(*market(active=False).offers, odd))
    assert words(beside) == "place 2 of 2, 0.0000001 BTC below the next · 1 bid not compared, for want of a rate"
    assert words(beside, OrderId(51)) == "holds it · its place is not known, for want of a rate"


def test_a_cost_beside_the_price_on_demand() -> None:
    assert against_on_demand(btc("0.00000525"), MACHINE, None) == "50 % less than on demand"
    assert against_on_demand(btc("0.000021"), MACHINE, None) == "100 % more than on demand"
    assert against_on_demand(btc("0.0000105"), MACHINE, None) == "as much as on demand"
    assert against_on_demand(Money(Decimal(1), USD), MACHINE, None) is None
    assert against_on_demand(btc("1"), None, RATES) is None


def test_the_card_of_a_bid_that_holds_keeps_to_eight_lines() -> None:
    holds = replace(BID, hosts=("n1.c1.clorecloud.net",), http_port="8888", http_host="abc.clorecloud.net")
    seen = snapshot(holds, auction=market(active=True, rival=btc("0.0000033")))
    screen = order.card(MAIN, holds, seen, NOW, rates=RATES, listing=MACHINE, on_demand=OnDemand(False, READ_AT))
    text = plain(screen)
    assert len(visible(screen)) <= 8
    assert "60 % less than on demand" in text
    assert "🔨 Your bid: holds it, 0.0000009 BTC over the next of 2 bids · could pay less: 0.00000331 BTC" in text
    assert "On demand the machine costs 0.0000105 BTC (≈ $0.214) a day with fee · read 12 s ago" in text
    assert ShowAuction(BID.server) in actions(screen)
