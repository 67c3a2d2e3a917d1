"""Accounts: connecting a key, and everything that can be done with an account of this chat."""

from __future__ import annotations

from bot.clore.errors import InvalidInput, KeyRejected, RateLimited
from bot.services.connect import (
    AlreadyHere,
    BadName,
    Connected,
    Connection,
    NoAnswer,
    Rejected,
    WrongName,
    find_key,
    wrong_name,
)
from bot.services.desk import Desk
from bot.services.feeds import NOW, Wallets
from bot.services.writes import CONFIRMED_FOR
from handlers.commands import CONNECT
from handlers.guest import Guest
from handlers.looking import look
from handlers.replies import KeyWanted, NameWanted, ask, done
from handlers.screen import Screen
from handlers.views import accounts as views
from handlers.views import errors as error_views
from handlers.views import keys as key_views
from handlers.views.accounts import AccountCard, NameProblem
from handlers.views.errors import Untouched
from storage.accounts import NameTaken

REMOVE = "remove"
"""The kind of a confirmation that takes an account out of its chat."""

_PROBLEMS = {
    WrongName.TAKEN: NameProblem.TAKEN,
    WrongName.EMPTY: NameProblem.EMPTY,
    WrongName.TOO_LONG: NameProblem.TOO_LONG,
    WrongName.LOOKS_LIKE_A_KEY: NameProblem.LOOKS_LIKE_A_KEY,
}


def show_accounts(guest: Guest, page: int = 0) -> Screen:
    desks = guest.house.desks.all(guest.chat.id)
    return views.accounts([_card(guest, desk) for desk in desks], guest.now, page=page)


def show_account(guest: Guest, desk: Desk) -> Screen:
    return views.account(_card(guest, desk), guest.now)


def use_account(guest: Guest, desk: Desk) -> Screen:
    guest.house.store.chats.use(guest.chat.id, desk.account.id)
    return show_account(guest, desk)


def ask_key(guest: Guest, name: str | None = None) -> Screen:
    """Asks for a key for a new account. A name that cannot be used is said before the key is typed."""
    name = _tidied(name)
    if name is not None and (wrong := _wrong_name(guest, name)):
        return error_views.bad_arguments(CONNECT, wrong.value)
    ask(guest, KeyWanted(name))
    return key_views.ask_key(name=name)


def ask_replacement(guest: Guest, desk: Desk) -> Screen:
    ask(guest, KeyWanted(), desk.account.id)
    return key_views.ask_key(replaces=desk.account)


async def key_typed(
    guest: Guest, text: str, *, deleted: bool | None, name: str | None, replaces: Desk | None
) -> Screen:
    """Tries the key in this text out, and keeps it where CLORE.AI takes it; where it does not, asks on.

    `deleted` is `None` for a text that did not look like a key when it came: then its message still stands.
    """
    key, name = find_key(text) or text.strip(), _tidied(name)
    account = replaces.account if replaces else None
    if not _could_be_a_key(key):
        return key_views.ask_key(name=name, replaces=account, malformed=True)
    connections, update = guest.house.connections, guest.arrival.update
    try:
        if account is not None:
            found = await connections.replace(account, key, update=update)
        else:
            found = await connections.connect(guest.chat.id, guest.user, key, name, update=update)
    except InvalidInput:
        return key_views.ask_key(name=name, replaces=account, malformed=True)
    if isinstance(found, Connected | AlreadyHere):
        done(guest)
    else:
        ask(guest, KeyWanted(None if isinstance(found, BadName) else name), account.id if account else None)
    return _connected(guest, found, deleted=bool(deleted), replaces=replaces)


def _tidied(name: str | None) -> str | None:
    """A name in one line."""
    return None if name is None else " ".join(name.split())


def _could_be_a_key(text: str) -> bool:
    return len(text) == 32 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _connected(guest: Guest, found: Connection, *, deleted: bool, replaces: Desk | None) -> Screen:
    before = replaces.account if replaces else None
    match found:
        case Connected(account=account, replaced=replaced):
            if before is not None:
                guest.house.leave_key(before.key)
            return key_views.proven(account, account.last4, deleted=deleted, replaced=replaced)
        case Rejected():
            return key_views.rejected(deleted=deleted, replaces=before)
        case AlreadyHere(account=account):
            return key_views.already_here(account, deleted=deleted)
        case BadName(why=why):
            return key_views.name_refused(_PROBLEMS[why], deleted=deleted)
        case NoAnswer(why=error):
            return key_views.unproven(deleted=deleted, replaces=before, busy=isinstance(error, RateLimited))


def ask_name(guest: Guest, desk: Desk, problem: NameProblem | None = None) -> Screen:
    ask(guest, NameWanted(), desk.account.id)
    return views.ask_name(desk.account, problem=problem)


def name_typed(guest: Guest, desk: Desk, text: str) -> Screen:
    name, before = " ".join(text.split()), desk.account.name
    if wrong := wrong_name(name):
        return ask_name(guest, desk, _PROBLEMS[wrong])
    try:
        account = guest.house.store.accounts.rename(guest.chat.id, desk.account.id, name)
    except NameTaken:
        return ask_name(guest, desk, NameProblem.TAKEN)
    done(guest)
    return views.renamed(account, before)


async def test_key(desk: Desk) -> Screen:
    """Reads the wallets once, now."""
    found = await look(desk, Wallets(), NOW)
    if isinstance(found.error, KeyRejected):
        return error_views.key_rejected(desk.account, Untouched.READ)
    return key_views.test_failed(desk.account, found.failed) if found.failed else key_views.works(desk.account)


def ask_removal(guest: Guest, desk: Desk) -> Screen:
    token = guest.house.store.confirmations.ask(
        guest.chat.id, guest.user, desk.account.id, REMOVE, "{}", guest.now, CONFIRMED_FOR
    )
    return views.confirm_removal(_card(guest, desk), guest.now, token=token, expires_at=guest.now + CONFIRMED_FOR)


def _wrong_name(guest: Guest, name: str) -> NameProblem | None:
    if wrong := wrong_name(name):
        return _PROBLEMS[wrong]
    return NameProblem.TAKEN if guest.house.store.accounts.named(guest.chat.id, name) else None


def _card(guest: Guest, desk: Desk) -> AccountCard:
    account, last, store = desk.account, desk.last, guest.house.store
    default = store.accounts.default(guest.chat.id)
    return AccountCard(
        id=account.id,
        name=account.name,
        last4=account.last4,
        connected_at=account.created_at,
        default=default is not None and default.id == account.id,
        read_at=last.orders_at if last else None,
        rejected_since=last.rejected_since if last else None,
        other_chats=len(set(store.accounts.chats_of_key(account.key)) - {guest.chat.id}),
    )
