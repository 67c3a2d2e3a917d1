"""The screens of what a chat wants to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.alerts.alert import AlertState, AlertType, Expiring, Phase, Severity
from bot.alerts.preferences import Loudness, Preferences, QuietHours
from bot.domain.announcements import QuietTold
from handlers.screen import Screen
from handlers.views import alert_settings, quiet, settings
from handlers.views.alert_settings import Open
from handlers.word import Word
from tests.handlers.views.worlds import World


def preference_screens(world: World) -> Iterator[tuple[Callable[..., Screen], Screen]]:
    at = world.moment
    for count in (0, world.number):
        yield quiet.summary, quiet.summary(QuietTold(at, 1, count, count), at)
    firing = AlertState(
        type=AlertType.ORDER_EXPIRING,
        subject=world.word,
        phase=Phase.FIRING,
        severity=Severity.CRITICAL,
        stage=1,
        since=at,
        episode="e",
        facts=Expiring(world.order),
    )
    found = [Open(firing, world.word), Open(replace(firing, unknown_since=at), world.word)] * 40
    plain = Preferences()
    silent = Preferences(
        dict.fromkeys(AlertType, Loudness.SILENT), "Asia/Kolkata", QuietHours(22 * 60, 7 * 60), at + world.span
    )
    for chosen in (plain, silent):
        for shown, accounts, read_at in (([], 0, None), (found, 2, at), ([], 1, None)):
            told = alert_settings.alerts(shown, chosen, at, accounts=accounts, read_at=read_at)
            yield alert_settings.alerts, told
        yield alert_settings.types, alert_settings.types(chosen, world.number)
        yield settings.settings, settings.settings(chosen, at)
        zones = {Word("a"): (world.word, "12:00"), Word("b"): ("Berlin", "13:00")}
        yield settings.ask_zone, settings.ask_zone(chosen, zones, at, unknown=world.word)
        yield settings.quiet, settings.quiet(chosen, at)
    yield alert_settings.trial, alert_settings.trial(world.account, at)
