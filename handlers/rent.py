"""The wizard of renting: each step a screen, each draft a row."""

from __future__ import annotations

from typing import assert_never

from bot.domain.ids import ServerId, number_of
from handlers import replies
from handlers.candidates import next_candidate
from handlers.commands import find
from handlers.drafting import mine, open_of, planned
from handlers.guest import Guest
from handlers.market_actions import ShowMarket
from handlers.rent_actions import (
    AskRent,
    AskStep,
    Choose,
    ClearStep,
    DropDraft,
    NextCandidate,
    RentAction,
    RentAgain,
    ShowDraft,
    ShowStep,
    StartRent,
)
from handlers.rent_confirm import ask_rent
from handlers.rent_start import again, start
from handlers.rent_steps import choose, clear, show, step_in
from handlers.rent_steps import typed as step_typed
from handlers.replies import StepWanted
from handlers.screen import Press, Screen
from handlers.views import draft as views
from handlers.views import rent_start as start_views
from handlers.views import toasts
from handlers.views.errors import bad_arguments
from handlers.visit import Answer

_SPOT_WORDS = frozenset({"spot", "bid"})


async def respond(guest: Guest, action: RentAction) -> Answer:
    match action:
        case StartRent():
            return await start(guest, action)
        case ShowDraft():
            return await show_draft(guest, action)
        case ShowStep() | AskStep():
            return await _show_step(guest, action)
        case Choose():
            return await choose(guest, action)
        case ClearStep():
            return await clear(guest, action)
        case AskRent():
            return await ask_rent(guest, action)
        case DropDraft():
            return drop(guest, action)
        case NextCandidate():
            return await next_candidate(guest, action)
        case RentAgain():
            desk = guest.desk(action.account)
            return toasts.NO_SUCH_ACCOUNT if desk is None else await again(guest, desk, action)
    assert_never(action)


async def typed(guest: Guest, wanted: StepWanted, text: str) -> Answer:
    return await step_typed(guest, wanted, text)


async def command(guest: Guest, arguments: str) -> Answer:
    """`/rent [SERVER]`: a machine, or the draft that was left."""
    words = arguments.casefold().split()
    if not words:
        stored = open_of(guest)
        return start_views.nothing_open() if stored is None else await show_draft(guest, ShowDraft(stored.id))
    server, rest = number_of(words[0], ServerId), words[1:]
    if server is None or (rest and (len(rest) > 1 or rest[0] not in _SPOT_WORDS)):
        rent = find("rent")
        assert rent is not None
        problem = (
            "There is more after the number than I understand." if server else f"{words[0][:20]} is no server number."
        )
        return bad_arguments(rent, problem, (Press("🔎 Market", ShowMarket()),))
    return await start(guest, StartRent(server, spot=bool(rest)))


async def show_draft(guest: Guest, action: ShowDraft) -> Screen:
    at = mine(guest, action.draft)
    return at if isinstance(at, Screen) else views.draft_screen(await planned(guest, at), guest.house.clock())


def drop(guest: Guest, action: DropDraft) -> Screen:
    """Given up with its secrets. What was asked for it is answered by nothing any more."""
    at = mine(guest, action.draft)
    if isinstance(at, Screen):
        return at
    guest.house.store.drafts.drop(guest.chat.id, at.stored.id)
    replies.done(guest)
    return views.dropped()


async def _show_step(guest: Guest, action: ShowStep | AskStep) -> Answer:
    at, step = mine(guest, action.draft), step_in(action.step)
    if isinstance(at, Screen):
        return at
    return toasts.UNKNOWN_BUTTON if step is None else await show(guest, at, step)
