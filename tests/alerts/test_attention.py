"""What people do to an alert that fires: it is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.alerts.alert import AlertState, AlertType, News
from bot.alerts.lifecycle import acknowledged, snoozed
from bot.alerts.snooze import Snooze, ends_at
from bot.domain.ids import UserId
from bot.domain.money import CLORE
from storage.codec import decode, encode
from tests.alerts.world import World, news

ADA = UserId(101)


def test_an_acknowledgement_is_said_once_and_cleared_by_the_next_stage() -> None:
    world = _short(hours=20)
    state = _state(world)
    acked = acknowledged(state, ADA, world.now)
    assert acked is not None
    assert acked[0] == replace(state, acked_by=ADA, acked_at=world.now)
    assert (acked[1].news, acked[1].loud, acked[1].acked_by) == (News.CHANGED, False, ADA)
    assert acknowledged(acked[0], ADA, world.now) is None
    world.states = (acked[0],)
    world.look()
    assert _state(world).acked_by == ADA
    world.wallets[CLORE] = Decimal(4)
    assert news(world.look()) == [(AlertType.WALLET_RUNWAY, News.ESCALATED)]
    assert _state(world).acked_by is None


def test_a_reminder_waits_for_what_is_still_on_its_way() -> None:
    world = _short(hours=4)
    (shown,) = world.states
    world.undelivered = frozenset({shown.episode})
    world.look(7200)
    assert _state(world).repeats == 0
    assert _state(world).told_at == world.now
    world.undelivered = frozenset()
    assert world.look(3500) == []
    assert news(world.look(100)) == [(AlertType.WALLET_RUNWAY, News.REPEATED)]


def test_a_clock_that_was_set_back_does_not_silence_reminders() -> None:
    world = _short(hours=4)
    world.look(-36_000)
    assert news(world.look(3600)) == [(AlertType.WALLET_RUNWAY, News.REPEATED)]


def test_the_end_of_a_snooze_is_told_once_and_what_gets_worse_ends_it_early() -> None:
    world = _short(hours=20)
    silent = snoozed(_state(world), ADA, world.now + timedelta(hours=1))
    assert silent is not None
    assert snoozed(silent[0], ADA, world.now + timedelta(hours=1)) is None
    world.states = (silent[0],)
    assert world.look(3000) == []
    assert news(world.look(3000)) == [(AlertType.WALLET_RUNWAY, News.WOKEN)]
    assert world.look(3000) == []
    again = snoozed(_state(world), ADA, None)
    assert again is not None
    world.states = (again[0],)
    world.wallets[CLORE] = Decimal(4)
    assert news(world.look(3000)) == [(AlertType.WALLET_RUNWAY, News.ESCALATED)]
    assert _state(world).snoozed_by is None


@pytest.mark.parametrize(
    ("now", "zone", "end"),
    [
        ("2026-03-01T08:59:59+00:00", "UTC", "2026-03-01T09:00:00+00:00"),
        ("2026-03-01T09:00:00+00:00", "UTC", "2026-03-02T09:00:00+00:00"),
        ("2026-03-28T20:00:00+00:00", "Europe/Berlin", "2026-03-29T07:00:00+00:00"),
    ],
)
def test_the_morning_is_the_next_nine_o_clock_of_the_zone(now: str, zone: str, end: str) -> None:
    assert ends_at(Snooze.MORNING, datetime.fromisoformat(now), ZoneInfo(zone)) == datetime.fromisoformat(end)


def test_a_state_that_an_older_version_stored_is_read() -> None:
    state = _state(_short(hours=20))
    new = {"acked_by", "acked_at", "repeats", "snoozed_by", "snoozed_until"}
    body = msgspec.json.decode(encode(state))
    old = msgspec.json.encode({name: value for name, value in body.items() if name not in new})
    assert decode(AlertState, old) == state


def _short(hours: int) -> World:
    """A runway alert fires: one order burns 24 a day."""
    world = World()
    world.rent(1, price="24")
    world.wallets[CLORE] = Decimal(hours)
    for _ in range(4):
        world.look()
    assert (AlertType.WALLET_RUNWAY, News.FIRED) in news(world.told)
    return world


def _state(world: World) -> AlertState:
    state = world.state(AlertType.WALLET_RUNWAY)
    assert state is not None
    return state
