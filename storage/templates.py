"""Templates for renting: a draft without a server, under a name; its secrets are sealed."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.domain.draft import Draft
from bot.domain.ids import ChatId, TemplateId
from bot.domain.secrets import secrets_of, with_secrets, without_secrets
from storage.accounts import NameTaken
from storage.codec import decode, encode
from storage.database import Database
from storage.errors import Unopenable, Unreadable
from storage.rotation import TEMPLATES
from storage.sealing import SealedSecrets
from storage.times import to_ms
from storage.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Template:
    """`draft` with its secrets, and without server, coin and price. `default`: new drafts of the chat begin with it.

    `damaged`: a part of its row cannot be read any more, so `draft` holds only the rest, and must not be rented with.
    """

    id: TemplateId
    chat: ChatId
    name: str
    draft: Draft
    default: bool
    damaged: bool = False


class TemplateNameTaken(NameTaken):
    """The chat has a template of this name, in whatever case."""


class Templates:
    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._secrets = SealedSecrets(db, vault, TEMPLATES)

    def add(self, chat: ChatId, name: str, draft: Draft, now: datetime) -> Template:
        """`TemplateNameTaken`."""
        with self._db.transaction():
            self._refuse_name(chat, name)
            number = self._db.execute(
                "INSERT INTO templates (chat_id, name, body, created_ms, changed_ms) VALUES (?, ?, ?, ?, ?)",
                (chat, name, encode(without_secrets(draft)), to_ms(now), to_ms(now)),
            ).lastrowid
            assert number is not None
            self._secrets.put(number, chat, secrets_of(draft))
            return Template(TemplateId(number), chat, name, draft, default=False)

    def of_chat(self, chat: ChatId) -> tuple[Template, ...]:
        """The default first, then by name; a damaged one among them."""
        rows = self._db.fetch("SELECT * FROM templates WHERE chat_id = ? ORDER BY is_default DESC, name", (chat,))
        return tuple(self._template(row) for row in rows)

    def get(self, chat: ChatId, template: TemplateId) -> Template | None:
        row = self._db.first("SELECT * FROM templates WHERE id = ? AND chat_id = ?", (template, chat))
        return None if row is None else self._template(row)

    def default(self, chat: ChatId) -> Template | None:
        row = self._db.first("SELECT * FROM templates WHERE chat_id = ? AND is_default = 1", (chat,))
        return None if row is None else self._template(row)

    def save(self, template: Template, draft: Draft, now: datetime) -> bool:
        """What it holds now. False: it is gone."""
        with self._db.transaction():
            changed = self._db.change(
                "UPDATE templates SET body = ?, changed_ms = ? WHERE id = ?",
                (encode(without_secrets(draft)), to_ms(now), template.id),
            )
            if changed:
                self._secrets.put(template.id, template.chat, secrets_of(draft))
            return bool(changed)

    def rename(self, template: Template, name: str, now: datetime) -> bool:
        """`TemplateNameTaken`. False: it is gone."""
        with self._db.transaction():
            self._refuse_name(template.chat, name, but=template.id)
            return bool(
                self._db.change(
                    "UPDATE templates SET name = ?, changed_ms = ? WHERE id = ?", (name, to_ms(now), template.id)
                )
            )

    def set_default(self, chat: ChatId, template: TemplateId | None) -> None:
        """The chat has at most one; `None`: none."""
        self._db.execute("UPDATE templates SET is_default = (id IS ?) WHERE chat_id = ?", (template, chat))

    def delete(self, chat: ChatId, template: TemplateId) -> bool:
        return bool(self._db.change("DELETE FROM templates WHERE id = ? AND chat_id = ?", (template, chat)))

    def _refuse_name(self, chat: ChatId, name: str, *, but: TemplateId | None = None) -> None:
        row = self._db.first("SELECT id, name FROM templates WHERE chat_id = ? AND name = ?", (chat, name))
        if row is not None and row["id"] != but:
            raise TemplateNameTaken(row["name"])

    def _template(self, row: sqlite3.Row) -> Template:
        draft, damaged = Draft(), False
        try:
            draft = decode(Draft, row["body"])
            draft = with_secrets(draft, self._secrets.of(row))
        except (Unopenable, Unreadable) as error:
            log.warning("template %d cannot be used: %s", row["id"], error)
            damaged = True
        return Template(row["id"], row["chat_id"], row["name"], draft, bool(row["is_default"]), damaged)
