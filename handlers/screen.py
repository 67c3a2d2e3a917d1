"""What a person is shown or asked, without Telegram's types: tests compare these values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.ids import DeploymentId
from handlers.actions import Action


class Style(StrEnum):
    """The colour of a button; its text carries the meaning all the same, since older clients show no colour."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Press:
    """A button that answers with an action."""

    label: str
    action: Action
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A button that copies 1 to 256 characters."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an address."""

    label: str
    url: str


Button = Press | Copy | Link
Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """One message. `text` is Telegram HTML in which every variable is escaped; at most 8 buttons a row, 12 rows.

    `asks`: the person's next message answers this screen (in a group as a reply to it). `protected`: no forwarding,
    for what holds credentials. `vanishes_after`: seconds until the message deletes itself. `apart`: a message of its own
    even after a press, because the pressed one is an alert that lives on. `reveals`: whose secrets it shows; they are
    forgotten once Telegram has taken it.
    """

    text: str
    rows: tuple[Row, ...] = ()
    asks: bool = False
    protected: bool = False
    vanishes_after: int | None = None
    apart: bool = False
    reveals: DeploymentId | None = None


@dataclass(frozen=True, slots=True)
class Toast:
    """A line that answers a press and stays out of the chat; at most 200 characters. `alert`: a box to close."""

    text: str = ""
    alert: bool = False
