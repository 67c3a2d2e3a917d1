"""What a typed value comes to: understood, perhaps mended, or not understood and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Typed(Generic[T]):
    """`note`: what was mended or is worth knowing, a sentence for people. It never repeats a secret."""

    value: T = field(repr=False)
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """`problem`: a sentence for people, which never repeats a secret.

    `suggestion`: a text that would be understood, `""` where there is none.
    """

    problem: str
    suggestion: str = ""


def noted(*notes: str | None) -> str | None:
    """All that is to be said, as one line."""
    return " ".join(note for note in notes if note) or None
