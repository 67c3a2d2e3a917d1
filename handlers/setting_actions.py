"""The buttons of what a chat wants to be told (see `handlers.actions`)."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.word import Word


@dataclass(frozen=True, slots=True)
class ShowAlerts:
    """What is open now, and the ways to change what is told."""


@dataclass(frozen=True, slots=True)
class ShowTypes:
    """How loudly each type of alert is told."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class ChooseLoudness:
    """`kind`: the name of an `AlertType`. `loudness`: `on`, `silent` or `off`. `page`: of the list that it stands in."""

    kind: str
    loudness: Word
    page: int = 0


@dataclass(frozen=True, slots=True)
class MuteAll:
    """`span`: `1h`, `8h`, `morning`, or `none` to end it."""

    span: Word


@dataclass(frozen=True, slots=True)
class SendTrial:
    """An alert that is none, to see what one looks and sounds like."""


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """Time zone and quiet hours of this chat."""


@dataclass(frozen=True, slots=True)
class AskZone:
    """Asks for the time zone: by buttons, or typed."""


@dataclass(frozen=True, slots=True)
class ChooseZone:
    """`place`: one of those that are offered."""

    place: Word


@dataclass(frozen=True, slots=True)
class ShowQuiet:
    """The quiet hours to choose from."""


@dataclass(frozen=True, slots=True)
class ChooseQuiet:
    """In minutes since midnight; both the same: none."""

    begin: int
    end: int


SettingAction = (
    ShowAlerts
    | ShowTypes
    | ChooseLoudness
    | MuteAll
    | SendTrial
    | ShowSettings
    | AskZone
    | ChooseZone
    | ShowQuiet
    | ChooseQuiet
)
