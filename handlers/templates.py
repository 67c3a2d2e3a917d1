"""Templates for renting: saved, named, changed, used."""

from __future__ import annotations

from typing import Final, assert_never

from bot.domain.draft import Draft
from bot.domain.ids import TemplateId
from bot.domain.recipe import IMAGES, Step, Unread, as_template, chosen, read
from bot.services.connect import WrongName, wrong_name
from bot.services.writes import CONFIRMED_FOR
from handlers.guest import Guest
from handlers.rent_actions import (
    ChooseInTemplate,
    DefaultTemplate,
    DeleteTemplate,
    EditTemplate,
    NewTemplate,
    SaveTemplate,
    ShowTemplate,
    ShowTemplates,
    TemplateAction,
)
from handlers.replies import TemplateWanted, ask, done
from handlers.screen import Screen
from handlers.views import templates as views
from handlers.views.templates import NameProblem
from handlers.visit import Answer
from handlers.word import Word
from storage.confirmations import Confirmation
from storage.templates import Template, TemplateNameTaken

DELETE_TEMPLATE: Final = "template"
"""The kind of a confirmation that deletes a template; its body is the template's number."""
MOST_TEMPLATES: Final = 20
"""Of one chat: more than a person finds anything in."""

NAME: Final = Word("name")
_NEW: Final = TemplateId(0)
_PROBLEMS: Final = {
    WrongName.TAKEN: NameProblem.TAKEN,
    WrongName.EMPTY: NameProblem.EMPTY,
    WrongName.TOO_LONG: NameProblem.TOO_LONG,
    WrongName.LOOKS_LIKE_A_KEY: NameProblem.LOOKS_LIKE_A_KEY,
}
_FULL: Final = "full"
_NO_DRAFT: Final = "no draft"
_STEPS: Final = {Word(step.value): step for step in views.FIELDS}


async def respond(guest: Guest, action: TemplateAction) -> Answer:
    match action:
        case ShowTemplates(page=page):
            return _list(guest, page)
        case NewTemplate():
            return _ask_name(guest, TemplateWanted(_NEW, NAME))
        case SaveTemplate(draft=draft):
            stored = guest.house.store.drafts.get(guest.chat.id, draft)
            return views.DRAFT_GONE if stored is None else _ask_name(guest, TemplateWanted(_NEW, NAME, draft))
        case ShowTemplate() | EditTemplate() | ChooseInTemplate() | DefaultTemplate() | DeleteTemplate():
            template = guest.house.store.templates.get(guest.chat.id, action.template)
            return views.GONE if template is None else _respond_at(guest, template, action)
    assert_never(action)


async def typed(guest: Guest, wanted: TemplateWanted, text: str) -> Answer:
    """A name, or the value of a field. What is not taken is asked for again."""
    if wanted.template == _NEW:
        return _name_typed(guest, wanted, text)
    template = guest.house.store.templates.get(guest.chat.id, wanted.template)
    if template is None:
        done(guest)
        return views.GONE
    if template.damaged:
        done(guest)
        return views.damaged(template)
    step = _STEPS.get(wanted.step)
    if step is None:
        return _name_typed(guest, wanted, text, template)
    found = read(step, text, template.draft)
    if isinstance(found, Unread):
        return _ask_field(guest, template, step, found)
    done(guest)
    return _saved(guest, template, found.draft, found.note)


async def command(guest: Guest) -> Answer:
    """`/templates`."""
    return _list(guest)


def delete_template(guest: Guest, claimed: Confirmation) -> str:
    """The effect of a confirmation, within its transaction: the name of what was deleted, empty where nothing was."""
    template = guest.house.store.templates.get(guest.chat.id, template_in(claimed))
    if template is None:
        return ""
    guest.house.store.templates.delete(guest.chat.id, template.id)
    return template.name


def template_in(confirmation: Confirmation) -> TemplateId:
    return TemplateId(int(confirmation.body))


def _respond_at(
    guest: Guest,
    template: Template,
    action: ShowTemplate | EditTemplate | ChooseInTemplate | DefaultTemplate | DeleteTemplate,
) -> Answer:
    if template.damaged and not isinstance(action, DeleteTemplate):
        return views.damaged(template)
    match action:
        case ShowTemplate():
            return views.card(template)
        case EditTemplate(step=word):
            return _edit(guest, template, word)
        case ChooseInTemplate(step=word, value=value):
            step = _STEPS.get(word)
            draft = None if step is None else chosen(step, value, template.draft)
            return views.NO_CHOICE if draft is None else _saved(guest, template, draft)
        case DefaultTemplate(on=on):
            guest.house.store.templates.set_default(guest.chat.id, template.id if on else None)
            return _card(guest, template.id)
        case DeleteTemplate():
            return _ask_deletion(guest, template)
    assert_never(action)


def _list(guest: Guest, page: int = 0) -> Screen:
    return views.templates(guest.house.store.templates.of_chat(guest.chat.id), page=page, most=MOST_TEMPLATES)


def _edit(guest: Guest, template: Template, word: Word) -> Answer:
    step = _STEPS.get(word)
    if step is not None:
        return _ask_field(guest, template, step)
    return _ask_name(guest, TemplateWanted(template.id, NAME), template) if word == NAME else views.NO_CHOICE


def _ask_field(guest: Guest, template: Template, step: Step, refused: Unread | None = None) -> Screen:
    ask(guest, TemplateWanted(template.id, Word(step.value)))
    return views.ask_field(template, step, refused, deleted=guest.deleted)


def _ask_name(
    guest: Guest, wanted: TemplateWanted, template: Template | None = None, problem: NameProblem | None = None
) -> Screen:
    """Whether there is room for another is said before a name is typed."""
    if template is None and len(guest.house.store.templates.of_chat(guest.chat.id)) >= MOST_TEMPLATES:
        done(guest)
        return views.full(MOST_TEMPLATES)
    ask(guest, wanted)
    return views.ask_name(template, problem=problem)


def _name_typed(guest: Guest, wanted: TemplateWanted, text: str, template: Template | None = None) -> Answer:
    name, store = " ".join(text.split()), guest.house.store.templates
    if wrong := wrong_name(name):
        return _ask_name(guest, wanted, template, _PROBLEMS[wrong])
    try:
        if template is not None:
            store.rename(template, name, guest.now)
            done(guest)
            return _card(guest, template.id)
        return _added(guest, wanted, name)
    except TemplateNameTaken:
        return _ask_name(guest, wanted, template, NameProblem.TAKEN)


def _added(guest: Guest, wanted: TemplateWanted, name: str) -> Answer:
    """A new template, of the draft that it was to be made of, or of the first image that is offered."""
    store = guest.house.store
    if wanted.draft is None:
        draft, note = chosen(Step.IMAGE, IMAGES[0].key, Draft()), None
    else:
        stored = store.drafts.get(guest.chat.id, wanted.draft)
        draft, note = (None if stored is None else as_template(stored.draft)), views.MADE_ANEW
    added = guest.once(lambda: _add(guest, name, draft))
    done(guest)
    if added == _FULL:
        return views.full(MOST_TEMPLATES)
    return views.DRAFT_GONE if added == _NO_DRAFT else _card(guest, TemplateId(int(added)), note)


def _add(guest: Guest, name: str, draft: Draft | None) -> str:
    """The number of the new template, or why there is none."""
    store = guest.house.store
    if len(store.templates.of_chat(guest.chat.id)) >= MOST_TEMPLATES:
        return _FULL
    return _NO_DRAFT if draft is None else str(store.templates.add(guest.chat.id, name, draft, guest.now).id)


def _saved(guest: Guest, template: Template, draft: Draft, note: str | None = None) -> Answer:
    guest.house.store.templates.save(template, draft, guest.now)
    return _card(guest, template.id, note)


def _card(guest: Guest, template: TemplateId, note: str | None = None) -> Answer:
    found = guest.house.store.templates.get(guest.chat.id, template)
    return views.GONE if found is None else views.card(found, note=note, deleted=guest.deleted)


def _ask_deletion(guest: Guest, template: Template) -> Screen:
    token = guest.house.store.confirmations.ask(
        guest.chat.id, guest.user, None, DELETE_TEMPLATE, str(template.id), guest.now, CONFIRMED_FOR
    )
    return views.confirm_deletion(template, guest.now, token=token, expires_at=guest.now + CONFIRMED_FOR)
