"""Everything the program remembers, as one object over one database."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from pathlib import Path

from bot.domain.ids import ChatId
from storage.accounts import Accounts
from storage.alerts import Alerts
from storage.batches import Batches
from storage.chats import Chats
from storage.confirmations import Confirmations
from storage.database import Database, named_errors, open_database, reading, settle
from storage.deployments import Deployments
from storage.drafts import Drafts
from storage.errors import DatabaseUnavailable, NotFound
from storage.guards import Guards
from storage.held import HeldNotices
from storage.inbox import Inbox
from storage.installation import Installation, open_vault
from storage.keys import Keys
from storage.ledger import Ledger
from storage.lowerings import Lowerings
from storage.marks import Marks
from storage.master_keys import MasterKeys
from storage.migrations import MIGRATIONS, check_origin
from storage.outbox import Outbox
from storage.questions import Questions
from storage.results import ResultLists
from storage.rotation import Rotation, check_master_keys, reseal, tags_in_use
from storage.searches import Searches
from storage.stops import Stops
from storage.templates import Templates
from storage.vanishings import Vanishings
from storage.vault import Place, Vault


class Store:
    """The parts share one connection, which belongs to the thread that opened it. Nothing here waits."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self.db = db
        self.vault = vault
        self.installation = Installation(db)
        self.chats = Chats(db, vault)
        self.keys = Keys(db)
        self.accounts = Accounts(db, vault, self.keys)
        self.inbox = Inbox(db, vault)
        self.alerts = Alerts(db)
        self.outbox = Outbox(db)
        self.confirmations = Confirmations(db, vault)
        self.questions = Questions(db)
        self.ledger = Ledger(db, vault)
        self.vanishings = Vanishings(db)
        self.results = ResultLists(db)
        self.searches = Searches(db)
        self.marks = Marks(db)
        self.drafts = Drafts(db, vault)
        self.templates = Templates(db, vault)
        self.batches = Batches(db, vault)
        self.deployments = Deployments(db, vault)
        self.stops = Stops(db)
        self.lowerings = Lowerings(db)
        self.guards = Guards(db)
        self.held = HeldNotices(db)

    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """All or nothing; `durable` for what spends. See `Database.transaction`."""
        return self.db.transaction(durable=durable)

    def forget(self, chat: ChatId) -> bool:
        """Deletes everything of a chat, then cleans the file. `NotFound`.

        False: everything is deleted, and traces may remain in the file until `scrub` succeeds. Backups keep them.
        """
        self.delete_chat(chat)
        return self.scrub()

    def delete_chat(self, chat: ChatId) -> None:
        """The rows of a chat; their traces stay in the file until `scrub`. `NotFound`."""
        with self.transaction(durable=True):
            row = self.db.first("SELECT telegram_id FROM chats WHERE id = ?", (chat,))
            if row is None:
                raise NotFound(f"there is no chat {chat}")
            self.inbox.delete_of_chat(row["telegram_id"])
            self.db.execute("DELETE FROM chats WHERE id = ?", (chat,))
            self.keys.forget_unused()
            self.installation.owe_scrub(owed=True)

    def scrub(self) -> bool:
        """Rewrites the file without what was deleted, and empties the journal. About 70 ms for 14 MB.

        Zeroed deletions are not enough: SQLite leaves copies of moved rows in the unused part of rebuilt pages.
        False: another process was reading or writing, or the disk has no room; nothing is lost, and it stays owed
        (`installation.owes_scrub`) until a later call succeeds.
        """
        try:
            self.db.fetch("VACUUM")
            clean = self.db.truncate_wal()
        except DatabaseUnavailable:
            clean = False
        if not clean or self.installation.owes_scrub:
            self._note_scrub(owed=not clean)
        return clean

    def _note_scrub(self, *, owed: bool) -> None:
        """`delete_chat` has noted the debt already, in the transaction that made it."""
        with contextlib.suppress(DatabaseUnavailable):
            self.installation.owe_scrub(owed=owed)

    def rotate(self) -> Rotation:
        """Brings every sealed value under the first master key; may be interrupted and begun again at any point."""
        resealed = 0
        unopenable: list[Place] = []
        for step in reseal(self.db, self.vault):
            resealed += step.resealed
            unopenable.extend(step.unopenable)
        self.scrub()
        return Rotation(resealed, tuple(unopenable))

    def close(self) -> None:
        self.db.close()


def holds_sealed(path: Path) -> bool:
    """Whether a lost master key would lose anything. `DatabaseDamaged`, `DatabaseBusy`; nothing is written."""
    with reading(path) as connection:
        return connection is not None and bool(tags_in_use(connection))


def open_store(path: Path, master_keys: MasterKeys) -> Store:
    """Opens or makes the database, with the instance lock held. Nothing is written before everything was checked.

    `DatabaseDamaged`, `DatabaseForeign`, `DatabaseTooNew`, `WrongMasterKey`, `DatabaseBusy`, `DatabaseUnavailable`.
    """
    with reading(path) as connection:
        if connection is not None:
            check_origin(connection, path)
            check_master_keys(connection, master_keys)
    db = open_database(path)
    try:
        with named_errors():
            MIGRATIONS.apply(db)
        store = Store(db, open_vault(db, master_keys))
        settle(db)
    except BaseException:
        db.close()
        raise
    return store
