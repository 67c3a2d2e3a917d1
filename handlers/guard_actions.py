"""The buttons of the guard of a bid (see `handlers.actions`)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ids import AccountId, GuardId, OrderId
from handlers.word import Word


@dataclass(frozen=True, slots=True)
class ShowGuard:
    """The guard of one bid: its terms, how it stands, what it would do now."""

    account: AccountId
    order: OrderId
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class AskGuardTerm:
    """Asks for one of its terms, `ceiling`, `margin`, `pause` or `budget`: by buttons, or typed."""

    account: AccountId
    order: OrderId
    term: Word


@dataclass(frozen=True, slots=True)
class ChooseGuardTerm:
    """Chooses what was offered for a term. Nothing is in force before it is confirmed."""

    account: AccountId
    order: OrderId
    term: Word
    value: Word


@dataclass(frozen=True, slots=True)
class AskGuardOn:
    """Leads to the confirmation that it acts by itself within the chosen terms."""

    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class SwitchGuardOff:
    """It takes no further step."""

    guard: GuardId


GuardAction = ShowGuard | AskGuardTerm | ChooseGuardTerm | AskGuardOn
"""Those on one account."""
