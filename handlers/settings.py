"""`/settings`: the time zone and the quiet hours of a chat."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from bot.alerts.preferences import DAY_MINUTES, Preferences, QuietHours, zone_named
from bot.services.record import preferences_of
from handlers import alert_settings
from handlers.guest import Guest
from handlers.replies import ZoneWanted, ask, done
from handlers.screen import Screen
from handlers.setting_actions import (
    AskZone,
    ChooseLoudness,
    ChooseQuiet,
    ChooseZone,
    MuteAll,
    SendTrial,
    SettingAction,
    ShowAlerts,
    ShowQuiet,
    ShowSettings,
    ShowTypes,
)
from handlers.views import settings as views
from handlers.views import toasts
from handlers.visit import Answer
from handlers.word import Word

PLACES: Final = {
    Word("losangel"): "America/Los_Angeles",
    Word("newyork"): "America/New_York",
    Word("saopaulo"): "America/Sao_Paulo",
    Word("london"): "Europe/London",
    Word("berlin"): "Europe/Berlin",
    Word("moscow"): "Europe/Moscow",
    Word("kolkata"): "Asia/Kolkata",
    Word("shanghai"): "Asia/Shanghai",
    Word("tokyo"): "Asia/Tokyo",
    Word("sydney"): "Australia/Sydney",
}
"""One for many: any other is typed."""
LONGEST_NAME: Final = 64


async def respond(guest: Guest, action: SettingAction) -> Answer:
    match action:
        case ShowAlerts():
            return alert_settings.show(guest)
        case ShowTypes(page=page):
            return alert_settings.show_types(guest, page)
        case ChooseLoudness():
            return alert_settings.choose_loudness(guest, action)
        case MuteAll():
            return alert_settings.mute(guest, action)
        case SendTrial():
            return alert_settings.send_trial(guest)
        case ShowSettings():
            return show(guest)
        case AskZone():
            return ask_zone(guest)
        case ChooseZone(place=place):
            return _use(guest, PLACES[place]) if place in PLACES else toasts.UNKNOWN_BUTTON
        case ShowQuiet():
            return views.quiet(preferences_of(guest.house.store, guest.chat.id), guest.now)
        case ChooseQuiet():
            return _choose_quiet(guest, action)
    assert_never(action)


def show(guest: Guest) -> Screen:
    return views.settings(preferences_of(guest.house.store, guest.chat.id), guest.now)


def ask_zone(guest: Guest, unknown: str | None = None) -> Screen:
    ask(guest, ZoneWanted())
    zones = {word: zone_named(name) for word, name in PLACES.items()}
    offered = {
        word: (zone.key.rpartition("/")[2].replace("_", " "), f"{guest.now.astimezone(zone):%H:%M}")
        for word, zone in zones.items()
        if zone is not None
    }
    return views.ask_zone(preferences_of(guest.house.store, guest.chat.id), offered, guest.now, unknown=unknown)


def zone_typed(guest: Guest, text: str) -> Screen:
    """As the tables of time zones write it, or in small letters."""
    name = "_".join(text.split())[:LONGEST_NAME]
    for spelling in (name, name.title()):
        if spelling and zone_named(spelling) is not None:
            done(guest)
            return _use(guest, spelling)
    return ask_zone(guest, unknown=text)


def _use(guest: Guest, zone: str) -> Screen:
    return _prefer(guest, replace(preferences_of(guest.house.store, guest.chat.id), zone=zone))


def _choose_quiet(guest: Guest, action: ChooseQuiet) -> Answer:
    if not (action.begin < DAY_MINUTES and action.end < DAY_MINUTES):
        return toasts.UNKNOWN_BUTTON
    chosen = preferences_of(guest.house.store, guest.chat.id)
    return _prefer(guest, replace(chosen, quiet=QuietHours(action.begin, action.end)))


def _prefer(guest: Guest, chosen: Preferences) -> Screen:
    guest.house.store.chats.prefer(guest.chat.id, chosen)
    return show(guest)
