"""Wallets, deposit addresses and hosted servers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.alerts.snapshot import Snapshot
from bot.domain.hosting import HostedServer, HostedServers
from bot.domain.ids import ServerId
from bot.domain.money import BITCOIN
from bot.domain.spending import Wallet
from handlers.actions import ShowDeposits, ShowServers
from handlers.views import servers, wallet
from handlers.views.frame import Failure
from tests.handlers.views.reading import actions, copies, plain
from tests.handlers.views.world import BID, MAIN, NOW, ORDER, RATES, READ_AT, market, snapshot


def test_each_coin_has_its_balance_burn_and_runway() -> None:
    text = plain(wallet.wallets(MAIN, snapshot(ORDER), NOW, rates=RATES))

    assert "0.00012 BTC ≈ $2.45 · burns 0.0000105 BTC (≈ $0.214) a day · lasts 11 days" in text
    assert "0 CLORE · burns nothing" in text
    assert "USD: CLORE.AI gave no balance" in text
    assert "BTC: withdrawal fee 0.0001 BTC" in text
    assert "BTC: enough for 7 days" in text
    assert "Data from 12 s ago" in text


def test_a_short_wallet_names_what_buys_a_day_and_a_week() -> None:
    short = replace(snapshot(ORDER), wallets=(Wallet(BITCOIN, Decimal("0.000001")),))
    text = plain(wallet.wallets(MAIN, short, NOW))

    assert "top up 0.0000095 BTC for 24 h, 0.0000725 BTC for 7 days" in text
    assert "lasts 2 h 17 min" in text


def test_a_waiting_bid_burns_nothing_and_an_unread_one_is_said_to_count() -> None:
    waiting = plain(wallet.wallets(MAIN, snapshot(BID, auction=market(active=False)), NOW))
    unread = plain(wallet.wallets(MAIN, snapshot(BID), NOW))

    assert "burns nothing" in waiting
    assert "Bids of unknown state count as running: 1." in unread


def test_unread_rentals_leave_the_burn_unknown() -> None:
    text = plain(wallet.wallets(MAIN, replace(snapshot(), orders=None), NOW))

    assert "Burn unknown" in text
    assert "burns nothing" not in text


def test_unread_wallets_are_not_called_empty() -> None:
    text = plain(wallet.wallets(MAIN, Snapshot(at=NOW), NOW, failed=Failure.NO_ANSWER))

    assert "Wallets unknown" in text
    assert "0 BTC" not in text


def test_deposit_addresses_are_one_tap_away_in_private_only() -> None:
    assert ShowDeposits(MAIN.id) in actions(wallet.wallets(MAIN, snapshot(), NOW))
    assert ShowDeposits(MAIN.id) not in actions(wallet.wallets(MAIN, snapshot(), NOW, private=False))
    assert "bc1qexampleaddress" not in plain(wallet.wallets(MAIN, snapshot(), NOW))


def test_a_deposit_address_is_shown_and_copied() -> None:
    screen = wallet.deposits(MAIN, snapshot(), NOW)

    assert copies(screen) == {"📋 BTC address": "bc1qexampleaddress"}
    assert "<code>bc1qexampleaddress</code>" in screen.text
    assert "Send only the coin" in plain(screen)


def test_no_address_is_said() -> None:
    assert "gave no deposit address" in plain(wallet.deposits(MAIN, Snapshot(at=NOW), NOW))


def test_servers_show_state_visibility_and_prices() -> None:
    hosted = HostedServers(
        (
            HostedServer(
                "rig-1",
                id=ServerId(6),
                connected=True,
                online=True,
                visibility="public",
                on_demand={BITCOIN: Decimal("0.00001")},
                spot_minimum={BITCOIN: Decimal("3e-7")},
            ),
            HostedServer("rig-2", connected=False, init_token="x"),
            HostedServer("rig-3", online=False, working_properly=False),
            HostedServer("rig-4"),
        ),
        limit=10,
    )
    text = plain(servers.servers(MAIN, hosted, READ_AT, NOW))

    assert "Servers · 4 of at most 10 · acct main" in text
    assert "Online · rig-1 · public · on demand 0.00001 BTC a day · spot from 0.0000003 BTC a day" in text
    assert "Never connected · rig-2" in text
    assert "Offline · rig-3 · ⚠️ not working properly" in text
    assert "State not reported · rig-4" in text


def test_servers_page_and_are_unknown_until_read() -> None:
    hosted = HostedServers(tuple(HostedServer(f"rig-{n}") for n in range(14)))

    assert ShowServers(MAIN.id, 2) in actions(servers.servers(MAIN, hosted, READ_AT, NOW, page=1))
    assert "Servers unknown" in plain(servers.servers(MAIN, None, None, NOW))
    assert "hosts no server" in plain(servers.servers(MAIN, HostedServers(()), READ_AT, NOW))
