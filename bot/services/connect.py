"""Connecting a key: proven with one read before it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.clore.client import Clore
from bot.clore.errors import CloreError, KeyRejected, Unavailable
from bot.clore.gate import Priority
from bot.domain.ids import AccountId, ChatId, UserId
from bot.logs import keep_out_of_logs
from bot.services.clock import Clock
from bot.services.feeds import within
from storage.accounts import Account, KeyAlreadyHere, NameTaken
from storage.store import Store

_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])")
_PART_OF_A_KEY = re.compile(r"[A-Za-z0-9_-]{24,}")
"""A key with a few signs lost on the way: no name, since names stand in the open."""
LONGEST_NAME = 32
PATIENCE_SECONDS = 25.0
"""For a key to be proven: somebody waits for it, and what comes after it in the chat waits too."""


_CONNECTED = "connected"
_REPLACED = "replaced"


class WrongName(Enum):
    """Why an account cannot have this name."""

    TAKEN = auto()
    EMPTY = auto()
    TOO_LONG = auto()
    LOOKS_LIKE_A_KEY = auto()


@dataclass(frozen=True, slots=True)
class Connected:
    account: Account
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """CLORE.AI does not know this key. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class AlreadyHere:
    """This chat has this key already, under that account."""

    account: Account


@dataclass(frozen=True, slots=True)
class BadName:
    """The account cannot have this name. Nothing was kept."""

    why: WrongName


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """CLORE.AI could not be asked, so the key is not proven and was not kept."""

    why: CloreError


Connection = Connected | Rejected | AlreadyHere | BadName | NoAnswer


def find_key(text: str) -> str | None:
    """The text in it that is shaped like an API key: 32 letters, digits, `_` or `-` that look drawn by lot.

    A key drawn from 64 signs has a small and a capital letter but for one in ten million; names of images and servers
    rarely have both at this very length.
    """
    return next((found for found in _KEY.findall(text) if _looks_drawn(found)), None)


def _looks_drawn(word: str) -> bool:
    return any(sign.islower() for sign in word) and any(sign.isupper() for sign in word)


def wrong_name(name: str) -> WrongName | None:
    """What keeps this from being an account's name, but for being taken."""
    if any(_looks_drawn(word) for word in _PART_OF_A_KEY.findall(name)):
        return WrongName.LOOKS_LIKE_A_KEY
    if len(name) > LONGEST_NAME:
        return WrongName.TOO_LONG
    return None if any(sign.isalnum() for sign in name) else WrongName.EMPTY


class Connections:
    """Makes accounts of keys."""

    def __init__(self, store: Store, clore: Clore, clock: Clock) -> None:
        self._store = store
        self._clore = clore
        self._clock = clock

    async def connect(
        self, chat: ChatId, owner: UserId, key: str, name: str | None = None, *, update: int = 0
    ) -> Connection:
        """Proves the key with `wallets`, seals it, and makes it the chat's default where it is the first.

        `update` is what brings it: where it comes again after a restart, it is told what it did. `NotFound` where the
        chat was forgotten meanwhile: nothing is kept.
        """
        if (before := self._before(chat, update)) is not None:
            return before
        if name is not None and (wrong := wrong_name(name)):
            return BadName(wrong)
        if (failed := await self._failure(key)) is not None:
            return failed
        try:
            with self._store.transaction(durable=True):
                self._store.chats.get(chat)
                account = self._store.accounts.add(chat, name or self._free_name(chat), key, owner, self._clock())
                self._store.inbox.note(update, f"{_CONNECTED} {account.id}")
        except NameTaken:
            return BadName(WrongName.TAKEN)
        except KeyAlreadyHere as here:
            return AlreadyHere(here.account)
        return Connected(account)

    async def replace(self, account: Account, key: str, *, update: int = 0) -> Connection:
        """Puts a new key in the place of an account's old one, once it is proven; the account keeps its name.

        `update` as for `connect`. `NotFound` where the account was removed meanwhile: nothing is kept.
        """
        if (before := self._before(account.chat, update)) is not None:
            return before
        if (failed := await self._failure(key)) is not None:
            return failed
        try:
            with self._store.transaction(durable=True):
                replaced = self._store.accounts.replace_key(account.chat, account.id, key, self._clock())
                self._store.inbox.note(update, f"{_REPLACED} {replaced.id}")
        except KeyAlreadyHere as here:
            return AlreadyHere(here.account)
        return Connected(replaced, replaced=True)

    def _before(self, chat: ChatId, update: int) -> Connected | None:
        """What this very update had done when a restart kept it from its answer."""
        did, _, number = (self._store.inbox.did(update) or "").partition(" ")
        account = self._store.accounts.get(chat, AccountId(int(number))) if number else None
        return None if account is None else Connected(account, replaced=did == _REPLACED)

    async def _failure(self, key: str) -> Rejected | NoAnswer | None:
        """What keeps the key from being proven."""
        keep_out_of_logs(key)
        try:
            wallets = await within(PATIENCE_SECONDS, self._clore.keyed(key).wallets(priority=Priority.USER))
        except KeyRejected:
            return Rejected()
        except CloreError as error:
            return NoAnswer(error)
        return NoAnswer(Unavailable("CLORE.AI does not answer in time")) if wallets is None else None

    def _free_name(self, chat: ChatId) -> str:
        taken = {account.name for account in self._store.accounts.of_chat(chat)}
        names = ("main", *(f"account{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)
