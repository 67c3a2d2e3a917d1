"""Every alert in every turn of its life, as its one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.alerts.alert import (
    FACTS,
    AlertType,
    ApiDown,
    Ended,
    EndReason,
    Expiring,
    Facts,
    KeyInvalid,
    News,
    Notice,
    Outbid,
    Severity,
    ShortRunway,
)
from bot.domain.market import OnDemand
from bot.domain.money import CLORE, Money
from handlers.actions import AskRaise, Confirm, ReplaceKey, ShowDeposits, ShowOrder, ShowPastOrders, ShowWallets
from handlers.screen import Screen
from handlers.views import alerts, bids
from tests.handlers.views.reading import actions, complaints, labels, plain, row_from_below
from tests.handlers.views.world import BID, ENDS_AT, MAIN, NOW, ORDER, TOKEN, btc, market

SINCE = NOW - timedelta(minutes=3)
OUTBID = Outbid(BID, market(active=False))
SAMPLES: dict[AlertType, Facts] = {
    AlertType.ORDER_EXPIRING: Expiring(replace(ORDER, max_length=timedelta(minutes=100))),
    AlertType.ORDER_ENDED: Ended(ORDER, EndReason.LENGTH, SINCE),
    AlertType.SPOT_OUTBID: OUTBID,
    AlertType.WALLET_RUNWAY: ShortRunway(
        btc("0.000001"), btc("0.0000105"), timedelta(hours=2, minutes=17), btc("0.0000095"), btc("0.0000725")
    ),
    AlertType.KEY_INVALID: KeyInvalid(SINCE),
    AlertType.API_DOWN: ApiDown(SINCE),
}


def notice(
    facts: Facts,
    news: News = News.FIRED,
    *,
    severity: Severity = Severity.CRITICAL,
    stage: int = 1,
) -> Notice:
    kind = next(kind for kind, made in FACTS.items() if made is type(facts))
    lasted = timedelta(minutes=3) if news in {News.RESOLVED, News.ENDED} else None
    return Notice(news, kind, "subject", severity, stage, "episode", SINCE, NOW, facts, lasted=lasted)


def told(facts: Facts, news: News = News.FIRED, *, severity: Severity = Severity.CRITICAL, stage: int = 1) -> Screen:
    return alerts.alert(notice(facts, news, severity=severity, stage=stage), MAIN, NOW)


@pytest.mark.parametrize("news", list(News))
@pytest.mark.parametrize("kind", list(AlertType))
def test_every_notice_has_a_message(kind: AlertType, news: News) -> None:
    screen = told(SAMPLES[kind], news)

    assert not complaints(screen)
    assert "acct main" in plain(screen).splitlines()[0]
    assert f"{'Seen' if news is News.EDGE else 'Began'} 3 min ago (2 Nov 15:57:00 UTC)" in plain(screen)
    assert "as of just now" in plain(screen)
    assert sum(map(len, screen.rows)) <= 3


@pytest.mark.parametrize(("severity", "word"), [(1, "🔵 Info"), (2, "🟠 Warning"), (3, "🔴 Critical")])
def test_severity_is_a_glyph_and_a_word(severity: int, word: str) -> None:
    assert plain(told(OUTBID, severity=Severity(severity))).startswith(f"{word} · Outbid · #39")


def test_outbid_names_both_bids_and_what_wins() -> None:
    screen = told(OUTBID)
    text = plain(screen)

    assert "Your bid 0.0000042 BTC (≈ $0.0857) a day; the machine is held by 0.0000043 BTC (≈ $0.0877)" in text
    assert "0.00000431 BTC (≈ $0.0879) a day would win it now." in text
    assert "The bot changes no bid by itself." in text
    assert labels(screen)[0] == "📈 Re-bid 0.00000431 BTC…"
    assert AskRaise(MAIN.id, BID.id) in actions(screen)


def test_no_double_tap_from_the_alert_reaches_the_button_that_spends() -> None:
    asked = bids.confirm(MAIN, BID, btc("1"), NOW, token=TOKEN, expires_at=ENDS_AT, market=OUTBID.market)
    assert row_from_below(told(OUTBID), AskRaise) != row_from_below(asked, Confirm)


def test_outbid_without_a_rate_claims_no_price() -> None:
    foreign = Outbid(BID, replace(market(active=False, rival=Money(Decimal(9), CLORE)), rates=None))
    screen = told(foreign)

    assert "What would win it now is not known." in plain(screen)
    assert labels(screen)[0] == "📈 Raise bid…"


def test_a_machine_lost_to_nobody_known_promises_no_price() -> None:
    alone = Outbid(BID, replace(market(active=False), offers=OUTBID.market.offers[:1]))
    screen = told(alone)
    text = plain(screen)

    assert "🔴 Critical · Machine lost · #39" in text
    assert "No bid holds the machine now: probably it is rented on demand" in text
    assert "nothing to raise" in text
    assert "would win" not in text
    assert AskRaise not in {type(action) for action in actions(screen)}
    assert labels(screen) == ["Open order", "🔨 Auction", "✏️ Another price…"]


def test_a_machine_rented_on_demand_can_still_be_queued_for() -> None:
    waiting = tuple(replace(offer, active=False) for offer in OUTBID.market.offers)
    lost = replace(OUTBID, market=replace(OUTBID.market, offers=waiting))
    known = OnDemand(rented=True, read_at=SINCE)
    screen = alerts.alert(notice(lost), MAIN, NOW, on_demand=known)

    assert "it is rented on demand, which comes before every bid · read 3 min ago" in plain(screen)
    assert "0.00000431 BTC (≈ $0.0879) a day would be in front" in plain(screen)
    assert labels(screen)[0] == "📈 Raise to 0.00000431 BTC…"


def test_a_vanished_bid_has_nothing_to_raise() -> None:
    screen = told(replace(OUTBID, vanished=True))

    assert "nothing to raise" in plain(screen)
    assert AskRaise not in {type(action) for action in actions(screen)}


def test_won_back_and_ended_close_the_episode() -> None:
    won, ended = told(OUTBID, News.RESOLVED), told(OUTBID, News.ENDED)

    assert plain(won).startswith("✅ Resolved · Outbid · #39")
    assert "Won back after 3 min: your bid holds the machine." in plain(won)
    assert plain(ended).startswith("⚫ Ended · Outbid · #39")
    assert "The order ended after 3 min" in plain(ended)
    assert not won.rows
    assert not ended.rows


@pytest.mark.parametrize(
    ("stage", "bound", "following"),
    [(1, "24 h", "the next comes at 6 h"), (3, "1 h", "the next comes at 15 min"), (4, "15 min", "this is the last")],
)
def test_expiring_names_its_threshold_and_the_next(stage: int, bound: str, following: str) -> None:
    screen = told(SAMPLES[AlertType.ORDER_EXPIRING], stage=stage)
    text = plain(screen)

    assert "Ends in 43 min, 2 Nov 16:43:16 UTC" in text
    assert f"Warning at {bound} left; {following}." in text
    assert "cannot extend" in text
    assert ShowOrder(MAIN.id, ORDER.id) in actions(screen)


@pytest.mark.parametrize("reason", list(EndReason))
def test_an_ended_rental_says_no_more_than_is_known(reason: EndReason) -> None:
    text = plain(told(Ended(ORDER, reason, SINCE), News.EDGE))

    assert alerts.REASONS[reason] in text
    assert "Left CLORE.AI's list 3 min ago (2 Nov 15:57:00 UTC); spent 0.00000000729 BTC with fee" in text
    assert "rented nothing in its place" in text


def test_an_ended_rental_leads_to_what_helps() -> None:
    assert ShowPastOrders(MAIN.id) in actions(told(Ended(ORDER, EndReason.LENGTH, SINCE)))
    assert ShowWallets(MAIN.id) in actions(told(Ended(ORDER, EndReason.NO_FUNDS, SINCE)))
    elsewhere = Ended(ORDER, EndReason.CANCELLED_ELSEWHERE, SINCE, by="Rig <team>")
    assert "It was cancelled in Rig <team>." in plain(told(elsewhere))


def test_a_short_runway_names_value_threshold_and_the_sum_to_send() -> None:
    screen = told(SAMPLES[AlertType.WALLET_RUNWAY], stage=2)
    text = plain(screen)

    assert "BTC lasts 2 h 17 min; warning at 6 h" in text
    assert "Top up 0.0000095 BTC for 24 h, 0.0000725 BTC for 7 days" in text
    assert ShowDeposits(MAIN.id) in actions(screen)
    assert "BTC lasts 2 h 17 min again." in plain(told(SAMPLES[AlertType.WALLET_RUNWAY], News.RESOLVED))


def test_a_rejected_key_offers_to_replace_it_and_an_outage_says_what_it_means() -> None:
    assert ReplaceKey(MAIN.id) in actions(told(KeyInvalid(SINCE)))
    assert "Alerts may be late" in plain(told(ApiDown(SINCE)))
    assert "CLORE.AI answers again after 3 min." in plain(told(ApiDown(SINCE), News.RESOLVED))


def test_what_may_come_twice_is_marked() -> None:
    screen = alerts.alert(notice(OUTBID), MAIN, NOW, repeated=True)
    assert plain(screen).splitlines()[0].endswith("(repeat)")
