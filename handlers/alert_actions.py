"""The buttons of an alert that are about the alert itself (see `handlers.actions`)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody has seen it: it is not repeated."""

    account: AccountId
    episode: str
