"""What a button does, as a value: a union of small dataclasses in at most 64 bytes of callback data.

Callback data can be forged by a modified client: an action says what is wanted, never that it is allowed. What spends is
reached only through `Confirm`, whose token is a random row of the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final, get_args, get_type_hints

from bot.domain.ids import AccountId, LoweringId, OrderId
from handlers import alert_actions as alert
from handlers import guard_actions as guard
from handlers import market_actions as market
from handlers import rent_actions as rent
from handlers import setting_actions as setting
from handlers.guard_actions import GuardAction
from handlers.market_actions import MarketAction
from handlers.rent_actions import BatchAction, DeploymentAction, RentAction, StopAction, TemplateAction
from handlers.setting_actions import SettingAction
from handlers.word import Word

VERSION: Final = "1"
MOST_BYTES: Final = 64
_LARGEST: Final = 2**63 - 1
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_WORD: Final = re.compile(r"[A-Za-z0-9.-]{1,8}")


class NotAnAction(ValueError):
    """Callback data that no button of this version carries."""


@dataclass(frozen=True, slots=True)
class Home:
    """Welcome, or help."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The page label between the arrows: pressed, answered, nothing happens."""


@dataclass(frozen=True, slots=True)
class Close:
    """Takes the screen away."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Asks for an API key for a new account."""


@dataclass(frozen=True, slots=True)
class ShowAccounts:
    page: int = 0


@dataclass(frozen=True, slots=True)
class ShowAccount:
    account: AccountId


@dataclass(frozen=True, slots=True)
class UseAccount:
    """Makes it the chat's default."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class RenameAccount:
    account: AccountId


@dataclass(frozen=True, slots=True)
class ReplaceKey:
    account: AccountId


@dataclass(frozen=True, slots=True)
class TestKey:
    account: AccountId


@dataclass(frozen=True, slots=True)
class RemoveAccount:
    """Asks first; the removal itself is a `Confirm`."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class ShowWallets:
    account: AccountId
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ShowDeposits:
    """Deposit addresses, in private only."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class ShowOrders:
    account: AccountId
    page: int = 0
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ShowPastOrders:
    account: AccountId
    page: int = 0
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ShowOrder:
    account: AccountId
    order: OrderId
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class AskCancel:
    """Leads to the confirmation of a cancellation."""

    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class AskReport:
    """Asks for the text that goes to CLORE.AI with the cancellation."""

    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class AskRaise:
    """Leads to the confirmation of the smallest bid that is above the others."""

    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class AskPrice:
    """Asks for another price to bid."""

    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class AskLowering:
    """Leads to the confirmation of lowering a bid in steps: to the price that CLORE.AI has refused in this ledger entry.

    `entry` 0: to the least with which it still holds its machine.
    """

    account: AccountId
    order: OrderId
    entry: int = 0


@dataclass(frozen=True, slots=True)
class DropLowering:
    """No further step of it."""

    lowering: LoweringId


@dataclass(frozen=True, slots=True)
class Confirm:
    """Carries out what the row of this token says, once, for the person who asked."""

    token: str


@dataclass(frozen=True, slots=True)
class Decline:
    """Gives up what the row of this token says."""

    token: str


@dataclass(frozen=True, slots=True)
class ShowServers:
    account: AccountId
    page: int = 0
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ShowStatus:
    pass


@dataclass(frozen=True, slots=True)
class AskForget:
    """Leads to the confirmation of deleting everything of this chat."""


@dataclass(frozen=True, slots=True)
class StopAutomation:
    """Stops whatever is done for this chat without a press."""


@dataclass(frozen=True, slots=True)
class AskLift:
    """Leads to the confirmation that automation goes on."""


AccountAction = (
    ShowAccount
    | UseAccount
    | RenameAccount
    | ReplaceKey
    | TestKey
    | RemoveAccount
    | ShowWallets
    | ShowDeposits
    | ShowOrders
    | ShowPastOrders
    | ShowOrder
    | AskCancel
    | AskReport
    | AskRaise
    | AskPrice
    | AskLowering
    | GuardAction
    | alert.AlertAction
    | ShowServers
)
"""The actions on one account: it is looked up within the chat, or there is none."""

Action = (
    Home
    | Nothing
    | Close
    | Connect
    | ShowAccounts
    | Confirm
    | Decline
    | ShowStatus
    | AskForget
    | DropLowering
    | alert.Acknowledge
    | guard.SwitchGuardOff
    | StopAutomation
    | AskLift
    | AccountAction
    | MarketAction
    | market.ShowCheaper
    | RentAction
    | TemplateAction
    | DeploymentAction
    | StopAction
    | BatchAction
    | SettingAction
)

_CODES: Final[dict[str, type[Action]]] = {
    "h": Home,
    "n": Nothing,
    "x": Close,
    "c": Connect,
    "A": ShowAccounts,
    "a": ShowAccount,
    "u": UseAccount,
    "r": RenameAccount,
    "k": ReplaceKey,
    "t": TestKey,
    "d": RemoveAccount,
    "w": ShowWallets,
    "D": ShowDeposits,
    "o": ShowOrders,
    "p": ShowPastOrders,
    "O": ShowOrder,
    "C": AskCancel,
    "I": AskReport,
    "R": AskRaise,
    "P": AskPrice,
    "L": AskLowering,
    "l": DropLowering,
    "y": Confirm,
    "N": Decline,
    "s": ShowServers,
    "S": ShowStatus,
    "F": AskForget,
    "zS": StopAutomation,
    "zL": AskLift,
    "aG": alert.Acknowledge,
    "aZ": alert.AskSnooze,
    "aS": alert.SnoozeAlert,
    "gS": guard.ShowGuard,
    "gT": guard.AskGuardTerm,
    "gV": guard.ChooseGuardTerm,
    "gC": guard.AskGuardOn,
    "gX": guard.SwitchGuardOff,
    "mH": market.ShowMarket,
    "mQ": market.AskSearch,
    "mP": market.ShowResults,
    "mR": market.RefreshResults,
    "mT": market.ToggleLayout,
    "mX": market.DropChip,
    "mF": market.ShowFilters,
    "mf": market.ShowFilter,
    "mV": market.SetFilter,
    "mS": market.SaveSearch,
    "mL": market.ShowSearches,
    "mG": market.RunSearch,
    "mD": market.DeleteSearch,
    "mC": market.ShowServer,
    "mA": market.ShowAuction,
    "mO": market.MarkFavourite,
    "mW": market.WatchServer,
    "mB": market.BlockServer,
    "mN": market.BlockOwner,
    "mM": market.ShowMarks,
    "mE": market.ShowCheaper,
    "mJ": market.FindSimilar,
    "rS": rent.StartRent,
    "rD": rent.ShowDraft,
    "rP": rent.ShowStep,
    "rV": rent.Choose,
    "rA": rent.AskStep,
    "rX": rent.ClearStep,
    "rC": rent.AskRent,
    "rZ": rent.DropDraft,
    "rN": rent.NextCandidate,
    "rG": rent.RentAgain,
    "rK": rent.ShowSecrets,
    "tL": rent.ShowTemplates,
    "tS": rent.ShowTemplate,
    "tN": rent.NewTemplate,
    "tK": rent.SaveTemplate,
    "tE": rent.EditTemplate,
    "tV": rent.ChooseInTemplate,
    "tD": rent.DefaultTemplate,
    "tX": rent.DeleteTemplate,
    "dS": rent.ShowDeployment,
    "dK": rent.KeepRental,
    "dP": rent.ProbeNow,
    "dO": rent.SwitchProbe,
    "dC": rent.CancelWithReport,
    "sL": rent.ShowStops,
    "sV": rent.ChooseStop,
    "sA": rent.AskStop,
    "sX": rent.DropStop,
    "sE": rent.ExtendStop,
    "bP": rent.PrepareBatch,
    "bS": rent.ShowBatch,
    "bV": rent.ChooseInBatch,
    "bA": rent.AskInBatch,
    "bC": rent.AskBatch,
    "bX": rent.StopBatch,
    "qA": setting.ShowAlerts,
    "qT": setting.ShowTypes,
    "qL": setting.ChooseLoudness,
    "qM": setting.MuteAll,
    "qX": setting.SendTrial,
    "qS": setting.ShowSettings,
    "qZ": setting.AskZone,
    "qz": setting.ChooseZone,
    "qQ": setting.ShowQuiet,
    "qq": setting.ChooseQuiet,
}
"""Letters, or pairs of them, once given are never given to another action: old keyboards stay in old chats."""

_LETTERS: Final = {kind: code for code, kind in _CODES.items()}
_HINTS: Final = {kind: get_type_hints(kind) for kind in _CODES.values()}
assert set(_LETTERS) == set(get_args(Action)), "every action has a letter"


def encode(action: Action) -> str:
    """Callback data of at most 64 bytes, like `1:R:7:12345`. Telegram rejects the whole message over a longer one."""
    values = (getattr(action, field.name) for field in fields(action))
    data = ":".join((VERSION, _LETTERS[type(action)], *(_text(value) for value in values)))
    assert len(data.encode()) <= MOST_BYTES, f"{type(action).__name__} does not fit a button"
    return data


def decode(data: str) -> Action:
    """The action of a pressed button. `NotAnAction` for everything that `encode` does not make."""
    version, _, rest = data.partition(":")
    code, *texts = rest.split(":")
    kind = _CODES.get(code)
    if version != VERSION or kind is None or len(texts) != len(fields(kind)):
        raise NotAnAction
    values = [_value(text, _HINTS[kind][field.name]) for text, field in zip(texts, fields(kind), strict=True)]
    make: Callable[..., Action] = kind
    action = make(*values)
    if encode(action) != data:
        raise NotAnAction
    return action


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _value(text: str, hint: object) -> object:
    if hint is Word:
        if not _WORD.fullmatch(text):
            raise NotAnAction
        return text
    if hint is str:
        if not _TOKEN.fullmatch(text):
            raise NotAnAction
        return text
    if not (text.isascii() and text.isdecimal() and len(text) <= 19) or int(text) > _LARGEST:
        raise NotAnAction
    if hint is bool:
        return text == "1"
    return int(text)
