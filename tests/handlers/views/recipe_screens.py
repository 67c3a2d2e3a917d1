"""Screens of fields, files and templates, with whatever word somebody wrote in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from bot.domain.draft import Draft
from bot.domain.ids import ChatId, TemplateId
from bot.domain.recipe import TYPED_STEPS, Step, Unread
from handlers.actions import Home
from handlers.rent_actions import ChooseInTemplate
from handlers.screen import Screen
from handlers.views import files, keys, steps, templates
from handlers.views.html import text
from handlers.word import Word
from storage.templates import Template

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "t" * 22


def filled(word: str) -> Draft:
    """A draft with this word in each of its fields."""
    return Draft(
        image=word,
        ports={22: "tcp", 8888: word},
        env={f"{word}{n}": word for n in range(12)},
        ssh_key=f"ssh-ed25519 AAAA {word}",
        ssh_password=word,
        jupyter_token=word,
        command=word,
        autossh_entrypoint=True,
    )


def recipe_screens(word: str, *, flag: bool) -> Iterator[tuple[Callable[..., Any], Screen]]:
    refused = Unread(word * 3, word)
    number = TemplateId(7)
    for draft in (Draft(), filled(word)):
        template = Template(number, ChatId(1), word, draft, default=flag)
        yield templates.card, templates.card(template, note=word * 3, deleted=flag)
        yield templates.damaged, templates.damaged(template)
        yield templates.confirm_deletion, templates.confirm_deletion(template, NOW, token=TOKEN, expires_at=NOW)
        yield templates.ask_name, templates.ask_name(template, problem=templates.NameProblem.TAKEN)
        for step in (*TYPED_STEPS, Step.AUTOSSH):
            yield templates.ask_field, templates.ask_field(template, step, refused, deleted=flag)
        for step in Step:
            asked = steps.asking(
                step,
                draft,
                text(word),
                choose=lambda chosen: ChooseInTemplate(number, Word("image"), chosen),
                back=Home(),
                refused=refused,
                deleted=flag,
                template=flag,
            )
            yield steps.asking, asked
        yield templates.templates, templates.templates([template] * 20, page=2, most=20)
    yield templates.templates, templates.templates([], most=20)
    yield templates.ask_name, templates.ask_name()
    yield templates.full, templates.full(20)
    yield templates.deleted, templates.deleted(word)
    yield templates.deleted, templates.deleted(None)
    yield steps.too_late, steps.too_late(deleted=flag)
    yield keys.private_key, keys.private_key(deleted=flag)
    yield files.unwanted, files.unwanted()
    yield files.too_large, files.too_large(65_536)
    yield files.cut, files.cut()
    yield files.no_text, files.no_text()
    yield files.unreachable, files.unreachable()
    yield files.with_deletion, files.with_deletion(files.unwanted(), deleted=flag)
