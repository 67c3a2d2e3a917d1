"""Methods by which the bot receives its updates."""

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import bad_request
from bot.sandbox.telegram.world import Json


async def get_updates(core: Core, query: Query) -> list[Json]:
    if "allowed_updates" in query.params:
        _allow(core, query)
    return await core.updates.get(query.integer("offset"), query.integer("limit") or 100, query.integer("timeout"))


def set_webhook(core: Core, query: Query) -> bool:
    """Remembers the address; this stand-in never posts to it."""
    url = query.text("url")
    if url and not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if "allowed_updates" in query.params:
        _allow(core, query)
    if query.flag("drop_pending_updates"):
        core.updates.drop_pending()
    core.updates.webhook_url = url
    if url:
        core.updates.interrupt()
    return True


def delete_webhook(core: Core, query: Query) -> bool:
    if query.flag("drop_pending_updates"):
        core.updates.drop_pending()
    core.updates.webhook_url = ""
    return True


def get_webhook_info(core: Core, query: Query) -> Json:  # noqa: ARG001 - the shape of a method
    updates = core.updates
    info: Json = {
        "url": updates.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": updates.pending,
    }
    return info | ({"allowed_updates": updates.allowed} if updates.allowed else {})


def _allow(core: Core, query: Query) -> None:
    """Remembers the wanted kinds; an empty list brings the default back. Unknown kinds are ignored, with a note."""
    wanted = query.get("allowed_updates")
    kinds = core.spec.fields("Update")
    query.lint += [f"unknown kind in allowed_updates: {kind}" for kind in wanted or [] if kind not in kinds]
    core.updates.allowed = [kind for kind in wanted or [] if kind in kinds] or None
