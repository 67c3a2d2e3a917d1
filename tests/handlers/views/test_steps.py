"""How fields are asked for and shown: never a secret, and nothing that the domain would not take."""

import pytest

from bot.domain.draft import Draft
from bot.domain.ids import TemplateId
from bot.domain.recipe import TYPED_STEPS, Read, Step, Unread, chosen, read
from handlers.actions import Home
from handlers.rent_actions import ChooseInTemplate
from handlers.screen import Copy, Screen
from handlers.views.html import text
from handlers.views.steps import asking, choices, line, prompt, value, variables
from handlers.word import Word
from tests.domain.keys import public_key
from tests.handlers.views.reading import plain
from tests.handlers.views.recipe_screens import recipe_screens

SECRET = "hunter2-of-nobody"
TEMPLATE = TemplateId(7)
FULL = Draft(
    image="ubuntu",
    ports={22: "tcp", 8888: "http"},
    env={"HF_TOKEN": SECRET},
    ssh_key=public_key(comment="me@home"),
    ssh_password=SECRET,
    jupyter_token=SECRET,
    command=f"echo {SECRET}",
    autossh_entrypoint=True,
)


def asked(step: Step, draft: Draft = FULL, refused: Unread | None = None, *, deleted: bool | None = None) -> Screen:
    def choose(word: Word) -> ChooseInTemplate:
        return ChooseInTemplate(TEMPLATE, Word(step.value), word)

    return asking(step, draft, text("usual"), choose=choose, back=Home(), refused=refused, deleted=deleted)


@pytest.mark.parametrize("step", TYPED_STEPS)
def test_the_example_of_a_step_is_taken_by_it(step: Step) -> None:
    example = public_key() if step is Step.SSH else prompt(step).example or "generate"
    assert isinstance(read(step, example, Draft()), Read)


@pytest.mark.parametrize("step", [*TYPED_STEPS, Step.AUTOSSH])
@pytest.mark.parametrize("draft", [Draft(), FULL])
@pytest.mark.parametrize("template", [True, False])
def test_every_offered_choice_leads_somewhere_else(step: Step, draft: Draft, *, template: bool) -> None:
    for choice in choices(step, draft, template=template):
        after = chosen(step, choice.word, draft, lambda below: below - 1)
        assert after is not None
        assert after != draft


def test_of_secrets_only_their_length_is_shown() -> None:
    shown = [str(line(step, FULL, template=template)) for step in Step for template in (True, False)]
    assert not [one for one in shown if SECRET in one]
    assert value(Step.PASSWORD, FULL) == "set, 17 characters"
    assert value(Step.ENV, FULL) == "1 variable"
    assert "me@home" in value(Step.SSH, FULL)
    assert SECRET not in str(variables(FULL))
    assert "HF_TOKEN" in str(variables(FULL))


def test_a_template_says_what_is_made_for_each_rental() -> None:
    open_ = Draft(ports={22: "tcp", 8888: "http"})
    assert value(Step.PASSWORD, open_, template=True) == "a new one for each rental"
    assert value(Step.JUPYTER, open_, template=True) == "a new one for each rental"
    assert "port 22" in value(Step.PASSWORD, Draft(), template=True)
    assert "your key" in value(Step.PASSWORD, Draft(ports={22: "tcp"}, ssh_key=public_key()), template=True)
    assert value(Step.PASSWORD, open_) == "none"


def test_what_was_refused_is_said_with_a_suggestion_to_copy() -> None:
    shown = asked(Step.IMAGE, refused=Unread("An image's name has no blanks.", "ubuntu:22.04"))
    assert "no blanks. Nothing was changed." in plain(shown)
    assert shown.asks
    assert Copy("📋 Copy the suggestion", "ubuntu:22.04") in [button for row in shown.rows for button in row]


def test_it_is_said_what_became_of_a_message_with_a_secret() -> None:
    assert "deleted at once" in plain(asked(Step.PASSWORD))
    assert "was deleted" in plain(asked(Step.PASSWORD, deleted=True))
    assert "delete it yourself" in plain(asked(Step.PASSWORD, deleted=False))
    assert "deleted" not in plain(asked(Step.IMAGE))
    assert "text file" in plain(asked(Step.ENV))


def test_no_screen_has_more_than_eight_lines_and_a_few_for_what_went_wrong() -> None:
    for view, shown in recipe_screens("word", flag=True):
        visible = shown.text.partition("<blockquote")[0].strip()
        assert visible.count("\n") < 9, view
