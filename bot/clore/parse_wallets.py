"""wallets to `Wallet`s."""

from __future__ import annotations

from bot.clore import values
from bot.clore.document import Document, row_fields
from bot.clore.errors import Unreadable
from bot.domain.spending import Wallet


def wallets(document: Document) -> tuple[Wallet, ...]:
    """Every coin of the account. A balance of null stays unknown; a coin without its name makes the answer `Unreadable`."""
    return tuple(_wallet(row_fields(raw)) for raw in document.rows("wallets"))


def _wallet(row: dict[str, object]) -> Wallet:
    name = values.text(row.get("name"))
    if not name:
        raise Unreadable("CLORE.AI's answer holds a wallet without the name of its coin")
    return Wallet(
        currency=name,
        balance=values.number(row.get("balance")),
        deposit=values.text(row.get("deposit")),
        withdrawal_fee=values.number(row.get("withdrawal_fee")),
    )
