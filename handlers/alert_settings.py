"""`/alerts`: what is open, how loudly each type is told, muting, and a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.alerts.alert import AlertType, Phase
from bot.alerts.lifecycle import EDGES
from bot.alerts.preferences import Loudness, Telling, next_morning
from bot.domain.announcements import TrialTold
from bot.services.record import preferences_of
from handlers.guest import Guest
from handlers.screen import Screen, Toast
from handlers.setting_actions import ChooseLoudness, MuteAll
from handlers.views import alert_settings as views
from handlers.views import toasts
from handlers.views.alert_settings import Open
from handlers.word import Word
from storage.letters import Rank

SPANS: Final = {Word("1h"): timedelta(hours=1), Word("8h"): timedelta(hours=8)}
MORNING, NONE = Word("morning"), Word("none")
TRIAL_LIVES: Final = timedelta(minutes=10)


def show(guest: Guest) -> Screen:
    desks, alerts = guest.house.desks.all(guest.chat.id), guest.house.store.alerts
    found = [
        Open(state, desk.account.name)
        for desk in desks
        for state in alerts.states(desk.account.id)
        if state.told_stage and state.phase is not Phase.PENDING and state.type not in EDGES
    ]
    read = [desk.last.orders_at if desk.last else None for desk in desks]
    known = [at for at in read if at is not None]
    return views.alerts(
        sorted(found, key=lambda each: (-each.state.severity, each.state.since)),
        preferences_of(guest.house.store, guest.chat.id),
        guest.now,
        accounts=len(desks),
        read_at=min(known) if known and len(known) == len(read) else None,
    )


def show_types(guest: Guest, page: int) -> Screen:
    return views.types(preferences_of(guest.house.store, guest.chat.id), page)


def choose_loudness(guest: Guest, action: ChooseLoudness) -> Screen | Toast:
    if action.kind not in AlertType.__members__ or action.loudness not in {each.value for each in Loudness}:
        return toasts.UNKNOWN_BUTTON
    chosen = preferences_of(guest.house.store, guest.chat.id)
    chosen = chosen.choosing(AlertType[action.kind], Loudness(action.loudness))
    guest.house.store.chats.prefer(guest.chat.id, chosen)
    return show_types(guest, action.page)


def mute(guest: Guest, action: MuteAll) -> Screen | Toast:
    """Once: the same press after a restart mutes no longer than the first did."""
    if action.span not in {*SPANS, MORNING, NONE}:
        return toasts.UNKNOWN_BUTTON
    guest.once(lambda: _mute(guest, action.span))
    return show(guest)


def _mute(guest: Guest, span: Word) -> str:
    chosen = preferences_of(guest.house.store, guest.chat.id)
    if span == NONE:
        until = None
    else:
        until = guest.now + SPANS[span] if span in SPANS else next_morning(guest.now, chosen.clock)
    guest.house.store.chats.prefer(guest.chat.id, replace(chosen, muted_until=until))
    return f"muted {span}"


def send_trial(guest: Guest) -> Toast | None:
    """Goes the way of a real one, through the outbox; where a real one would wait, it comes without a sound."""
    desk = guest.default_desk()
    if desk is None:
        return toasts.NO_SUCH_ACCOUNT
    house, now = guest.house, guest.now
    telling = preferences_of(house.store, guest.chat.id).telling(views.trial_notice(now), now)
    house.store.outbox.announce(
        guest.chat.id,
        desk.account.id,
        TrialTold(now),
        f"trial:{guest.arrival.update}",
        now,
        rank=Rank.WARNING,
        silent=telling is not Telling.NOW,
        expires_at=now + TRIAL_LIVES,
    )
    return None if telling is Telling.NOW else toasts.TRIAL_SILENT
