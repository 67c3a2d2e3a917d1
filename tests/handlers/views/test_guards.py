"""The guard of a bid in words: every reason has its sentence, every limit its coin, every stop its way out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.guard import Action, Guard, Move, Terms
from bot.domain.guard_setting import Basis
from bot.domain.ids import GuardId, OrderId
from bot.domain.ledger import BidChange, Cause, Ending, Result
from bot.domain.money import BITCOIN, CLORE, USD, Money
from bot.domain.reason import Reason, Why
from handlers.actions import AskRaise, Confirm, ReplaceKey
from handlers.guard_actions import AskGuardOn, ShowGuard, SwitchGuardOff
from handlers.market_actions import FindSimilar
from handlers.rent_actions import RentAgain
from handlers.screen import Screen
from handlers.views import guard_news, guard_terms, guards
from handlers.views.guard_words import because, ceiling, ends_when, in_short
from handlers.views.guards import Shown, Step
from tests.handlers.views.reading import actions, plain, row_from_below, visible
from tests.handlers.views.world import BID, ENDS_AT, MAIN, NOW, RATES, READ_AT, TOKEN, btc, market

TERMS = Terms(btc("0.000008"))
FEE = Decimal("1.25")
OFF = Shown(BID.id, BID.server, BITCOIN, FEE, TERMS, market=market(active=False), rates=RATES)
RAISE = Action(Move.RAISE, Why.OUTBID, btc("0.00000431"), BID.price, OrderId(50), btc("0.0000043"), read_at=READ_AT)
ON = replace(OFF, guard=Guard(BID.id, TERMS, bid=BID.price), row=GuardId(1), on=True, action=RAISE)
CHANGE = BidChange(BID.id, BID.server, btc("0.00000431"), BID.price, guard=GuardId(1), reason=RAISE.reason)


def test_every_reason_has_a_sentence_of_its_own_with_and_without_figures() -> None:
    bare = [because(Reason(why)) for why in Why]
    bid = btc("0.00001")
    reasons = [Reason(why, OrderId(1), bid, bid, bid, bid, Decimal(1), NOW) for why in Why]
    full = [because(reason, now=NOW, until=NOW) for reason in reasons]
    for said in (bare, full):
        assert len(set(said)) == len(Why)
        assert not [each for each in said if "None" in each or each.endswith((" ", ".", ":"))]
    assert all(ends_when(why).startswith("It ") for why in Why)


def test_a_ceiling_is_said_in_both_coins_and_with_the_fee() -> None:
    assert (
        ceiling(TERMS, BITCOIN, RATES, FEE)
        == "Ceiling 0.000008 BTC (≈\N{NO-BREAK SPACE}$0.163) a day, 0.0000081 BTC (≈\N{NO-BREAK SPACE}$0.165) with 1.25 % fee"
    )
    dollars = Terms(Money(Decimal("0.204"), USD))
    assert "Ceiling 0.204 USD a day, now 0.00001 BTC" in ceiling(dollars, BITCOIN, RATES, FEE)
    assert "what that is in CLORE is not known now" in ceiling(dollars, CLORE, None, FEE)


def test_off_it_offers_its_terms_and_to_be_switched_on() -> None:
    screen = guards.guard(MAIN, replace(OFF, basis=Basis.BID, action=RAISE), NOW)
    assert "Proposed: 125 % of your bid." in plain(screen)
    assert "On, it would now raise to 0.00000431 BTC (≈ $0.0879): another bid of 0.0000043 BTC" in plain(screen)
    assert AskGuardOn in _kinds(screen)
    assert SwitchGuardOff not in _kinds(screen)


def test_on_it_is_switched_off_with_one_press_and_other_terms_wait_for_a_question() -> None:
    screen = guards.guard(MAIN, ON, NOW)
    assert SwitchGuardOff(GuardId(1)) in actions(screen)
    assert AskGuardOn not in _kinds(screen)
    pending = guards.guard(MAIN, replace(ON, terms=replace(TERMS, margin_percent=Decimal(5))), NOW)
    assert "Chosen, not in force yet" in plain(pending)
    assert "No margin over what wins" in visible(pending)[3]
    assert {AskGuardOn, SwitchGuardOff} <= _kinds(pending)


def test_the_question_names_the_worst_and_its_button_the_ceiling_to_the_digit() -> None:
    screen = guard_terms.confirm(MAIN, replace(OFF, action=RAISE), NOW, token=TOKEN, expires_at=ENDS_AT)
    assert "At worst it costs 0.0000081 BTC (≈ $0.165) a day with 1.25 % fee, 0.000000338 BTC an hour" in plain(screen)
    assert row_from_below(screen, Confirm) == 2
    assert screen.rows[-2][0].label == "🛡 Switch on: up to 0.000008 BTC"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Result(Ending.DONE, Cause.HOLDS), ("🛡 Raised", "It holds the machine.")),
        (Result(Ending.DONE, Cause.WAITS, limit=btc("0.000005")), ("🛡 Raised", "It waits: 0.000005 BTC")),
        (Result(Ending.UNKNOWN, Cause.LOST), ("❔ Raised, not confirmed", "whether the bid was changed is not known")),
        (Result(Ending.UNKNOWN, Cause.NO_OFFER), ("❔ Raised, not confirmed", "does not list the bid any more")),
    ],
)
def test_a_step_is_told_with_what_became_of_it(result: Result, words: tuple[str, ...]) -> None:
    told = plain(guard_news.moved(MAIN, Step(CHANGE, NOW, result), ON.guard, NOW, fee=FEE, rates=RATES))
    for word in (*words, "0.0000042 BTC → 0.00000431 BTC", "Because another bid of 0.0000043 BTC", "Ceiling 0.000008"):
        assert word in told


def test_a_stop_leads_to_what_can_be_done_about_it() -> None:
    assert {AskRaise, ShowGuard} <= _kinds(_stopped(Why.CEILING))
    assert {RentAgain, FindSimilar} <= _kinds(_stopped(Why.VANISHED))
    assert AskRaise not in _kinds(_stopped(Why.VANISHED)), "there is nothing to raise"
    assert ReplaceKey in _kinds(_stopped(Why.KEY_REFUSED))
    assert AskRaise not in _kinds(_stopped(Why.ON_DEMAND)), "no bid wins against a tenant on demand"


def test_in_short() -> None:
    assert in_short(None, TERMS, held=False) == "🛡 Guard on: up to 0.000008 BTC a day"
    assert in_short(Why.CEILING, TERMS, held=False) == "🛡 Guard stopped: what wins is above its ceiling"
    assert in_short(Why.CEILING, TERMS, held=True) == "🛡 Guard held by /panic"


def _stopped(why: Why) -> Screen:
    guard = Guard(BID.id, TERMS, stopped=why)
    return guard_news.stopped(MAIN, BID.id, BID.server, Reason(why), guard, NOW, fee=FEE)


def _kinds(screen: Screen) -> set[type]:
    return {type(action) for action in actions(screen)}
