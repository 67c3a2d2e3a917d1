"""Servers that a host provides: what CLORE.AI says of them, and the one record that can be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import Enum

from bot.domain.hardware import Specs
from bot.domain.ids import ServerId


class Rented(Enum):
    """`rental_status` of server_config."""

    FREE = 0
    SPOT = 1
    ON_DEMAND = 2


@dataclass(frozen=True, slots=True)
class HostedServer:
    """One row of my_servers. The name is the key: `id` may be missing. Prices are per day, by coin."""

    name: str
    id: ServerId | None = None
    connected: bool | None = None
    online: bool | None = None
    visibility: str | None = None
    working_properly: bool | None = None
    on_demand: Mapping[str, Decimal] = field(default_factory=dict)
    spot_minimum: Mapping[str, Decimal] = field(default_factory=dict)
    init_token: str | None = field(default=None, repr=False)
    specs: Specs = field(default_factory=Specs)


@dataclass(frozen=True, slots=True)
class HostedServers:
    servers: tuple[HostedServer, ...]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """The answer of server_config. `max_length` is given in hours there."""

    name: str
    creation_completed: bool | None = None
    id: ServerId | None = None
    connected: bool | None = None
    initialized: bool | None = None
    online: bool | None = None
    visibility: str | None = None
    on_demand: Mapping[str, Decimal] = field(default_factory=dict)
    spot_minimum: Mapping[str, Decimal] = field(default_factory=dict)
    max_length: timedelta | None = None
    rented: Rented | None = None
    specs: Specs = field(default_factory=Specs)
    job_image: str | None = None
    job_command: str | None = None
    job_env: Mapping[str, str] = field(default_factory=dict)
    job_times_updated: int | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What set_server_settings writes: the *whole* record, so every field comes from a config that was just read.

    `on_demand` and `spot_minimum` are the bitcoin pair of the reference; both per day. `max_length` goes out in hours.
    """

    name: str
    available: bool
    max_length: timedelta
    on_demand: Decimal
    spot_minimum: Decimal
