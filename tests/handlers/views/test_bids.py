"""The question before a bid is changed, and CLORE.AI's ways to say no."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.market import OnDemand
from bot.domain.money import CLORE, Money
from bot.domain.rental import Order
from bot.domain.spot import NoAnswer, SpotMarket
from handlers.actions import AskCancel, AskPrice, AskRaise, Confirm, Decline, ShowPastOrders
from handlers.screen import Screen, Style
from handlers.views import bids, cancel, order
from tests.handlers.views.reading import actions, labels, plain, row_from_below
from tests.handlers.views.world import BID, ENDS_AT, MAIN, NOW, ORDER, RATES, READ_AT, TOKEN, btc, market, snapshot

OUTBID = market(active=False)


def confirm(price: str, seen: SpotMarket = OUTBID, on_demand: OnDemand | None = None) -> Screen:
    return bids.confirm(
        MAIN,
        BID,
        btc(price),
        NOW,
        token=TOKEN,
        expires_at=ENDS_AT,
        market=seen,
        runway_after=timedelta(days=27),
        on_demand=on_demand,
    )


def test_the_price_in_the_button_is_the_price_to_the_digit() -> None:
    screen = confirm("0.00000431")
    (button,) = screen.rows[-2]

    assert button.label == "Raise to 0.00000431 BTC"
    assert Confirm(TOKEN) in actions(screen)
    assert Decline(TOKEN) in actions(screen)


def test_the_question_says_what_it_beats_costs_and_cannot_undo() -> None:
    text = plain(confirm("0.00000431"))

    assert "Raise this bid? · #39 · acct main" in text
    assert "0.0000042 BTC → 0.00000431 BTC (≈ $0.0879) a day, before fee" in text
    assert "It beats the highest other bid, 0.0000043 BTC (≈ $0.0877)." in text
    assert "While active it costs 0.00000436 BTC (≈ $0.089) a day with 1.25 % fee · BTC lasts 27 days then" in text
    assert "Back down goes only in small steps, one every 10 minutes" in text
    assert "in 2 min" in text
    assert "then nothing happens" in text


def test_a_bid_that_does_not_win_says_so() -> None:
    assert "It would wait: it takes 0.00000431 BTC or more to hold the machine." in plain(confirm("0.00000425"))


def test_where_no_bid_holds_the_machine_none_is_said_to_win_it() -> None:
    unheld = replace(OUTBID, offers=tuple(replace(offer, active=False) for offer in OUTBID.offers))
    known = OnDemand(rented=True, read_at=READ_AT)

    in_front, behind = plain(confirm("0.00000431", unheld)), plain(confirm("0.00000425", unheld))
    assert "It would be the highest bid, above 0.0000043 BTC (≈ $0.0877)." in in_front
    assert "probably it is rented on demand, which comes before every bid." in in_front
    assert "It would not be the highest bid: that is 0.0000043 BTC" in behind
    assert "it is rented on demand, which comes before every bid · read 12 s ago" in plain(
        confirm("0.00000431", unheld, known)
    )
    for text in (in_front, behind):
        assert "hold the machine" not in text
        assert "beats" not in text


def test_an_old_marketplace_does_not_say_that_a_machine_is_free() -> None:
    unheld = replace(OUTBID, offers=OUTBID.offers[:1])
    fresh, old = (OnDemand(rented=False, read_at=READ_AT - timedelta(seconds=age)) for age in (10, 90))

    assert "does not show it as rented on demand" in plain(bids.already_highest(MAIN, BID, unheld, NOW, None, fresh))
    assert "probably it is rented on demand" in plain(bids.already_highest(MAIN, BID, unheld, NOW, None, old))


def test_a_dark_server_is_the_plainest_reason() -> None:
    dark = replace(OUTBID, offers=OUTBID.offers[:1], online=False)
    assert "No bid holds the machine: the server is offline." in plain(bids.already_highest(MAIN, BID, dark, NOW))


def test_the_highest_bid_that_waits_is_not_asked_to_be_lowered() -> None:
    screen = bids.already_highest(MAIN, BID, replace(OUTBID, offers=OUTBID.offers[:1]), NOW)
    text = plain(screen)

    assert "Nothing to raise" in text
    assert "waits, and no other bid is higher" in text
    assert AskPrice in {type(action) for action in actions(screen)}


def test_a_waiting_bid_has_no_machine_to_lose() -> None:
    assert "lose the machine" not in plain(confirm("0.000003", OUTBID))
    assert "open after 10 minutes" in plain(confirm("0.000003", OUTBID))


def test_a_price_for_a_rental_on_demand_and_for_a_bid_that_changed_is_explained() -> None:
    assert "rental on demand: its price was fixed" in plain(bids.not_a_bid(MAIN, ORDER, READ_AT, NOW))
    changed = plain(bids.overtaken(MAIN, BID.id, btc("0.000005"), btc("0.000006")))
    assert "it is 0.000006 BTC a day now" in changed
    assert "0.000005 BTC a day was not sent." in changed


def test_a_lower_bid_is_a_dangerous_one() -> None:
    screen = confirm("0.000003", market(active=True))
    (button,) = screen.rows[-2]

    assert "Lower this bid?" in plain(screen)
    assert "can lose the machine" in plain(screen)
    assert getattr(button, "style", None) is Style.DANGER


def test_alone_in_the_auction_only_the_minimum_counts() -> None:
    alone = replace(OUTBID, offers=(replace(OUTBID.offers[0], active=True),))
    assert "nobody else bids" in plain(confirm("0.0000043", alone))


def test_without_a_rate_no_comparison_is_claimed() -> None:
    foreign = replace(market(active=False, rival=Money(Decimal(9), CLORE)), rates=None)
    text = plain(confirm("0.0000043", foreign))

    assert "in a coin without a known rate, so no comparison is made" in text
    assert "beats" not in text
    assert "$" not in text


def test_bids_in_mixed_coins_are_compared_in_dollars() -> None:
    text = plain(confirm("0.0000043", market(active=False, rival=Money(Decimal(9), CLORE))))
    assert "It beats the highest other bid, 9 CLORE (≈ $0.036)." in text


def test_no_double_tap_reaches_the_button_that_spends() -> None:
    """The press that leads to a question does not stand in the row where the question has its answer."""
    card = order.card(MAIN, BID, snapshot(BID, auction=OUTBID), NOW)
    lowering = cancel.confirm(MAIN, BID, snapshot(BID), NOW, token=TOKEN, expires_at=ENDS_AT)

    assert row_from_below(card, AskRaise) != row_from_below(confirm("0.00000431"), Confirm)
    assert row_from_below(card, AskCancel) != row_from_below(lowering, Confirm)


def test_asking_for_a_price_names_coin_step_minimum_and_present_bid() -> None:
    screen = bids.ask_price(MAIN, BID, OUTBID, NOW)
    text = plain(screen)

    assert screen.asks
    assert "in BTC, before the fee, in steps of 0.00000001" in text
    assert "Now it bids 0.0000042 BTC." in text
    assert "The host takes 0.000001 BTC or more." in text


def test_a_price_that_is_none_is_asked_again_with_the_reason() -> None:
    screen = bids.ask_price(MAIN, BID, OUTBID, NOW, problem=bids.PriceProblem.NOT_A_NUMBER)
    assert "⚠️ That is no price." in plain(screen)
    assert screen.asks


def test_a_bid_that_holds_needs_no_raise() -> None:
    text = plain(bids.already_holds(MAIN, BID, market(active=True), NOW))
    assert "Your bid of 0.0000042 BTC (≈ $0.0857) a day holds the machine." in text


def test_where_no_winning_price_is_known_the_reason_is_and_a_price_can_be_typed() -> None:
    without_rate = bids.no_suggestion(MAIN, BID, OUTBID, NoAnswer(NoAnswer.NO_RATE), NOW)
    offline = bids.no_suggestion(MAIN, BID, OUTBID, NoAnswer(NoAnswer.OFFLINE), NOW)

    assert AskPrice(MAIN.id, BID.id) in actions(without_rate)
    assert "offline" in plain(offline)
    assert AskPrice(MAIN.id, BID.id) not in actions(offline)
    assert "Nothing was changed." in plain(offline)


def test_a_vanished_bid_has_nothing_to_raise() -> None:
    screen = bids.vanished(MAIN, BID.id, READ_AT, NOW)

    assert "nothing to raise" in plain(screen)
    assert not {AskRaise, AskPrice} & {type(action) for action in actions(screen)}
    assert ShowPastOrders(MAIN.id) in actions(screen)


def test_each_refusal_explains_its_number() -> None:
    asked = btc("0.0000032")
    step = plain(bids.step_too_big(MAIN, BID.id, asked, btc("0.0000035"), 1))
    soon = plain(bids.too_soon(MAIN, BID.id, asked, timedelta(seconds=200), NOW, 1))
    low = plain(bids.too_low(MAIN, BID.id, asked, btc("0.000004")))

    assert "The lowest it takes now is 0.0000035 BTC" in step
    assert "once every 10 minutes; 3 min are left" in soon
    assert "2 Nov 16:03:20 UTC" in soon
    assert "The host takes 0.000004 BTC or more." in low
    assert all("The bid stays as it was." in text for text in (step, soon, low))


def test_a_bid_of_this_account_in_the_ladder_is_marked_as_yours() -> None:
    twice = replace(OUTBID, offers=tuple(replace(offer, mine=True) for offer in OUTBID.offers))
    text = plain(bids.already_holds(MAIN, BID, twice, NOW))

    assert "· this bid" in text
    assert "· yours" in text


def test_a_long_ladder_is_cut() -> None:
    rivals = tuple(replace(OUTBID.offers[1], id=BID.id.__class__(100 + n), active=False) for n in range(9))
    text = plain(bids.already_holds(MAIN, BID, replace(OUTBID, offers=rivals), NOW, RATES))

    assert "and 4 more" in text
    assert labels(bids.already_holds(MAIN, BID, OUTBID, NOW))[-1] == "✖ Close"
    assert isinstance(BID, Order)
