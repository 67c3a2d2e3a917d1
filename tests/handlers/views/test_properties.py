"""Whatever CLORE.AI, a person or an operator puts into it, a screen is one that Telegram takes and a phone can hold."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings

import handlers.views
from bot.domain.hosting import HostedServers
from handlers.actions import AskCancel, AskForget, AskLowering, AskRaise, RemoveAccount
from handlers.guard_actions import AskGuardOn, ChooseGuardTerm, ShowGuard, SwitchGuardOff
from handlers.rent_actions import AskBatch, AskRent, CancelWithReport, NextCandidate
from handlers.screen import Press
from handlers.views import (
    alert_settings,
    alerts,
    batches,
    bids,
    cancel,
    cheaper,
    creations,
    deployments,
    errors,
    forget,
    guard_news,
    guard_terms,
    guards,
    keys,
    lowering,
    order,
    orders,
    outcome,
    servers,
    spot,
    start,
    status,
    stops,
    wallet,
)
from tests.handlers.views.every_screen import all_screens
from tests.handlers.views.reading import closes, complaints
from tests.handlers.views.rent_screens import READINGS
from tests.handlers.views.world import BID, MAIN, NOW, market, snapshot
from tests.handlers.views.worlds import World, clean, texts, worlds

EXPONENT = re.compile(r"\d[eE][+-]?\d")


QUICK = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False)
WITHOUT_NAVIGATION = {
    alert_settings.trial, alerts.alert, start.group_start, start.group_help, start.group_connect, errors.not_allowed,
    errors.three_parts, keys.in_group, forget.forgotten, deployments.living,
    stops.warned, stops.acting, stops.held, stops.missed, stops.failed,
}  # fmt: skip


@QUICK
@given(worlds(texts))
def test_no_text_breaks_a_screen(world: World) -> None:
    for view, screen in all_screens(world):
        assert not complaints(screen), (view, complaints(screen), screen)
        screen.text.encode()


@QUICK
@given(worlds(clean))
def test_no_amount_has_an_exponent_anywhere(world: World) -> None:
    for view, screen in all_screens(world):
        shown = [screen.text, *(button.label for row in screen.rows for button in row)]
        assert not [text for text in shown if EXPONENT.search(text)], view


@QUICK
@given(worlds(clean))
def test_every_screen_can_be_left(world: World) -> None:
    for view, screen in all_screens(world):
        if screen.rows and view not in WITHOUT_NAVIGATION:
            assert closes(screen), view


@QUICK
@given(worlds(clean))
def test_no_way_to_a_question_stands_where_its_answer_will(world: World) -> None:
    """A double tap must not confirm: the answer that spends is always in the last row but one."""
    leads = (
        AskBatch
        | AskCancel
        | AskRaise
        | AskLowering
        | AskGuardOn
        | RemoveAccount
        | AskForget
        | CancelWithReport
        | AskRent
        | NextCandidate
    )
    for view, screen in all_screens(world):
        before_last = screen.rows[-2] if len(screen.rows) > 1 else ()
        assert not [
            button for button in before_last if isinstance(button, Press) and isinstance(button.action, leads)
        ], view


@QUICK
@given(worlds(clean))
def test_a_double_tap_on_what_leads_to_a_guard_does_not_switch_it_off(world: World) -> None:
    """Its screen comes in the place of the one that was pressed; alerts and letters stay where they are."""
    apart = {alerts.alert, guard_news.moved, guard_news.stopped, guard_news.goes_on}
    for view, screen in all_screens(world):
        for place, row in enumerate(reversed(screen.rows)):
            actions = [button.action for button in row if isinstance(button, Press)]
            if any(isinstance(action, SwitchGuardOff) for action in actions):
                assert place == 1, view
            elif view not in apart and any(isinstance(action, ShowGuard | ChooseGuardTerm) for action in actions):
                assert place != 1, view


@QUICK
@given(worlds(clean))
def test_a_screen_of_readings_says_how_old_they_are(world: World) -> None:
    reading = {
        orders.orders, orders.past_orders, order.card, wallet.wallets, wallet.deposits, servers.servers, bids.confirm,
        bids.ask_price, bids.already_holds, bids.already_highest, bids.not_a_bid, bids.no_suggestion, bids.vanished, cancel.confirm, outcome.cancelled,
        outcome.still_listed, status.status, alerts.alert, deployments.living, deployments.running, deployments.decide,
        deployments.stuck, deployments.kept, stops.stops, stops.ask, creations.rented, cheaper.cheaper, cheaper.unknown,
        spot.auction, guards.guard, guard_terms.ask_term, guard_terms.confirm, lowering.confirm, lowering.nothing_to_lower, batches.batch, batches.confirm, batches.full, batches.nothing_to_rent,
        *READINGS,
    }  # fmt: skip
    seen = set()
    for view, screen in all_screens(world):
        if view in reading:
            seen.add(view)
            assert "<tg-time" in screen.text or "nothing is known" in screen.text, view
    assert seen == reading


def test_every_view_is_tried() -> None:
    """What no property looks at would be the one that breaks."""
    elsewhere = {"handlers.views.trouble", "handlers.views.frame"}
    elsewhere |= {f"handlers.views.{name}" for name in ("filters", "listing", "market", "marks", "results", "searches")}
    there = {
        function
        for module in pkgutil.iter_modules(handlers.views.__path__, "handlers.views.")
        if module.name not in elsewhere
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction)
        if function.__module__ == module.name
        and not name.startswith("_")
        and inspect.signature(function).return_annotation == "Screen"
    }
    seen, auction = snapshot(BID), market(active=False)
    world = World(MAIN, BID, seen, auction, HostedServers(()), "word", 1, Decimal(1), timedelta(1), NOW, flag=True)
    assert there <= {view for view, _ in all_screens(world)}
