"""What a person reads of rentals: the lists and the card."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.snapshot import Missing, Snapshot
from bot.domain.ids import OrderId
from bot.domain.money import BITCOIN, Money
from bot.domain.rental import Container, Order, Orders, PortForward
from handlers.actions import AskCancel, AskPrice, AskRaise, Home, Nothing, ShowOrder, ShowOrders
from handlers.rent_actions import RentAgain
from handlers.screen import Link, Screen
from handlers.views import order, orders
from handlers.views.frame import Failure
from tests.handlers.views.reading import actions, copies, labels, plain, visible
from tests.handlers.views.world import BID, MAIN, NOW, ORDER, PAST, RATES, READ_AT, RUNNING, market, snapshot


def card(shown: Order, seen: Snapshot | None = None, *, failed: Failure | None = None) -> Screen:
    return order.card(MAIN, shown, seen or snapshot(shown), NOW, rates=RATES, failed=failed)


def test_the_reference_order_in_the_list() -> None:
    text = plain(orders.orders(MAIN, snapshot(ORDER), NOW, rates=RATES))

    assert "Rentals · 1 of at most 13 · acct main" in text
    assert "Rented · #38 1x GTX 1080 Ti · 0.0000105 BTC (≈ $0.214) a day with fee" in text
    assert "spent 0.00000000729 BTC" in text
    assert "72 h 3 min of 73 hours left" in text


def test_the_reference_order_on_its_card() -> None:
    screen = card(ORDER)
    text = plain(screen)

    assert text.startswith("🔵 Rented · #38 · acct main")
    assert "ssh root@n1.c1.clorecloud.net -p 10000" in text
    assert "length 73 hours" in text
    assert "5 Nov 16:03 UTC" in text
    assert "0.0000105 BTC (≈ $0.214) a day with 5 % fee · 0.000000438 BTC an hour" in text
    assert "address: see the order's page on CLORE.AI" in text
    assert "Spent 0.000000006944444444444445 BTC before fee" in text
    assert copies(screen) == {"📋 SSH": "ssh root@n1.c1.clorecloud.net -p 10000"}


def test_details_are_folded_and_eight_lines_are_not() -> None:
    screen = card(ORDER)

    assert len(visible(screen)) == 8
    assert "Proxy cluster 1" in screen.text.split("<blockquote expandable>")[1]


def test_the_age_of_the_data_lives_in_the_readers_client() -> None:
    unix = int(READ_AT.timestamp())
    for screen in (card(ORDER), orders.orders(MAIN, snapshot(ORDER), NOW)):
        assert f'<tg-time unix="{unix}" format="r">12 s ago (2 Nov 15:59:48 UTC)</tg-time>' in screen.text


def test_dollars_come_with_the_age_of_their_rate() -> None:
    assert "rate from 3 min ago (2 Nov 15:57:00 UTC)" in plain(card(ORDER))


def test_without_a_rate_the_coin_stands_alone() -> None:
    text = plain(order.card(MAIN, ORDER, snapshot(ORDER), NOW))

    assert "0.0000105 BTC a day" in text
    assert "$" not in text


def test_an_avoidable_creation_fee_says_until_when() -> None:
    text = plain(card(RUNNING))

    assert "creation fee 0.1 USD, avoided by cancelling (in 6 min" in text
    assert "creation fee 0.0000003 BTC, no longer avoidable" in plain(card(ORDER))


def test_a_running_machine_is_reached_by_ssh_web_and_ports() -> None:
    screen = card(RUNNING)

    assert plain(screen).startswith("🟢 Running · #40")
    assert copies(screen) == {
        "📋 SSH": "ssh root@n3.c1.clorecloud.net -p 10022",
        "📋 Web": "https://abc-40.clorecloud.net",
        "📋 Port 6006": "n3.c1.clorecloud.net:10023",
    }
    assert Link("🌐 Open", "https://abc-40.clorecloud.net") in screen.rows[0]
    assert "5.04 USD a day with 5 % fee · 0.21 USD an hour · 0.63 USD a day per GPU" in plain(screen)


def test_a_host_that_is_no_host_is_never_copied() -> None:
    odd = replace(RUNNING, hosts=("$(reboot).example",), http_host="a b", tcp_ports=(PortForward(6006, 1),))
    screen = card(odd)

    assert not copies(screen)
    assert "Port 6006 at port 1, host not reported" in plain(screen)
    assert "SSH: no port 22 is reported" in plain(screen)


def test_a_waiting_bid_costs_nothing_and_offers_to_be_raised() -> None:
    screen = card(BID, snapshot(BID, auction=market(active=False)))
    text = plain(screen)

    assert text.startswith("🟡 Waiting bid · #39")
    assert "Costs nothing while it waits; would cost 0.00000425 BTC" in text
    assert "the usual 1.25 % fee" in text
    assert "SSH" not in text
    assert "▶ active · 0.0000043 BTC (≈ $0.0877) · other" in text
    assert "· waiting · 0.0000042 BTC (≈ $0.0857) · this bid" in text
    assert AskRaise(MAIN.id, BID.id) in actions(screen)
    assert AskPrice(MAIN.id, BID.id) in actions(screen)


def test_a_bid_whose_auction_was_not_read_is_not_called_waiting() -> None:
    text = plain(orders.orders(MAIN, snapshot(BID), NOW))

    assert "Spot bid · #39" in text
    assert "Waiting" not in text


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        (replace(RUNNING, online=False), "Unreachable"),
        (replace(RUNNING, container=Container.DEPLOYING), "Deploying"),
        (replace(RUNNING, max_length=timedelta(minutes=1)), "Past its length"),
        (PAST, "Ended"),
    ],
)
def test_every_state_is_a_word(shown: Order, word: str) -> None:
    assert word in visible(card(shown))[0]


def test_a_past_rental_can_be_read_and_rented_again() -> None:
    screen = card(PAST)

    assert AskCancel(MAIN.id, PAST.id) not in actions(screen)
    assert RentAgain(MAIN.id, PAST.id) in actions(screen)
    assert "ssh" not in plain(screen)


def test_the_way_to_a_cancellation_is_on_the_card() -> None:
    assert AskCancel(MAIN.id, ORDER.id) in actions(card(ORDER))


def test_an_empty_list_is_said_to_be_empty() -> None:
    assert "Nothing is rented, and no bid waits." in plain(orders.orders(MAIN, snapshot(), NOW))


def test_a_list_that_was_never_read_is_not_called_empty() -> None:
    screen = orders.orders(MAIN, Snapshot(at=NOW), NOW, failed=Failure.NO_ANSWER)

    assert "Rentals unknown" in plain(screen)
    assert "they may well be running" in plain(screen)
    assert "Nothing is rented" not in plain(screen)
    assert "Past rentals unknown" in plain(orders.past_orders(MAIN, None, None, NOW))


def test_after_a_failed_read_the_last_known_is_shown_with_its_age() -> None:
    screen = orders.orders(MAIN, snapshot(ORDER), NOW, failed=Failure.NO_ANSWER)

    assert "#38" in plain(screen)
    assert "CLORE.AI did not answer just now; this is the last known · Data from 12 s ago" in plain(screen)


def test_an_order_in_question_is_not_called_ended() -> None:
    seen = replace(snapshot(), missing=(Missing(ORDER, READ_AT),))
    assert "#38 1x GTX 1080 Ti is missing from CLORE.AI's last answer" in plain(orders.orders(MAIN, seen, NOW))


def many(count: int) -> Snapshot:
    return snapshot(
        *(replace(ORDER, id=OrderId(n), created_at=NOW - timedelta(minutes=n)) for n in range(1, count + 1))
    )


def test_six_a_page_newest_first_and_the_page_label_is_answered() -> None:
    screen = orders.orders(MAIN, many(14), NOW, page=1)

    assert [f"#{n} " in plain(screen) for n in (6, 7, 12, 13)] == [False, True, True, False]
    pager = screen.rows[6]
    assert [button.label for button in pager] == ["◀", "2/3", "▶"]
    assert [getattr(button, "action", None) for button in pager] == [
        ShowOrders(MAIN.id, 0),
        Nothing(),
        ShowOrders(MAIN.id, 2),
    ]
    assert len(visible(screen)) == 8


def test_arrows_keep_their_place_at_the_ends() -> None:
    first, last = (orders.orders(MAIN, many(7), NOW, page=page) for page in (0, 99))

    assert [button.label for button in first.rows[6]] == ["·", "1/2", "▶"]
    assert [button.label for button in last.rows[1]] == ["◀", "2/2", "·"]
    assert "#7 " in plain(last)


def test_refresh_asks_anew_and_stays_on_its_page() -> None:
    assert ShowOrders(MAIN.id, 1, fresh=True) in actions(orders.orders(MAIN, many(14), NOW, page=1))
    assert ShowOrder(MAIN.id, ORDER.id, fresh=True) in actions(card(ORDER))


def test_past_rentals_show_only_what_ended() -> None:
    text = plain(orders.past_orders(MAIN, Orders((ORDER, PAST)), READ_AT, NOW))

    assert "#36" in text
    assert "#38" not in text
    assert "spent 0.000000142 BTC" in text


def test_no_past_rental_is_said() -> None:
    assert "lists no rental that ended" in plain(orders.past_orders(MAIN, Orders(()), READ_AT, NOW))


def test_a_number_that_is_not_mine_gets_a_clear_answer() -> None:
    screen = orders.not_found(MAIN, OrderId(99), READ_AT, NOW)

    assert "Not found · #99" in plain(screen)
    assert "Nothing was changed" in plain(screen)
    assert ShowOrders(MAIN.id) in actions(screen)


def test_an_unknown_coin_passes_through() -> None:
    odd = replace(ORDER, price=Money(ORDER.price.amount, "<b>Doge & co"), spent=None, creation_fee=None)

    assert "0.0000105 <b>Doge & co a day" in plain(card(odd))
    assert "&lt;b&gt;Doge &amp; co" in card(odd).text
    assert "Spent: not reported" in plain(card(odd))


def test_back_leads_home_and_every_list_closes() -> None:
    screen = orders.orders(MAIN, snapshot(ORDER), NOW)

    assert labels(screen)[-3:] == ["◀ Back", "🔄 Refresh", "✖ Close"]
    assert Home() in actions(screen)
    assert ORDER.price.currency == BITCOIN
