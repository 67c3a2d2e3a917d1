"""The templates of a chat: the list, the card, and the questions about one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from bot.domain.draft import Draft
from bot.domain.ids import TemplateId
from bot.domain.recipe import TYPED_STEPS, Step, Unread
from handlers.actions import Home
from handlers.rent_actions import (
    ChooseInTemplate,
    DefaultTemplate,
    DeleteTemplate,
    EditTemplate,
    NewTemplate,
    ShowTemplate,
    ShowTemplates,
)
from handlers.screen import Press, Screen, Style, Toast
from handlers.views import steps
from handlers.views.errors import three_parts
from handlers.views.frame import confirmation, in_pairs, label, navigation, paged, pager, screen, title, valid_until
from handlers.views.html import Html, bold, code, join, say, text, tidy
from handlers.views.words import counted
from handlers.word import Word

FIELDS: Final = (*TYPED_STEPS, Step.AUTOSSH)
MOST_NAME: Final = 32
MOST_IMAGE: Final = 40
"""In the list; the card of a template has all of it."""

GONE: Final = Toast("This template is not there any more.", alert=True)
DRAFT_GONE: Final = Toast("This draft is not there any more. Nothing was saved.", alert=True)
NO_CHOICE: Final = Toast("This choice is not offered any more. Nothing was changed.", alert=True)
MADE_ANEW: Final = "Password and token are made anew for each rental; set them here to keep the same ones."


class NameProblem(StrEnum):
    """Why a typed name is not taken."""

    TAKEN = "Another template of this chat has this name."
    EMPTY = "A name needs a letter or a digit."
    TOO_LONG = f"A name has at most {MOST_NAME} characters."
    LOOKS_LIKE_A_KEY = "That looks like an API key. A name is not a secret; write another one."


class Template(Protocol):
    """What a screen needs to know of a template."""

    @property
    def id(self) -> TemplateId: ...

    @property
    def name(self) -> str: ...

    @property
    def draft(self) -> Draft: ...

    @property
    def default(self) -> bool: ...

    @property
    def damaged(self) -> bool: ...


def templates(found: Sequence[Template], *, page: int = 0, most: int) -> Screen:
    """The templates of this chat, the default first."""
    if not found:
        return screen(
            (
                title("📄", "Templates", "none yet"),
                say("A template keeps an image, ports, a key and the rest for the next rental."),
            ),
            ((Press("➕ New template", NewTemplate()),), navigation(Home())),
        )
    shown = paged(found, page)
    return screen(
        (
            title("📄", "Templates", say("{count} of {most}", count=len(found), most=most)),
            *[_line(template) for template in shown.items],
        ),
        (
            *[(Press(label(template.name), ShowTemplate(template.id)),) for template in shown.items],
            pager(shown, ShowTemplates),
            (Press("➕ New template", NewTemplate()),),
            navigation(Home()),
        ),
    )


def card(template: Template, *, note: str | None = None, deleted: bool | None = None) -> Screen:
    """Every field of a template; of secrets only their length. `note`: what was mended in the last one typed."""
    draft = template.draft
    on = bool(draft.autossh_entrypoint)
    switch = ChooseInTemplate(template.id, Word(Step.AUTOSSH.value), Word("off" if on else "on"))
    fields = [
        Press(label(steps.prompt(step).name), EditTemplate(template.id, Word(step.value))) for step in TYPED_STEPS
    ]
    default = Press("☆ No default" if template.default else "⭐ Make default", _default(template))
    return screen(
        (
            _title(template),
            *[steps.line(step, draft, template=True) for step in TYPED_STEPS if step is not Step.COMMAND],
            join((steps.gone(deleted=deleted), say("ℹ️ {note}", note=text(note, 300)) if note else None), " "),
        ),
        (
            *in_pairs([*fields, Press(f"Entrypoint {'on' if on else 'off'}", switch)]),
            (Press("🗑 Delete…", DeleteTemplate(template.id)),),  # not where its answer will stand
            (Press("✏️ Rename", EditTemplate(template.id, Word("name"))), default),
            navigation(ShowTemplates()),
        ),
        details=(steps.line(Step.COMMAND, draft), steps.line(Step.AUTOSSH, draft), steps.variables(draft)),
    )


def damaged(template: Template) -> Screen:
    """A part of it cannot be read any more: it is good for nothing but to be deleted."""
    return three_parts(
        title("⚠️", "Template is damaged", _about(template)),
        say("A part of it that was stored sealed, its variables or passwords, cannot be read any more."),
        say("Nothing is rented with it. Your other templates are not concerned."),
        say("Delete it, and make it anew."),
        (
            (Press("🗑 Delete…", DeleteTemplate(template.id)),),
            (Press("➕ New template", NewTemplate()),),
            navigation(ShowTemplates()),
        ),
    )


def ask_field(template: Template, step: Step, refused: Unread | None = None, *, deleted: bool | None = None) -> Screen:
    return steps.asking(
        step,
        template.draft,
        _about(template),
        choose=lambda word: ChooseInTemplate(template.id, Word(step.value), word),
        back=ShowTemplate(template.id),
        refused=refused,
        deleted=deleted,
        template=True,
    )


def ask_name(template: Template | None = None, *, problem: NameProblem | None = None) -> Screen:
    """`template`: the one that gets another name; `None`: one is made."""
    asked = screen(
        (
            title("✏️", "Name of the template", _about(template) if template else "a new one"),
            say("⚠️ {problem}", problem=say(problem)) if problem else None,
            say("Write a short name; people of this chat see it. /cancel leaves."),
        ),
        (navigation(ShowTemplate(template.id) if template else ShowTemplates()),),
    )
    return Screen(asked.text, asked.rows, asks=True)


def full(most: int) -> Screen:
    return three_parts(
        title("⚠️", "No room", say("{most} templates", most=most)),
        say("A chat can have {count}.", count=counted(most, "template", "templates")),
        say("Nothing was saved."),
        say("Delete one that you do not need, or change it."),
        ((Press("📄 Templates", ShowTemplates()),), navigation(Home())),
    )


def confirm_deletion(template: Template, now: datetime, *, token: str, expires_at: datetime) -> Screen:
    return screen(
        (
            title("🗑", "Delete this template?", _about(template)),
            say("Goes: all its fields, its variables and secrets too. This cannot be undone."),
            say("What was rented with it runs on."),
            valid_until(expires_at, now),
        ),
        confirmation(token, f"🗑 Delete {tidy(template.name, 24)}", Style.DANGER),
    )


def deleted(name: str | None) -> Screen:
    """`None`: it was gone already."""
    what = say("template {name}", name=bold(tidy(name, MOST_NAME))) if name else "the template was gone already"
    return screen(
        (title("✅", "Deleted", what),),
        ((Press("📄 Templates", ShowTemplates()),), navigation(Home())),
    )


def _default(template: Template) -> DefaultTemplate:
    return DefaultTemplate(template.id, on=not template.default)


def _title(template: Template) -> Html:
    word = "Default template" if template.default else "Template"
    return title("⭐" if template.default else "📄", word, _about(template))


def _about(template: Template) -> Html:
    return bold(tidy(template.name, MOST_NAME))


def _line(template: Template) -> Html:
    if template.damaged:
        return join((say("⚠️ {name}", name=_about(template)), "damaged: cannot be used"))
    draft = template.draft
    return join(
        (
            say("⭐ {name}", name=_about(template)) if template.default else _about(template),
            code(draft.image, MOST_IMAGE) if draft.image else "no image yet",
            steps.value(Step.PORTS, draft) if draft.ports else "no ports",
        )
    )
