"""Templates in the chat: made, filled field by field, made the default, renamed, deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.draft import Draft
from bot.domain.ids import ServerId, UserId
from handlers.actions import encode
from handlers.rent_actions import ChooseInTemplate, EditTemplate, SaveTemplate, ShowTemplate
from handlers.word import Word
from storage.chats import Chat
from storage.templates import Template
from tests.domain.keys import public_key
from tests.stage import ADA, Person, Stage, eventually, labels, shown, staged
from tests.storage.world import turn_a_bit

pytestmark = pytest.mark.looptime


def here(stage: Stage) -> Chat:
    assert stage.store is not None
    found = stage.store.chats.find(ADA)  # type: ignore[arg-type]
    assert found is not None
    return found


def kept(stage: Stage) -> tuple[Template, ...]:
    assert stage.store is not None
    return stage.store.templates.of_chat(here(stage).id)


async def named(ada: Person, name: str) -> None:
    """A new template of this name, whose card is shown."""
    await ada.says("/templates")
    await ada.sees("Templates")
    await ada.presses("New template")
    await ada.sees("Name of the template", "a new one")
    await ada.says(name)
    await ada.sees("Template", name, "Image")


async def told(ada: Person, words: str) -> bool | None:
    """Whether a press was answered with these words, in a line or in the chat."""
    lines = [*await ada.toasts(), *map(shown, await ada.messages())]
    return True if any(words in line for line in lines) else None


async def forged(ada: Person, action: object) -> None:
    """A press of a button that is not there (any more)."""
    await ada.stage.post("press", chat=ada.chat, user=ada.user, data=encode(action), forged=True)  # type: ignore[arg-type]


async def test_a_template_is_filled_field_by_field(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "my usual")
        await ada.sees("my usual", "a new one for each rental", "22 tcp, 8888 http")
        await ada.presses("Image")
        await ada.sees("Docker Hub", "Now: cloreai/jupyter")
        await ada.presses("PyTorch")
        await ada.sees("pytorch/pytorch:latest", "22 tcp", "entrypoint: on")
        await ada.presses("Entrypoint on")
        await ada.sees("entrypoint: off")
        await ada.presses("Ports")
        await ada.sees("at most 5")
        await ada.says("22, 8080 udp")
        await ada.sees("not udp. Nothing was changed", "22 tcp, 8080 tcp")
        await ada.says("22 tcp, 8080 http")
        await ada.sees("Template", "22 tcp, 8080 http")
        await ada.presses("SSH key")
        await ada.sees("public key")
        await ada.says(public_key(comment="ada@my_laptop"))
        await ada.sees("ssh-ed25519 · no comment", "comment of the key was removed", "your key opens it")
        (template,) = kept(stage)
        assert template.draft == Draft(
            image="pytorch/pytorch:latest", ports={22: "tcp", 8080: "http"}, ssh_key=public_key()
        )


async def test_a_fixed_password_is_kept_until_a_new_one_is_wanted_for_each_rental(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "usual")
        await ada.presses("SSH password")
        asked = await ada.sees("SSH password", "a new one for each rental")
        assert "🎲 A new one for each rental" not in labels(asked)
        await ada.says("correct-horse-battery")
        await ada.sees("set, 21 characters")
        assert kept(stage)[0].draft.ssh_password == "correct-horse-battery"
        await ada.presses("SSH password")
        await ada.sees("Now: set")
        await ada.presses("A new one for each rental")
        await ada.sees("SSH password: a new one for each rental")
        assert kept(stage)[0].draft.ssh_password is None


async def test_the_default_is_shown_first_and_can_be_given_up(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "alpha")
        await named(ada, "beta")
        await ada.presses("Make default")
        card = await ada.sees("Default template", "beta")
        assert "☆ No default" in labels(card)
        await ada.presses("Back")
        listed = await ada.sees("Templates", "2 of 20")
        assert labels(listed)[:2] == ["beta", "alpha"]
        assert "⭐ beta" in shown(listed)
        await ada.presses("beta")
        await ada.sees("Default template")
        await ada.presses("No default")
        await ada.sees("📄 Template · beta")
        assert [one.default for one in kept(stage)] == [False, False]


async def test_a_name_is_asked_for_until_it_can_be_one(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "alpha")
        await named(ada, "beta")
        await ada.presses("Rename")
        await ada.sees("Name of the template", "beta")
        for typed, problem in (("ALPHA", "has this name"), ("...", "a letter"), ("x" * 33, "at most 32")):
            await ada.says(typed)
            await ada.sees(problem)
        await ada.says("gamma")
        await ada.sees("Template", "gamma")
        assert [one.name for one in kept(stage)] == ["alpha", "gamma"]


async def test_a_template_is_deleted_after_a_question(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "usual")
        await ada.presses("Delete")
        await ada.sees("Delete this template?", "usual")
        await ada.presses("Keep it")
        await ada.sees("Kept")
        (template,) = kept(stage)
        await forged(ada, ShowTemplate(template.id))
        await ada.sees("Template · usual")
        await ada.presses("Delete")
        await ada.sees("Delete this template?")
        await ada.presses("Delete usual")
        await ada.sees("Deleted", "usual")
        assert kept(stage) == ()
        await forged(ada, ShowTemplate(template.id))
        await eventually(lambda: told(ada, "not there any more"), "a line that it is gone")


async def test_a_question_about_a_template_that_is_gone_answers_so(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "usual")
        await ada.presses("Ports")
        await ada.sees("at most 5")
        assert stage.store is not None
        stage.store.templates.delete(here(stage).id, kept(stage)[0].id)
        await ada.says("22 tcp")
        await ada.sees("not there any more")


async def test_a_restart_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "usual")
        await ada.presses("Ports")
        await ada.sees("at most 5")
        await stage.stop()
        await ada.says("22 tcp, 5000 http")
        await stage.start()
        await ada.sees("Template", "usual", "22 tcp, 5000 http")


async def test_a_draft_becomes_a_template_without_what_belongs_to_one_rental(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await ada.says("/templates")
        await ada.sees("none yet")
        assert stage.store is not None
        draft = Draft(
            server=ServerId(6),
            currency="bitcoin",
            image="ubuntu",
            ports={22: "tcp"},
            env={"A": "b"},
            ssh_password="made-for-one",
        )
        stored = stage.store.drafts.open(here(stage).id, UserId(ADA), None, draft, stage.clock())
        await forged(ada, SaveTemplate(stored.id))
        await ada.sees("Name of the template")
        await ada.says("again")
        await ada.sees("again", "made anew for each rental")
        assert kept(stage)[0].draft == Draft(image="ubuntu", ports={22: "tcp"}, env={"A": "b"})
        await forged(ada, SaveTemplate(type(stored.id)(stored.id + 1)))
        await ada.sees("This draft is not there any more")


async def test_a_chat_has_room_for_twenty(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "t0")
        assert stage.store is not None
        for number in range(1, 20):
            stage.store.templates.add(here(stage).id, f"t{number}", Draft(), stage.clock())
        await ada.says("/templates")
        listed = await ada.sees("20 of 20")
        assert "1/4" in labels(listed)
        await ada.presses("▶")
        await ada.sees("20 of 20", "t14")
        await ada.presses("New template")
        await ada.sees("No room", "Nothing was saved")
        assert len(kept(stage)) == 20


async def test_forged_choices_change_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "usual")
        before = kept(stage)
        for action in (
            ChooseInTemplate(before[0].id, Word("image"), Word("gone")),
            ChooseInTemplate(before[0].id, Word("coin"), Word("bitcoin")),
            EditTemplate(before[0].id, Word("price")),
        ):
            await forged(ada, action)
            await ada.sees("This choice is not offered any more")
        assert kept(stage) == before


async def test_a_damaged_one_is_shown_as_such_and_the_others_work(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await named(ada, "usual")
        await ada.presses("SSH password")
        await ada.says("correct-horse-battery")
        await ada.sees("SSH password: set")
        await ada.presses("Make default")
        await ada.sees("Default template", "usual")
        await named(ada, "whole")
        assert stage.store is not None
        (bad, _) = kept(stage)
        turn_a_bit(stage.store, "templates", bad.id)
        await ada.says("/templates")
        listed = await ada.sees("2 of 20", "⚠️ usual · damaged")
        assert labels(listed)[:2] == ["usual", "whole"]
        await ada.presses("whole")
        await ada.sees("Template · whole", "Image")
        await forged(ada, EditTemplate(bad.id, Word("ports")))
        await ada.sees("Template is damaged", "cannot be read any more", "Nothing is rented with it")
        await ada.presses("Delete…")
        await ada.sees("Delete this template?", "usual")
        await ada.presses("Delete usual")
        await ada.sees("Deleted", "usual")
        assert [one.name for one in kept(stage)] == ["whole"]
