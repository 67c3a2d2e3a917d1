"""What one answer of CLORE.AI means: its JSON `code` decides, and only without one the HTTP status.

Business errors come with HTTP 200 and with HTTP 500 (recorded replies), so the status alone says little.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from bot.clore import values
from bot.clore.document import Document
from bot.clore.errors import (
    AlreadyRented,
    CloreError,
    CurrencyNotAllowed,
    InvalidInput,
    KeyRejected,
    NotEnoughBalance,
    OutcomeUnknown,
    PriceTooLow,
    RateLimited,
    Refused,
    ServerOffline,
    StepTooBig,
    TooSoon,
    Unavailable,
    Unreadable,
)

_UNAUTHORISED = 401
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500
_LONGEST_TEXT = 500
_GONE = re.compile(r"not_?found|not_exist|doesnt_exist|no_such|already_(?:cancel|end|expire|finish)")


class Code(IntEnum):
    """`code` in the API reference."""

    NORMAL = 0
    DATABASE_ERROR = 1
    INVALID_INPUT = 2
    INVALID_KEY = 3
    INVALID_ENDPOINT = 4
    TOO_FAST = 5
    NAMED_ERROR = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is. `document` is `None` where the body is not a JSON object."""

    status: int
    document: Document | None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing (whole) came back. `left`: the request may have reached CLORE.AI."""

    why: str
    left: bool


def verdict(outcome: Answer | NoAnswer, *, changes: bool) -> Document | CloreError:
    """The document of a success, or the error to raise. `changes`: what is not certain is an unknown outcome."""
    match outcome:
        case NoAnswer(why, left):
            return OutcomeUnknown(why) if changes and left else Unavailable(why, passing=True)
        case Answer(_, Document() as document) if (code := _code(document)) is not None:
            return _by_code(code, document, outcome.retry_after, changes=changes)
        case Answer():
            return _by_status(outcome, changes=changes)


def says_gone(refusal: Refused) -> bool:
    """Whether a refused cancellation says that there is no such order: then it is done. The words are not documented."""
    return _GONE.search(_normal(refusal.text)) is not None


def _code(document: Document) -> int | None:
    try:
        return values.whole(document.get("code"))
    except Unreadable:
        return None


def _by_code(code: int, document: Document, retry_after: timedelta | None, *, changes: bool) -> Document | CloreError:
    match code:
        case Code.NORMAL:
            return document
        case Code.DATABASE_ERROR:
            why = "CLORE.AI reports a database error"
            return OutcomeUnknown(why) if changes else Unavailable(why, passing=True)
        case Code.INVALID_INPUT:
            return InvalidInput(text=_said(document) or None)
        case Code.INVALID_KEY:
            return KeyRejected()
        case Code.INVALID_ENDPOINT:
            return Unavailable("CLORE.AI does not know this operation")
        case Code.TOO_FAST:
            return RateLimited(retry_after)
        case Code.NAMED_ERROR:
            return _refusal(document)
        case _:
            why = f"CLORE.AI answers with code {code}, which its reference does not have"
            return OutcomeUnknown(why) if changes else Unreadable(why)


def _by_status(answer: Answer, *, changes: bool) -> CloreError:
    if answer.status == _UNAUTHORISED:
        return KeyRejected()
    if answer.status == _TOO_MANY_REQUESTS:
        return RateLimited(answer.retry_after)
    why = f"CLORE.AI answers with HTTP {answer.status} and no code"
    if changes:
        return OutcomeUnknown(why)
    return Unavailable(why, passing=True) if answer.status >= _SERVER_ERRORS else Unreadable(why)


def _refusal(document: Document) -> Refused:
    """By the error's word, where its figure came with it; a word that we do not know is kept as it stands."""
    text = _said(document) or "no reason given"
    match _normal(text):
        case "exceeded_max_step" if (lowest := values.number(_get(document, "max_step"))) is not None:
            return StepTooBig(text, lowest)
        case "can_lower_every_600_seconds" if (wait := values.seconds(_get(document, "time_to_lowering"))) is not None:
            return TooSoon(text, wait)
        case "too_low_price":
            return PriceTooLow(text, values.number(_get(document, "min_price")))
        case word:
            return _PLAIN_REFUSALS.get(word, Refused)(text)


_PLAIN_REFUSALS: dict[str, Callable[[str], Refused]] = {
    "server_already_rented": AlreadyRented,
    "currency_not_allowed": CurrencyNotAllowed,
    "not_enough_balance": NotEnoughBalance,
    "server_offline": ServerOffline,
}


def _said(document: Document) -> str:
    return (values.text(_get(document, "error")) or "")[:_LONGEST_TEXT]


def _get(document: Document, name: str) -> object:
    try:
        return document.get(name)
    except Unreadable:
        return None


def _normal(text: str) -> str:
    """Recorded replies have `-` where others have `_`."""
    return text.strip().lower().replace("-", "_")
