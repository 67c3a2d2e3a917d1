"""Buttons of renting: the wizard, templates, the first minutes, stop conditions, several at once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ids import (
    NO_RESULTS,
    AccountId,
    BatchId,
    DeploymentId,
    DraftId,
    OrderId,
    ResultsId,
    ServerId,
    StopId,
    TemplateId,
)
from handlers.word import Word


@dataclass(frozen=True, slots=True)
class StartRent:
    """A new draft for this server; `results`: the list that it was found in, 0 for none."""

    server: ServerId
    spot: bool = False
    results: ResultsId = NO_RESULTS


@dataclass(frozen=True, slots=True)
class ShowDraft:
    """The draft as it stands, with what is missing."""

    draft: DraftId


@dataclass(frozen=True, slots=True)
class ShowStep:
    draft: DraftId
    step: Word


@dataclass(frozen=True, slots=True)
class Choose:
    """One of the values that a step offers."""

    draft: DraftId
    step: Word
    value: Word


@dataclass(frozen=True, slots=True)
class AskStep:
    """Asks for the step's value in words."""

    draft: DraftId
    step: Word


@dataclass(frozen=True, slots=True)
class ClearStep:
    draft: DraftId
    step: Word


@dataclass(frozen=True, slots=True)
class AskRent:
    """Leads to the confirmation, with everything that it costs."""

    draft: DraftId


@dataclass(frozen=True, slots=True)
class DropDraft:
    draft: DraftId


@dataclass(frozen=True, slots=True)
class NextCandidate:
    """The same draft for the next similar server."""

    draft: DraftId


@dataclass(frozen=True, slots=True)
class RentAgain:
    """A draft like an earlier rental."""

    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class ShowSecrets:
    """Password and token of a new rental, once."""

    deployment: DeploymentId


RentAction = (
    StartRent | ShowDraft | ShowStep | Choose | AskStep | ClearStep | AskRent | DropDraft | NextCandidate | RentAgain
)


@dataclass(frozen=True, slots=True)
class ShowTemplates:
    """A page of them; 0 is the first."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class ShowTemplate:
    template: TemplateId


@dataclass(frozen=True, slots=True)
class NewTemplate:
    pass


@dataclass(frozen=True, slots=True)
class SaveTemplate:
    """A template of what a draft holds."""

    draft: DraftId


@dataclass(frozen=True, slots=True)
class EditTemplate:
    """Asks for one of its fields."""

    template: TemplateId
    step: Word


@dataclass(frozen=True, slots=True)
class ChooseInTemplate:
    template: TemplateId
    step: Word
    value: Word


@dataclass(frozen=True, slots=True)
class DefaultTemplate:
    template: TemplateId
    on: bool


@dataclass(frozen=True, slots=True)
class DeleteTemplate:
    """Asks first; the deletion itself is a `Confirm`."""

    template: TemplateId


TemplateAction = (
    ShowTemplates
    | ShowTemplate
    | NewTemplate
    | SaveTemplate
    | EditTemplate
    | ChooseInTemplate
    | DefaultTemplate
    | DeleteTemplate
)


@dataclass(frozen=True, slots=True)
class ShowDeployment:
    """The first minutes of a new rental as they stand."""

    deployment: DeploymentId


@dataclass(frozen=True, slots=True)
class KeepRental:
    deployment: DeploymentId


@dataclass(frozen=True, slots=True)
class ProbeNow:
    """Tries the SSH port and the web address."""

    deployment: DeploymentId


@dataclass(frozen=True, slots=True)
class SwitchProbe:
    """Whether the bot may try the ports of new rentals of this chat."""

    deployment: DeploymentId
    on: bool


@dataclass(frozen=True, slots=True)
class CancelWithReport:
    """Leads to the confirmation of a cancellation with a report of what was measured."""

    deployment: DeploymentId


DeploymentAction = ShowDeployment | KeepRental | ProbeNow | SwitchProbe | CancelWithReport | ShowSecrets


@dataclass(frozen=True, slots=True)
class ShowStops:
    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class ChooseStop:
    """One of the offered conditions."""

    account: AccountId
    order: OrderId
    value: Word


@dataclass(frozen=True, slots=True)
class AskStop:
    """Asks for a condition of this kind in words."""

    account: AccountId
    order: OrderId
    kind: Word


@dataclass(frozen=True, slots=True)
class DropStop:
    stop: StopId


@dataclass(frozen=True, slots=True)
class ExtendStop:
    stop: StopId
    hours: int


StopAction = ShowStops | ChooseStop | AskStop | DropStop | ExtendStop


@dataclass(frozen=True, slots=True)
class PrepareBatch:
    """Several machines of a list of results."""

    results: ResultsId


@dataclass(frozen=True, slots=True)
class ShowBatch:
    batch: BatchId


@dataclass(frozen=True, slots=True)
class ChooseInBatch:
    batch: BatchId
    step: Word
    value: Word


@dataclass(frozen=True, slots=True)
class AskInBatch:
    """Asks for one of its fields in words."""

    batch: BatchId
    step: Word


@dataclass(frozen=True, slots=True)
class AskBatch:
    """Leads to the confirmation."""

    batch: BatchId


@dataclass(frozen=True, slots=True)
class StopBatch:
    """Rents nothing more; what is rented stays."""

    batch: BatchId


BatchAction = PrepareBatch | ShowBatch | ChooseInBatch | AskInBatch | AskBatch | StopBatch
