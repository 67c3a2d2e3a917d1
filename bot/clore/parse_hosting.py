"""my_servers and server_config to what a host knows of the own servers."""

from __future__ import annotations

import msgspec

from bot.clore import values
from bot.clore.document import Document, read_rows, row_fields
from bot.clore.errors import Unreadable
from bot.domain.hosting import HostedServer, HostedServers, Rented, ServerConfig
from bot.domain.ids import ServerId


async def hosted_servers(document: Document) -> HostedServers:
    """All own servers; one without a name (the key here: `id` may be missing) makes the answer `Unreadable`."""
    found = await read_rows(document.rows("servers"), _hosted_server)
    return HostedServers(servers=found, limit=values.whole(document.get("limit")))


def server_config(document: Document, name: str) -> ServerConfig:
    """The configuration of the server that was asked for by `name`."""
    config = document.get("config")
    if not isinstance(config, dict):
        raise Unreadable("CLORE.AI's answer has no config")
    job = values.fields(config.get("background_job"))
    return ServerConfig(
        name=values.text(config.get("name")) or name,
        creation_completed=values.flag(document.get("creation_completed")),
        id=_server(config.get("id")),
        connected=values.flag(config.get("connected")),
        initialized=values.flag(config.get("initialized")),
        online=values.flag(config.get("online")),
        visibility=values.text(config.get("visibility")),
        on_demand=values.amounts(config.get("pricing")),
        spot_minimum=values.amounts(config.get("spot_pricing")),
        max_length=values.hours(config.get("mrl")),
        rented=_rented(config.get("rental_status")),
        specs=values.specs(config.get("specs")),
        job_image=values.text(job.get("image")),
        job_command=values.text(job.get("command")),
        job_env=_env(job.get("env")),
        job_times_updated=values.whole(job.get("times_updated")),
    )


def _hosted_server(raw: msgspec.Raw) -> HostedServer:
    row = row_fields(raw)
    name = values.text(row.get("name"))
    if name is None:
        raise Unreadable("CLORE.AI's answer holds a server without a name")
    return HostedServer(
        name=name,
        id=_server(row.get("id")),
        connected=values.flag(row.get("connected")),
        online=values.flag(row.get("online")),
        visibility=values.text(row.get("visibility")),
        working_properly=values.flag(row.get("working_properly")),
        on_demand=values.amounts(row.get("pricing")),
        spot_minimum=values.amounts(row.get("min_spot_pricing")),
        init_token=values.text(row.get("init_token")),
        specs=values.specs(row.get("specs")),
    )


def _env(value: object) -> dict[str, str]:
    labels = ((name, values.label(worth)) for name, worth in values.fields(value).items())
    return {name: worth for name, worth in labels if worth is not None}


def _server(value: object) -> ServerId | None:
    server = values.whole(value)
    return None if server is None else ServerId(server)


def _rented(value: object) -> Rented | None:
    status = values.whole(value)
    return next((known for known in Rented if known.value == status), None)
