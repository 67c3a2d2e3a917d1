"""Every alert in every turn of its life, as its one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.alert import (
    FACTS,
    AlertType,
    ApiDown,
    Deposited,
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
    Started,
)
from bot.domain.market import Listing
from handlers.actions import ReplaceKey, ShowDeposits, ShowOrder, ShowPastOrders, ShowWallets
from handlers.alert_actions import Acknowledge, AskSnooze
from handlers.rent_actions import RentAgain
from handlers.screen import Screen
from handlers.views import alerts
from handlers.views.outbid import Beside
from tests.handlers.views.reading import actions, complaints, plain
from tests.handlers.views.world import BID, MAIN, NOW, ORDER, btc, market

SINCE = NOW - timedelta(minutes=3)
OUTBID = Outbid(BID, market(active=False))
SAMPLES: dict[AlertType, Facts] = {
    AlertType.ORDER_EXPIRING: Expiring(replace(ORDER, max_length=timedelta(minutes=100))),
    AlertType.ORDER_ENDED: Ended(ORDER, EndReason.LENGTH, SINCE),
    AlertType.SPOT_OUTBID: OUTBID,
    AlertType.WALLET_RUNWAY: ShortRunway(
        btc("0.000001"), btc("0.0000105"), timedelta(hours=2, minutes=17), btc("0.0000095"), btc("0.0000725")
    ),
    AlertType.ORDER_STARTED: Started(ORDER),
    AlertType.WALLET_DEPOSIT: Deposited(btc("0.5"), btc("0.51")),
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
    fixes = [action for action in actions(screen) if not isinstance(action, Acknowledge | AskSnooze)]
    assert len(fixes) <= (7 if kind is AlertType.SPOT_OUTBID else 3)


@pytest.mark.parametrize(("severity", "word"), [(1, "🔵 Info"), (2, "🟠 Warning"), (3, "🔴 Critical")])
def test_severity_is_a_glyph_and_a_word(severity: int, word: str) -> None:
    assert plain(told(OUTBID, severity=Severity(severity))).startswith(f"{word} · Outbid · #39")


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


def test_a_spot_order_that_ended_can_be_bid_for_again_and_names_a_tenant() -> None:
    gone, taken = Ended(BID, EndReason.UNKNOWN, SINCE), Listing(BID.server, rented=True)
    screen = told(gone)
    assert actions(screen)[0] == RentAgain(MAIN.id, BID.id)
    known = alerts.alert(notice(gone, News.EDGE), MAIN, NOW, beside=Beside(listing=taken, listed_at=NOW))
    assert "Probably lost to a tenant on demand, who comes before every bid" in plain(known)
    for earlier in (
        Beside(listing=taken, listed_at=SINCE),
        Beside(listing=replace(taken, rented=False), listed_at=NOW),
    ):
        assert "tenant" not in plain(alerts.alert(notice(gone, News.EDGE), MAIN, NOW, beside=earlier))


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
