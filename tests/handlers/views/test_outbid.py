"""A bid that lost its machine: what its one message says and offers, as a person reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.alerts.alert import AlertType, News, Notice, Outbid, Severity
from bot.domain.ids import GuardId, OrderId
from bot.domain.ledger import BidChange
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, USD, Money
from bot.domain.rental import Orders
from bot.domain.spending import Wallet
from bot.domain.spot import Offer, SpotMarket
from handlers.actions import AskCancel, AskPrice, AskRaise, Confirm, ShowDeposits
from handlers.market_actions import FindSimilar, ShowAuction
from handlers.rent_actions import RentAgain, StartRent
from handlers.screen import Screen
from handlers.views import alerts, bids
from handlers.views.html import Html, say
from handlers.views.outbid import ALONE, Beside
from tests.handlers.views.reading import actions, complaints, labels, plain, row_from_below
from tests.handlers.views.world import BID, ENDS_AT, MAIN, NOW, RATES, READ_AT, RIVAL, TOKEN, btc, market, snapshot

SINCE = NOW - timedelta(minutes=3)
BEFORE = replace(market(active=True, rival=btc("0.000003")), read_at=SINCE - timedelta(seconds=57))
OUTBID = Outbid(BID, market(active=False), before=BEFORE)
UNHELD = replace(OUTBID.market, offers=OUTBID.market.offers[:1])
MACHINE = Listing(BID.server, on_demand={BITCOIN: Decimal("0.00001")}, spot={BITCOIN: Decimal("0.000001")})
READ = Beside(
    snapshot=replace(snapshot(BID), markets={BID.server: OUTBID.market}),
    listing=MACHINE,
    listed_at=READ_AT,
    rates=RATES,
)
TAKEN = replace(READ, listing=replace(MACHINE, rented=True))


def told(
    facts: Outbid, news: News = News.FIRED, *, beside: Beside = ALONE, guard: Html | None = None, repeated: bool = False
) -> Screen:
    lasted = timedelta(minutes=3) if news in {News.RESOLVED, News.ENDED} else None
    notice = Notice(
        news, AlertType.SPOT_OUTBID, "39", Severity.CRITICAL, 1, "episode", SINCE, NOW, facts, lasted=lasted
    )
    screen = alerts.alert(notice, MAIN, NOW, beside=beside, guard=guard, repeated=repeated)
    assert not complaints(screen)
    return screen


def lines(screen: Screen) -> list[str]:
    """What is read without opening the details."""
    return plain(replace(screen, text=screen.text.split("<blockquote")[0])).strip().splitlines()


def test_a_higher_bid_is_told_with_what_it_costs_to_win_back() -> None:
    screen = told(OUTBID, beside=READ)

    assert lines(screen) == [
        "🔴 Critical · Outbid · #39 · acct main",
        "4x RTX 4090 · server 6 · spot",
        "A higher bid has it: 0.0000043 BTC (≈ $0.0877) a day, 0.0000001 BTC (≈ $0.00204) over your 0.0000042 BTC.",
        "0.00000431 BTC (≈ $0.0879) a day would win it now, 0.00000011 BTC a day more than now.",
        "With fee 0.00000436 BTC (≈ $0.089) a day · 0.000000182 BTC an hour · BTC lasts 27 days then"
        " · 58 % less than on demand",
        "The bot changes no bid by itself.",
        "Began 3 min ago (2 Nov 15:57:00 UTC) · as of just now (2 Nov 16:00:00 UTC)",
    ]
    text = plain(screen)
    assert "It held the machine when last read before, 3 min ago" in text
    assert "On demand it costs 0.0000105 BTC (≈ $0.214) a day with fee and is free to rent, read 12 s ago" in text


def test_all_that_can_be_done_stands_below_it() -> None:
    screen = told(OUTBID, beside=READ)

    assert [[button.label for button in row] for row in screen.rows] == [
        ["📈 Raise to 0.00000431 BTC…"],
        ["Other price…", "🏳 Let it go…"],
        ["🔨 Auction", "🔎 Similar"],
        ["👁 Got it", "💤 Snooze…"],
        ["Open order", "🛒 On demand…"],
    ]
    assert actions(screen)[:5] == [
        AskRaise(MAIN.id, BID.id),
        AskPrice(MAIN.id, BID.id),
        AskCancel(MAIN.id, BID.id),
        ShowAuction(BID.server),
        FindSimilar(MAIN.id, BID.id),
    ]
    assert actions(screen)[-1] == StartRent(BID.server)


@pytest.mark.parametrize("facts", [OUTBID, replace(OUTBID, market=UNHELD)])
def test_no_double_tap_from_the_alert_reaches_the_button_that_spends(facts: Outbid) -> None:
    asked = bids.confirm(MAIN, BID, btc("1"), NOW, token=TOKEN, expires_at=ENDS_AT, market=OUTBID.market)
    assert row_from_below(told(facts), AskCancel) != row_from_below(asked, Confirm)
    assert row_from_below(told(OUTBID), AskRaise) != row_from_below(asked, Confirm)


def test_bids_in_other_coins_are_compared_with_the_age_of_the_rates() -> None:
    foreign = replace(OUTBID, market=market(active=False, rival=Money(Decimal("0.09"), USD)))
    assert (
        "A higher bid has it: 0.09 USD a day, 0.000000212 BTC (≈ $0.00432) over your 0.0000042 BTC."
        " Compared at rates from 3 min ago"
    ) in plain(told(foreign))


def test_without_a_rate_no_comparison_is_claimed() -> None:
    foreign = replace(OUTBID, market=replace(market(active=False, rival=Money(Decimal(9), CLORE)), rates=None))
    text = plain(screen := told(foreign))

    assert "Another bid has it: 9 CLORE a day. Without a rate it is not compared with your 0.0000042 BTC." in text
    assert "What would win it now is not known." in text
    assert "higher" not in text
    assert labels(screen)[0] == "📈 Raise bid…"


def test_a_rate_that_is_known_otherwise_is_used_and_dated() -> None:
    foreign = replace(OUTBID, market=replace(market(active=False, rival=Money(Decimal(100), CLORE)), rates=None))
    text = plain(told(foreign, beside=READ))

    assert "A higher bid has it: 100 CLORE (≈ $0.40) a day" in text
    assert "Rates from 3 min ago" in text


def test_a_holder_that_is_no_higher_is_called_so() -> None:
    equal = replace(OUTBID, market=market(active=False, rival=BID.price))
    text = plain(told(equal))

    assert "Another bid has it: 0.0000042 BTC (≈ $0.0857) a day. By what is known here it is no higher" in text
    assert "0.00000421 BTC (≈ $0.0859) a day would win it now" in text


def test_a_bid_that_was_lowered_says_that_too() -> None:
    was = replace(BEFORE, offers=(replace(BEFORE.offers[0], bid=btc("0.000005")), BEFORE.offers[1]))
    assert "Also: your bid was lowered from 0.000005 BTC." in plain(told(replace(OUTBID, before=was)))


def test_a_tenant_on_demand_is_waited_for() -> None:
    screen = told(replace(OUTBID, market=UNHELD), beside=TAKEN)
    text = plain(screen)

    assert "🔴 Critical · Machine lost · #39" in text
    assert "it is rented on demand, which comes before every bid · read 12 s ago" in text
    assert (
        "A raise changes nothing now: your bid of 0.0000042 BTC (≈ $0.0857) a day waits until that tenant leaves."
        " No other bid is known to be higher."
    ) in text
    assert "would win" not in text
    assert [[button.label for button in row] for row in screen.rows] == [
        ["🔎 Similar", "🔨 Auction"],
        ["Open order", "Other price…"],
        ["👁 Got it", "💤 Snooze…"],
        ["🏳 Let it go…"],
    ]


def test_who_waits_behind_a_tenant_can_still_get_in_front() -> None:
    waiting = tuple(replace(offer, active=False) for offer in OUTBID.market.offers)
    screen = told(replace(OUTBID, market=replace(OUTBID.market, offers=waiting)), beside=TAKEN)

    assert "Another bid is higher: 0.00000431 BTC a day would be in front." in plain(screen)
    assert labels(screen)[-1] == "📈 Raise…"


def test_a_marketplace_that_was_read_before_the_loss_says_nothing_of_it() -> None:
    old = replace(TAKEN, listed_at=BEFORE.read_at)
    text = plain(screen := told(replace(OUTBID, market=UNHELD), beside=old))

    assert "No bid holds the machine now: probably it is rented on demand" in text
    assert "No other bid is known to be higher, so there is nothing to raise." in text
    assert StartRent(BID.server) not in actions(screen)


@pytest.mark.parametrize(
    ("changed", "what", "then"),
    [
        ({"online": False}, "The server is offline: no bid can have it now.", "waits until the host is back online"),
        ({"public": False}, "Its host has hidden the server", "waits until its host shows the server again"),
    ],
)
def test_where_a_raise_changes_nothing_it_is_not_offered(changed: dict[str, bool], what: str, then: str) -> None:
    lost = replace(UNHELD, **changed)  # type: ignore[arg-type]
    text = plain(screen := told(replace(OUTBID, market=lost), beside=replace(READ, listing=None)))

    assert what in text
    assert f"A raise changes nothing now: your bid of 0.0000042 BTC (≈ $0.0857) a day {then}" in text
    assert AskRaise not in {type(action) for action in actions(screen)}
    assert "On demand" not in str(labels(screen))


def test_a_raised_minimum_says_from_what_to_what() -> None:
    raised = replace(UNHELD, minimum={BITCOIN: Decimal("0.000005")})
    screen = told(replace(OUTBID, market=raised), beside=READ)
    text = plain(screen)

    assert "The host takes 0.000005 BTC (≈ $0.102) a day or more: the host raised it from 0.000001 BTC;" in text
    assert "It takes 0.000005 BTC (≈ $0.102) a day, 0.0000008 BTC a day more than now." in text
    assert labels(screen)[0] == "📈 Raise to 0.000005 BTC…"


def test_an_empty_wallet_is_said_and_topped_up() -> None:
    empty = replace(READ, snapshot=replace(snapshot(BID), wallets=(Wallet(BITCOIN, Decimal("1e-8")),)))
    screen = told(replace(OUTBID, market=UNHELD), beside=empty)

    assert "The BTC wallet is about empty, which may be why no bid of yours has it." in plain(screen)
    assert actions(screen)[0] == ShowDeposits(MAIN.id)
    assert "Also: the BTC wallet is about empty." in plain(told(OUTBID, beside=empty))


def test_balances_that_were_read_before_the_loss_say_nothing() -> None:
    old = replace(snapshot(BID), wallets=(Wallet(BITCOIN, Decimal(0)),), wallets_at=SINCE - timedelta(seconds=1))
    assert "about empty" not in plain(told(replace(OUTBID, market=UNHELD), beside=replace(READ, snapshot=old)))


def test_an_auction_that_is_no_more_is_called_so() -> None:
    gone = SpotMarket(BID.server, READ_AT, exists=False)
    text = plain(screen := told(replace(OUTBID, market=gone)))

    assert "CLORE.AI says that this server has no auction any more." in text
    assert AskRaise not in {type(action) for action in actions(screen)}


def test_a_vanished_bid_can_be_placed_again() -> None:
    gone = replace(OUTBID.market, offers=OUTBID.market.offers[1:])
    screen = told(replace(OUTBID, market=gone, vanished=True), beside=READ)
    text = plain(screen)

    assert "A higher bid has it: 0.0000043 BTC" in text
    assert "The order is gone, so there is nothing to raise; a new bid of 0.00000431 BTC (≈ $0.0879) a day" in text
    assert "The bot rented nothing in its place." in text
    assert [[button.label for button in row] for row in screen.rows] == [
        ["🔁 Bid again…"],
        ["🔎 Similar", "🔨 Auction"],
        ["👁 Got it", "💤 Snooze…"],
        ["📋 Rentals", "🛒 On demand…"],
    ]
    assert actions(screen)[0] == RentAgain(MAIN.id, BID.id)
    assert AskRaise not in {type(action) for action in actions(screen)}


def test_the_end_of_a_vanished_bid_keeps_the_way_back() -> None:
    gone = replace(OUTBID.market, offers=OUTBID.market.offers[1:])
    ended = told(replace(OUTBID, market=gone, vanished=True), News.ENDED, beside=READ)
    text = plain(ended)

    assert text.startswith("⚫ Ended · Outbid · #39")
    assert "Ended after 3 min: CLORE.AI does not list the order any more." in text
    assert "A higher bid has it" in text
    assert actions(ended)[0] == RentAgain(MAIN.id, BID.id)


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        (replace(READ, cancelled=True), "it was cancelled from this chat"),
        (replace(READ, cancelled=True, cancelled_in="Rig <team>"), "it was cancelled in Rig <team>"),
        (READ, "CLORE.AI does not list the order any more"),
    ],
)
def test_an_ended_order_says_by_what(beside: Beside, why: str) -> None:
    ended = told(OUTBID, News.ENDED, beside=beside)

    assert f"Ended after 3 min: {why}." in plain(ended)
    assert not ended.rows


def test_an_order_that_reached_its_length_says_so() -> None:
    old = replace(BID, max_length=timedelta(hours=5))
    assert "the order reached its maximum length" in plain(told(replace(OUTBID, order=old), News.ENDED))


# Won back

HIGHER = btc("0.00000431")
RAISED = replace(market(active=True), offers=(Offer(BID.id, HIGHER, active=True, mine=True), Offer(OrderId(50), RIVAL)))
FREE = replace(market(active=True), offers=market(active=True).offers[:1])
DONE = BidChange(BID.id, BID.server, HIGHER, BID.price)


@pytest.mark.parametrize(
    ("facts", "beside", "by"),
    [
        (Outbid(BID, RAISED, lost=OUTBID.market), replace(READ, changes=(DONE,)), "your bid was raised from"),
        (
            Outbid(BID, RAISED, lost=OUTBID.market),
            replace(READ, changes=(replace(DONE, guard=GuardId(1)),)),
            "the guard raised your bid from 0.0000042 BTC to 0.00000431 BTC",
        ),
        (Outbid(BID, RAISED, lost=OUTBID.market), READ, "your bid is 0.00000431 BTC now, it was 0.0000042 BTC"),
        (Outbid(BID, FREE, lost=OUTBID.market), READ, "the other bid of 0.0000043 BTC left"),
        (
            Outbid(BID, market(active=True, rival=btc("0.000004")), lost=OUTBID.market),
            READ,
            "the other bid went down from 0.0000043 BTC to 0.000004 BTC",
        ),
        (Outbid(BID, FREE, before=BEFORE, lost=UNHELD), TAKEN, "the tenant on demand left"),
        (Outbid(BID, replace(FREE, online=True), lost=replace(UNHELD, online=False)), READ, "the host is back online"),
        (Outbid(BID, FREE, lost=replace(UNHELD, public=False)), READ, "its host shows the server again"),
        (
            Outbid(BID, FREE, lost=replace(UNHELD, minimum={BITCOIN: Decimal("0.000005")})),
            READ,
            "the host lowered its minimum to 0.000001 BTC",
        ),
        (Outbid(BID, FREE, lost=UNHELD), READ, "your bid holds the machine"),
        (Outbid(BID, FREE), READ, "your bid holds the machine"),
    ],
)
def test_a_bid_that_was_won_back_says_by_whom(facts: Outbid, beside: Beside, by: str) -> None:
    won = told(facts, News.RESOLVED, beside=beside)
    text = plain(won)

    assert "Won back after 3 min: " in text
    assert by in text
    assert not won.rows


def test_the_message_of_a_lost_machine_keeps_its_name() -> None:
    won = plain(told(Outbid(BID, FREE, lost=UNHELD), News.RESOLVED))
    assert won.startswith("✅ Resolved · Machine lost · #39")
    assert "0.0000042 BTC a day holds the machine, with fee 0.00000425 BTC (≈ $0.0868)." in won


def test_another_own_bid_can_have_won_it() -> None:
    other = replace(FREE, offers=(replace(FREE.offers[0], active=False), Offer(OrderId(60), HIGHER, True, True)))
    assert "another bid of yours holds the machine" in plain(told(Outbid(BID, other, lost=UNHELD), News.RESOLVED))


# What stands beside it


def test_the_guard_speaks_in_the_place_of_the_bot_that_does_nothing() -> None:
    text = plain(told(OUTBID, guard=say("Its guard raises it to {bid} next.", bid="0.00000431 BTC")))

    assert "Its guard raises it to 0.00000431 BTC next." in text
    assert "changes no bid by itself" not in text


def test_an_order_that_is_listed_no_more_counts_for_the_runway_of_a_new_bid() -> None:
    gone = replace(READ, snapshot=replace(snapshot(), orders=Orders(())))
    assert "BTC lasts 27 days then" in plain(told(replace(OUTBID, vanished=True), beside=gone))


def test_what_may_come_twice_is_marked() -> None:
    assert plain(told(OUTBID, repeated=True)).splitlines()[0].endswith("(repeat)")
