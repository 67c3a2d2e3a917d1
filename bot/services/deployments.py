"""The first minutes of new rentals: looked at often, told in one living message, their ports tried."""

from __future__ import annotations

from datetime import datetime

from bot.domain.deployment import Progress
from bot.domain.ledger import Creation
from bot.domain.rental import Order
from bot.domain.secrets import NO_SECRETS, Secrets
from storage.codec import encode
from storage.deployments import Deployment
from storage.ledger import Entry
from storage.store import Store


def first_body(creation: Creation, order: Order) -> str:
    """What is known when a creation is found in my_orders: the body of its new row."""
    progress = Progress(
        title=creation.title,
        image=creation.new.image,
        spot=order.spot,
        price=order.price,
        created_at=order.created_at,
        draft=creation.draft,
        batch=creation.batch,
    )
    return encode(progress)


def begin(
    store: Store, entry: Entry, creation: Creation, order: Order, secrets: Secrets, now: datetime
) -> Deployment | None:
    """Opens the row, in the transaction that ends the ledger's; it is looked at in the next second.

    Of the secrets only those that open the machine are kept, until they are shown. `None`: the account was removed, or
    it is followed already.
    """
    if entry.account is None:
        return None
    access = Secrets(jupyter_token=secrets.jupyter_token, ssh_password=secrets.ssh_password)
    return store.deployments.open(
        entry.chat,
        entry.account,
        entry.user,
        entry.id,
        order.id,
        order.server,
        first_body(creation, order),
        now,
        secrets=NO_SECRETS if access.empty else access,
        next_at=now,
    )
