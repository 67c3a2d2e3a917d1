"""An order before it is sent: a draft may lack anything, a `NewOrder` is complete and within CLORE.AI's limits.

The limits are those of create_order in the API reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.ids import ServerId

MAX_PORTS = 5
MAX_ENV_CHARACTERS = 12_000
MAX_ENV_NAME = 128
MAX_ENV_VALUE = 1_536
MAX_TOKEN = 32
MAX_PASSWORD = 32
MAX_SSH_KEY = 3_072
MAX_COMMAND = 16_384
"""Ours: the reference names no limit for the start command, and a longer one belongs into an image."""
MAX_ISSUE = 2_048
PORT_KINDS = ("tcp", "http")

STARRED = re.compile(r"[A-Za-z0-9\s\-=.@+/]+", re.ASCII)
"""All that the fields with a star in the reference may hold."""
REGISTRY_HOST = re.compile(r"^(?:[^/]*[.:][^/]*|localhost)/")
"""A host in front of an image's name, as Docker tells it from an owner."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is missing or over a limit. `where` is the field's name; `what` a sentence for people."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What create_order is sent. Made by `Draft.ready` only, so that whatever exists is within the limits.

    `spot_price` (per day, in `currency`) makes it a spot offer; without it the order is on demand, and
    `required_price` pins the price that was shown.
    """

    server: ServerId
    currency: str
    image: str
    spot_price: Decimal | None = None
    required_price: Decimal | None = None
    ports: Mapping[int, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    jupyter_token: str | None = field(default=None, repr=False)
    ssh_key: str | None = None
    ssh_password: str | None = field(default=None, repr=False)
    command: str | None = field(default=None, repr=False)
    autossh_entrypoint: bool | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is being put together; anything may still be missing."""

    server: ServerId | None = None
    currency: str | None = None
    image: str | None = None
    spot: bool = False
    spot_price: Decimal | None = None
    required_price: Decimal | None = None
    ports: Mapping[int, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    jupyter_token: str | None = field(default=None, repr=False)
    ssh_key: str | None = None
    ssh_password: str | None = field(default=None, repr=False)
    command: str | None = field(default=None, repr=False)
    autossh_entrypoint: bool | None = None

    def problems(self) -> tuple[Problem, ...]:
        """Everything that keeps this draft from being sent, in the order of the wizard's steps."""
        found = [
            Problem(name, f"{name} is missing") for name in ("server", "currency", "image") if not getattr(self, name)
        ]
        if self.image and REGISTRY_HOST.match(self.image):
            found.append(Problem("image", "CLORE.AI takes Docker Hub names, without a registry's host in front"))
        found += _price_problems(self) + _port_problems(self.ports) + env_problems(self.env)
        found += _starred("jupyter_token", self.jupyter_token, MAX_TOKEN)
        found += _starred("ssh_key", self.ssh_key, MAX_SSH_KEY)
        found += _starred("ssh_password", self.ssh_password, MAX_PASSWORD)
        return (*found, *command_problems(self.command))

    def ready(self) -> NewOrder | tuple[Problem, ...]:
        """The order that can be sent, or what is missing or wrong."""
        problems = self.problems()
        if problems or self.server is None or self.currency is None or self.image is None:
            return problems
        return NewOrder(
            server=self.server,
            currency=self.currency,
            image=self.image,
            spot_price=self.spot_price if self.spot else None,
            required_price=None if self.spot else self.required_price,
            ports=dict(self.ports),
            env=dict(self.env),
            jupyter_token=self.jupyter_token,
            ssh_key=self.ssh_key,
            ssh_password=self.ssh_password,
            command=self.command,
            autossh_entrypoint=self.autossh_entrypoint,
        )


def issue_problems(issue: str) -> tuple[Problem, ...]:
    """The report that may go with a cancellation."""
    if len(issue) > MAX_ISSUE:
        return (Problem("issue", f"a report has at most {MAX_ISSUE:,} characters; this one has {len(issue):,}"),)
    return ()


def env_problems(env: Mapping[str, str]) -> list[Problem]:
    found = []
    for name, value in env.items():
        if not name or len(name) > MAX_ENV_NAME:
            found.append(Problem("env", f"a variable's name has 1 to {MAX_ENV_NAME} characters"))
        if len(value) > MAX_ENV_VALUE:
            found.append(Problem("env", f"the value of {name} is longer than {MAX_ENV_VALUE:,} characters"))
        if "&" in value:
            found.append(Problem("env", f"the value of {name} holds an &, which CLORE.AI cannot take"))
    size = len(json.dumps(dict(env), separators=(",", ":"), ensure_ascii=False))
    if size > MAX_ENV_CHARACTERS:
        found.append(
            Problem("env", f"all variables together have {size:,} characters; {MAX_ENV_CHARACTERS:,} are allowed")
        )
    return found


def command_problems(command: str | None) -> list[Problem]:
    """The script that runs on the machine once the order is made."""
    if command is None:
        return []
    found = []
    if len(command) > MAX_COMMAND:
        found.append(
            Problem("command", f"a start command has at most {MAX_COMMAND:,} characters; this one has {len(command):,}")
        )
    if "\0" in command:
        found.append(Problem("command", "a start command cannot hold a zero character"))
    return found


def _price_problems(draft: Draft) -> list[Problem]:
    name, price = ("spot_price", draft.spot_price) if draft.spot else ("required_price", draft.required_price)
    if price is None:
        return [Problem(name, "a spot offer needs a price")] if draft.spot else []
    if not price.is_finite() or price <= 0:
        return [Problem(name, "a price is a number above zero")]
    return []


def _port_problems(ports: Mapping[int, str]) -> list[Problem]:
    found = []
    if len(ports) > MAX_PORTS:
        found.append(Problem("ports", f"at most {MAX_PORTS} ports can be forwarded; these are {len(ports)}"))
    for port, kind in ports.items():
        if not 1 <= port <= 65_535:
            found.append(Problem("ports", f"{port} is not a port: 1 to 65535"))
        if kind not in PORT_KINDS:
            found.append(Problem("ports", f"port {port} is {kind!r}; it can be {' or '.join(PORT_KINDS)}"))
    return found


def _starred(where: str, text: str | None, most: int) -> list[Problem]:
    """The fields that the reference marks with a star: letters, digits, white space and - = . @ + / only."""
    if text is None:
        return []
    found = []
    if len(text) > most:
        found.append(Problem(where, f"at most {most:,} characters; these are {len(text):,}"))
    if not STARRED.fullmatch(text):
        found.append(Problem(where, "only letters, digits, blanks and - = . @ + / are allowed"))
    return found
