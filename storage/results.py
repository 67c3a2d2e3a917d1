"""Lists of search results that were shown: the search behind each, so that it can be found anew after a restart."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import ChatId, ResultsId
from storage.database import Database
from storage.times import from_ms, to_ms

Layout = Literal["cards", "table"]


@dataclass(frozen=True, slots=True)
class Results:
    """`query`: the search as text. `page`: the one that was looked at last."""

    id: ResultsId
    chat: ChatId
    query: str
    layout: Layout
    page: int
    created_at: datetime


class ResultLists:
    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, chat: ChatId, query: str, now: datetime, *, layout: Layout = "cards") -> Results:
        number = self._db.execute(
            "INSERT INTO results (chat_id, query, layout, created_ms, used_ms) VALUES (?, ?, ?, ?, ?)",
            (chat, query, layout, to_ms(now), to_ms(now)),
        ).lastrowid
        assert number is not None
        return Results(ResultsId(number), chat, query, layout, 0, now)

    def get(self, chat: ChatId, results: ResultsId) -> Results | None:
        """Only within its chat."""
        row = self._db.first("SELECT * FROM results WHERE id = ? AND chat_id = ?", (results, chat))
        return None if row is None else _results(row)

    def last(self, chat: ChatId) -> Results | None:
        """The one that was looked at last."""
        row = self._db.first("SELECT * FROM results WHERE chat_id = ? ORDER BY used_ms DESC, id DESC LIMIT 1", (chat,))
        return None if row is None else _results(row)

    def look(self, results: Results, *, page: int, layout: Layout, now: datetime) -> None:
        """What is looked at now."""
        self._db.execute(
            "UPDATE results SET page = ?, layout = ?, used_ms = ? WHERE id = ?",
            (page, layout, to_ms(now), results.id),
        )

    def prune(self, before: datetime) -> int:
        """Deletes those that were last looked at before this time."""
        return self._db.change("DELETE FROM results WHERE used_ms < ?", (to_ms(before),))


def _results(row: sqlite3.Row) -> Results:
    return Results(
        id=row["id"],
        chat=row["chat_id"],
        query=row["query"],
        layout=row["layout"],
        page=row["page"],
        created_at=from_ms(row["created_ms"]),
    )
