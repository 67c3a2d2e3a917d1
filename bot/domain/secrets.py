"""The secrets of an order, kept apart from the rest of it: they are stored sealed, and go nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.domain.draft import Draft, NewOrder

T = TypeVar("T", Draft, NewOrder)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What nobody but the renter may see. Variables and the start command count: people put tokens into both."""

    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    jupyter_token: str | None = field(default=None, repr=False)
    ssh_password: str | None = field(default=None, repr=False)
    command: str | None = field(default=None, repr=False)

    @property
    def empty(self) -> bool:
        return not self.env and self.jupyter_token is None and self.ssh_password is None and self.command is None


NO_SECRETS = Secrets()


def secrets_of(order: Draft | NewOrder) -> Secrets:
    return Secrets(order.env, order.jupyter_token, order.ssh_password, order.command)


def without_secrets(order: T) -> T:
    """What may be stored and shown as it is."""
    return replace(order, env={}, jupyter_token=None, ssh_password=None, command=None)


def with_secrets(order: T, secrets: Secrets) -> T:
    """The whole order again, as it is sent."""
    return replace(
        order,
        env=secrets.env,
        jupyter_token=secrets.jupyter_token,
        ssh_password=secrets.ssh_password,
        command=secrets.command,
    )
