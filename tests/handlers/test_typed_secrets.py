"""What answers a question for something secret goes before it is answered; so does a private key, wherever it is."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.domain.recipe import Step
from tests.domain.keys import public_key
from tests.stage import ADA, Person, Stage, eventually, labels, shown, staged

pytestmark = pytest.mark.looptime

GROUP = -77
BODY = base64.b64encode(b"of nobody at all").decode()
PRIVATE = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{BODY}\n-----END OPENSSH PRIVATE KEY-----"
LIKE_A_KEY = "hunter2-of-Nobody-0123456789abcd"

BUTTONS = {
    Step.ENV: "Variables",
    Step.PASSWORD: "SSH password",
    Step.JUPYTER: "Jupyter token",
    Step.COMMAND: "Start command",
}
ANSWERS = {
    Step.ENV: "HF_TOKEN=hunter2",
    Step.PASSWORD: "hunter2 of nobody",
    Step.JUPYTER: LIKE_A_KEY,
    Step.COMMAND: "/bin/echo hunter2",
}


async def with_template(stage: Stage) -> Person:
    """Ada with a template whose card she sees."""
    ada = Person(stage)
    await ada.says("/templates")
    await ada.sees("none yet")
    await ada.presses("New template")
    await ada.sees("Name of the template")
    await ada.says("usual")
    await ada.sees("Template", "usual", "cloreai/jupyter")
    return ada


async def asked_for(ada: Person, step: Step) -> None:
    await ada.presses(BUTTONS[step])
    await ada.sees("deleted at once")


async def gone(ada: Person, text: str) -> None:
    """Waits until the chat holds this nowhere."""

    async def nowhere() -> bool | None:
        return None if any(text in shown(message) for message in await ada.messages()) else True

    await eventually(nowhere, f"{text!r} gone from the chat", ada.screenful)


@pytest.mark.parametrize("step", list(ANSWERS))
async def test_the_answer_to_a_secret_question_is_deleted_and_taken(tmp_path: Path, step: Step) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, step)
        await ada.says(ANSWERS[step])
        await gone(ada, ANSWERS[step])
        card = shown(await ada.sees("Your message was deleted", "usual"))
        expected = "1 variable" if step is Step.ENV else f"set, {len(ANSWERS[step])} characters"
        assert expected in card
        assert "hunter2" not in await ada.screenful()


async def test_what_is_not_taken_is_deleted_all_the_same_and_the_question_stands(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, Step.PASSWORD)
        await ada.says("under_score-of-nobody")
        await ada.sees("only letters, digits", "Your message was deleted")
        await ada.says("dashes-of-nobody")
        await ada.sees("set, 16 characters")
        assert "of-nobody" not in await ada.screenful()


async def test_a_message_that_telegram_keeps_is_said_to_be_there(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, Step.PASSWORD)
        await stage.post("fault", method="deleteMessage", code=400, description="Bad Request: message can't be deleted")
        await ada.says("dashes-of-nobody")
        await ada.sees("set, 16 characters", "delete it yourself")


async def test_an_answer_that_waited_for_a_restart_is_deleted_too(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, Step.PASSWORD)
        await stage.stop()
        await ada.says("dashes-of-nobody")
        await stage.start()
        await ada.sees("set, 16 characters", "Your message was deleted")
        await gone(ada, "dashes-of-nobody")


async def test_an_answer_that_comes_too_late_is_deleted_and_not_taken(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, Step.PASSWORD)
        await stage.stop()
        await eventually(lambda: _later(stage, 12 * 60), "twelve minutes", patience=3_600)
        await ada.says("dashes-of-nobody")
        await stage.start()
        await ada.sees("Too late", "Your message was deleted", "Nothing was changed")
        await gone(ada, "dashes-of-nobody")


async def test_what_is_no_answer_stays(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await ada.presses("Image")
        await ada.sees("Docker Hub")
        await ada.says("ubuntu:22.04")
        await ada.sees("usual", "ubuntu:22.04", "Ports")
        await asked_for(ada, Step.PASSWORD)
        await ada.says("/templates")
        await ada.sees("1 of 20")
        assert {"ubuntu:22.04", "/templates"} <= {shown(message) for message in await ada.messages()}


async def test_a_command_with_an_api_key_brings_one_whatever_is_asked(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, Step.PASSWORD)
        await ada.says(f"/connect {stage.clore.key}")
        await ada.sees("Connected", "Your message with the key was deleted")
        await gone(ada, stage.clore.key)


async def test_an_api_key_is_one_where_something_open_was_asked(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await ada.presses("Image")
        await ada.sees("Docker Hub")
        await ada.says(stage.clore.key)
        await ada.sees("Connected", "Your message with the key was deleted")


@pytest.mark.parametrize("text", [PRIVATE, f"/order {PRIVATE}", f"/nonsense {PRIVATE}"])
async def test_a_private_key_is_deleted_wherever_it_is_typed(tmp_path: Path, text: str) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await ada.says(text)
        await ada.sees("PRIVATE key", "I deleted the message", "Replace it")
        await gone(ada, BODY)


async def test_a_private_key_in_a_group_is_deleted_and_its_writer_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.post("settings", privacy=False)
        await stage.post("chat", id=GROUP, type="supergroup", title="Miners", members=[ADA], bot="administrator")
        ada = Person(stage, chat=GROUP)
        await ada.says(PRIVATE)
        await ada.sees("PRIVATE key", "I deleted the message")
        await gone(ada, BODY)


@pytest.mark.parametrize("as_file", [False, True])
async def test_a_private_key_in_the_place_of_the_public_one_is_refused_loudly(tmp_path: Path, *, as_file: bool) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await ada.presses("SSH key")
        await ada.sees("from a file that ends in .pub")
        if as_file:
            await ada.says("", document={"name": "id_ed25519", "text": PRIVATE})
        else:
            await ada.says(PRIVATE)
        await ada.sees("This is a PRIVATE key", "Your message was deleted", "Nothing was changed")
        assert [one for one in await ada.messages() if "document" in one or BODY in shown(one)] == []
        await ada.says("", document={"name": "id_ed25519.pub", "text": public_key(comment="ada@my_home") + "\n"})
        await ada.sees("usual", "comment of the key was removed")
        assert [one for one in await ada.messages() if "document" in one]


async def test_a_file_of_variables_is_taken_and_deleted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, Step.ENV)
        await ada.says("", document={"name": ".env", "text": "# mine\nexport HF_TOKEN='hunter2'\nPORT=80\n"})
        card = await ada.sees("usual", "2 variables", "Your message was deleted", "HF_TOKEN")
        assert "hunter2" not in shown(card)
        assert [one for one in await ada.messages() if "document" in one] == []
        assert "🗑 Delete…" in labels(card)


async def test_a_text_that_telegram_may_have_cut_up_is_wanted_as_a_file(tmp_path: Path) -> None:
    variables = "".join(f"V{number}={'hunter2' * 60}\n" for number in range(12))
    async with staged(tmp_path) as stage:
        ada = await with_template(stage)
        await asked_for(ada, Step.ENV)
        await ada.says(variables[:4_000])
        await ada.sees("Too long for a message", "Nothing was changed", "Your message was deleted")
        await ada.says("", document={"name": ".env", "text": variables})
        await ada.sees("usual", "12 variables")
        assert "hunter2" not in await ada.screenful()


async def _later(stage: Stage, seconds: float) -> bool | None:
    """So long after the beginning of the day on the stage."""
    return True if stage.clock().hour * 3_600 + stage.clock().minute * 60 >= 12 * 3_600 + seconds else None
