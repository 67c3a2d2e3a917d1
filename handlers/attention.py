"""What people do to an alert itself: they have seen it, or want silence."""

from __future__ import annotations

from typing import Final

from bot.alerts.alert import News
from bot.alerts.snooze import Snooze
from bot.services.attention import Did
from bot.services.desk import Desk
from handlers.alert_actions import Acknowledge, AskSnooze, SnoozeAlert
from handlers.guest import Guest
from handlers.views import snooze as views
from handlers.views import toasts
from handlers.visit import Answer, Decision, Strip

_ENDS: Final = (f":{News.RESOLVED}", f":{News.ENDED}")


def acknowledge(guest: Guest, desk: Desk, action: Acknowledge) -> Decision:
    """At once, and once; the alert's message is changed by a letter."""
    attention = guest.house.attention
    did = Did(guest.once(lambda: attention.acknowledge(desk.account, action.episode, guest.user)))
    if did is Did.OVER:
        return over(guest, action.episode)
    toast = toasts.ACKNOWLEDGED if did is Did.DONE else toasts.ACKNOWLEDGED_BEFORE
    return Decision(toast, answer=None if _is_newest(guest, action.episode) else Strip())


def ask_snooze(guest: Guest, desk: Desk, action: AskSnooze) -> Answer:
    state = guest.house.attention.lives(desk.account, action.episode)
    if state is None:
        return toasts.ALERT_OVER
    return views.ask_snooze(desk.account, action.episode)


def snooze(guest: Guest, desk: Desk, action: SnoozeAlert) -> Answer:
    """Once, where the press comes again: an hour would run from the second time."""
    attention = guest.house.attention
    if action.choice not in {str(each) for each in Snooze}:
        return toasts.UNKNOWN_BUTTON
    choice = Snooze(action.choice)
    did = Did(guest.once(lambda: attention.snooze(desk.account, action.episode, guest.user, choice)))
    state = attention.lives(desk.account, action.episode)
    if did is Did.OVER or state is None:
        return views.snooze_too_late(desk.account)
    return views.snoozed(desk.account, state.snoozed_until, guest.now)


def over(guest: Guest, episode: str) -> Decision:
    """Its buttons go, unless the message says already how it ended."""
    told = guest.house.store.outbox.delivered(guest.chat.id, episode)
    ends = {each.message for each in told if each.once.endswith(_ENDS)}
    return Decision(toasts.ALERT_OVER, answer=None if guest.arrival.message in ends else Strip())


def _is_newest(guest: Guest, episode: str) -> bool:
    """An alert lives in its newest message; the buttons of those before it are of no more use."""
    told = guest.house.store.outbox.delivered(guest.chat.id, episode)
    return not told or told[-1].message == guest.arrival.message
