"""Templates: a name once a chat, one default, secrets sealed and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.draft import Draft
from bot.domain.ids import TemplateId
from bot.domain.secrets import Secrets, secrets_of
from storage.store import Store
from storage.templates import TemplateNameTaken
from tests.storage.world import NOW, chat, content, turn_a_bit

DRAFT = Draft(
    image="cloreai/ubuntu20.04-jupyter",
    ports={22: "tcp", 8888: "http"},
    env={"HF_TOKEN": "needle-of-env"},
    ssh_password="needle-password",
    jupyter_token="needle-token",
    command="echo needle-command",
    autossh_entrypoint=True,
)


def test_a_template_comes_back_as_it_was_saved(store: Store) -> None:
    here = chat(store)
    made = store.templates.add(here, "usual", DRAFT, NOW)
    assert store.templates.get(here, made.id) == made
    assert made.draft == DRAFT
    changed = replace(DRAFT, env={}, ssh_password=None, jupyter_token=None, command=None)
    assert store.templates.save(made, changed, NOW)
    found = store.templates.get(here, made.id)
    assert found is not None
    assert found.draft == changed
    assert secrets_of(found.draft) == Secrets()


def test_no_secret_stands_in_the_file_and_none_in_a_repr(store: Store, path: Path) -> None:
    made = store.templates.add(chat(store), "usual", DRAFT, NOW)
    assert "needle" not in repr(made)
    assert b"cloreai/ubuntu20.04-jupyter" in content(path)
    assert b"needle-" not in content(path)


def test_a_name_is_taken_once_in_a_chat_in_whatever_case(store: Store) -> None:
    here, there = chat(store), chat(store, 2)
    usual = store.templates.add(here, "usual", DRAFT, NOW)
    other = store.templates.add(here, "other", DRAFT, NOW)
    store.templates.add(there, "usual", DRAFT, NOW)
    with pytest.raises(TemplateNameTaken):
        store.templates.add(here, "Usual", DRAFT, NOW)
    with pytest.raises(TemplateNameTaken):
        store.templates.rename(other, "USUAL", NOW)
    assert store.templates.rename(usual, "Usual", NOW)
    assert [one.name for one in store.templates.of_chat(here)] == ["other", "Usual"]


def test_the_default_is_one_and_comes_first(store: Store) -> None:
    here, there = chat(store), chat(store, 2)
    first, second = (store.templates.add(here, name, DRAFT, NOW) for name in ("a", "b"))
    elsewhere = store.templates.add(there, "c", DRAFT, NOW)
    store.templates.set_default(there, elsewhere.id)
    assert store.templates.default(here) is None
    store.templates.set_default(here, first.id)
    store.templates.set_default(here, second.id)
    assert [(one.name, one.default) for one in store.templates.of_chat(here)] == [("b", True), ("a", False)]
    store.templates.set_default(here, None)
    assert store.templates.default(here) is None
    default = store.templates.default(there)
    assert default is not None
    assert default.id == elsewhere.id


def test_another_chat_sees_and_deletes_nothing(store: Store) -> None:
    here, there = chat(store), chat(store, 2)
    made = store.templates.add(here, "usual", DRAFT, NOW)
    assert store.templates.get(there, made.id) is None
    assert store.templates.of_chat(there) == ()
    assert not store.templates.delete(there, made.id)
    assert store.templates.delete(here, made.id)
    assert not store.templates.delete(here, made.id)


def test_what_is_gone_is_not_changed(store: Store) -> None:
    here = chat(store)
    made = store.templates.add(here, "usual", DRAFT, NOW)
    store.templates.delete(here, made.id)
    assert not store.templates.save(made, DRAFT, NOW)
    assert not store.templates.rename(made, "new", NOW)
    assert store.templates.get(here, TemplateId(made.id)) is None


def test_a_damaged_one_is_known_as_such_and_the_others_are_whole(store: Store) -> None:
    here = chat(store)
    bad, good = (store.templates.add(here, name, DRAFT, NOW) for name in ("bad", "good"))
    turn_a_bit(store, "templates", bad.id)
    found = store.templates.of_chat(here)
    assert [(one.name, one.damaged) for one in found] == [("bad", True), ("good", False)]
    assert found[1] == good
    assert found[0].draft.image == DRAFT.image
    assert secrets_of(found[0].draft) == Secrets()
    store.templates.set_default(here, bad.id)
    assert store.templates.default(here) == store.templates.get(here, bad.id) == replace(found[0], default=True)
    assert store.templates.delete(here, bad.id)


def test_one_whose_body_cannot_be_read_is_damaged_too(store: Store) -> None:
    here = chat(store)
    bad, good = (store.templates.add(here, name, DRAFT, NOW) for name in ("bad", "good"))
    store.db.execute("UPDATE templates SET body = '[]' WHERE id = ?", (bad.id,))
    assert [(one.damaged, one.draft) for one in store.templates.of_chat(here)] == [(True, Draft()), (False, good.draft)]
