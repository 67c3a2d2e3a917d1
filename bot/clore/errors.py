"""What can go wrong with CLORE.AI, cut by what the caller does next.

    CloreError
      Refused                 CLORE.AI understood and said no: tell the person why
        StepTooBig            .lowest     the lowest bid that is allowed now
        TooSoon               .wait       until the bid can be lowered again
        PriceTooLow           .minimum    the least price, where CLORE.AI names it
        AlreadyRented
        CurrencyNotAllowed
        NotEnoughBalance
        ServerOffline
      InvalidInput            .problems   the request is wrong: correct it
      KeyRejected             ask for a new key
      RateLimited             .retry_after  too many requests; this one was not executed
      Unavailable             .passing    try later; nothing was changed
        Unreadable            an answer came, but not one that the API reference describes
      OutcomeUnknown          a change that may have been made: look before doing anything else

No message holds a key, a password, or the body of a request. Texts of CLORE.AI are kept word for word (shortened, and
with the key blacked out); whoever shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from bot.domain.draft import Problem


class CloreError(Exception):
    """Every failure of an operation on CLORE.AI."""


class Refused(CloreError):
    """Code 6, or a word for it that we do not know: not executed. `text` is CLORE.AI's own word."""

    def __init__(self, text: str) -> None:
        super().__init__(f"CLORE.AI refused: {text}")
        self.text = text


class StepTooBig(Refused):
    """A spot bid was lowered too far. `lowest` is the lowest price allowed now (sent as `max_step`), per day."""

    def __init__(self, text: str, lowest: Decimal) -> None:
        super().__init__(text)
        self.lowest = lowest


class TooSoon(Refused):
    """A spot bid can be lowered once in 600 seconds. `wait` is what is left of them."""

    def __init__(self, text: str, wait: timedelta) -> None:
        super().__init__(text)
        self.wait = wait


class PriceTooLow(Refused):
    """The offer is below the host's minimum. `minimum` is per day, in the coin of the request; `None` where it is not named."""

    def __init__(self, text: str, minimum: Decimal | None) -> None:
        super().__init__(text)
        self.minimum = minimum


class AlreadyRented(Refused):
    """Somebody else has the server."""


class CurrencyNotAllowed(Refused):
    """The host does not take this coin."""


class NotEnoughBalance(Refused):
    """The wallet of this coin is too empty."""


class ServerOffline(Refused):
    """The server cannot be reached by CLORE.AI."""


class InvalidInput(CloreError):
    """The request is wrong. `problems` are ours, found before anything was sent; empty where CLORE.AI said so (code 2)."""

    def __init__(self, problems: Iterable[Problem] = (), text: str | None = None) -> None:
        self.problems = tuple(problems)
        self.text = text
        said = "; ".join(f"{problem.where}: {problem.what}" for problem in self.problems)
        super().__init__(f"invalid input: {said or text or 'CLORE.AI does not say what is wrong'}")


class KeyRejected(CloreError):
    """Code 3 or HTTP 401: CLORE.AI does not know this key (any more)."""

    def __init__(self) -> None:
        super().__init__("CLORE.AI does not accept this API key")


class RateLimited(CloreError):
    """Code 5 or HTTP 429, after the repeats that are worth it: never executed. `retry_after` where CLORE.AI names it."""

    def __init__(self, retry_after: timedelta | None = None) -> None:
        super().__init__("CLORE.AI asks for fewer requests")
        self.retry_after = retry_after


class Unavailable(CloreError):
    """A read without an answer, or a change whose request certainly did not leave or was certainly not executed.

    `passing`: likely to be over within seconds, so that a read is worth repeating.
    """

    def __init__(self, why: str, *, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing


class Unreadable(Unavailable):
    """HTML, cut-off JSON, or JSON of another shape. Never taken for an empty list."""


class OutcomeUnknown(CloreError):
    """A change without a clear answer: it may have been made. Reconcile by reading; never repeat it blindly."""
