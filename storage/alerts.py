"""Alert states between two readings."""

from __future__ import annotations

from collections.abc import Iterable

from bot.alerts.alert import AlertState
from bot.domain.ids import AccountId
from storage.codec import decode, encode
from storage.database import Database


class Alerts:
    def __init__(self, db: Database) -> None:
        self._db = db

    def states(self, account: AccountId) -> tuple[AlertState, ...]:
        """Every open alert of this account, by type and subject. `Unreadable` where one cannot be read."""
        return tuple(decode(AlertState, body) for body in self._bodies(account).values())

    def replace(self, account: AccountId, states: Iterable[AlertState]) -> None:
        """These are the states now. Writes what differs; a state that is not among them is over."""
        new = {(str(state.type), state.subject): encode(state) for state in states}
        with self._db.transaction():
            old = self._bodies(account)
            for identity, body in new.items():
                if old.get(identity) != body:
                    self._write(account, identity, body)
            for kind, subject in old.keys() - new.keys():
                self._db.execute(
                    "DELETE FROM alert_states WHERE account_id = ? AND type = ? AND subject = ?",
                    (account, kind, subject),
                )

    def _write(self, account: AccountId, identity: tuple[str, str], body: str) -> None:
        self._db.execute(
            "INSERT INTO alert_states (account_id, type, subject, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET body = excluded.body",
            (account, *identity, body),
        )

    def _bodies(self, account: AccountId) -> dict[tuple[str, str], str]:
        rows = self._db.fetch(
            "SELECT type, subject, body FROM alert_states WHERE account_id = ? ORDER BY type, subject", (account,)
        )
        return {(row["type"], row["subject"]): row["body"] for row in rows}
