"""How each field of an order is asked for, offered and shown: the wizard and the templates say it in the same words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.domain.draft import MAX_COMMAND, MAX_ENV_VALUE, MAX_PASSWORD, MAX_PORTS, MAX_SSH_KEY, MAX_TOKEN, Draft
from bot.domain.ports import SSH_PORT, written
from bot.domain.recipe import (
    FILE_STEPS,
    IMAGES,
    JUPYTER_PORT,
    PORT_PRESETS,
    SECRET_STEPS,
    TYPED_STEPS,
    Step,
    Unread,
    is_set,
)
from handlers.actions import Action, Home
from handlers.screen import Press, Row, Screen
from handlers.views.frame import copying, in_pairs, label, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.words import counted
from handlers.word import Word

MOST_NAMES: Final = 8
SHORT: Final = 14
"""Characters of a label that has another one beside it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """`name`: the field, as a button and a title say it. `lines`: what may be written. `example`: one that is taken."""

    glyph: str
    name: str
    lines: tuple[str, ...]
    example: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a step offers as a button; `word` is understood by `recipe.chosen`."""

    word: Word
    label: str


_PROMPTS: Final[dict[Step, Prompt]] = {
    Step.ACCOUNT: Prompt("👤", "Account", ("Which account pays.",)),
    Step.TEMPLATE: Prompt("📄", "Template", ("What the order begins with.",)),
    Step.KIND: Prompt("🧾", "Kind", ("On demand at the host's price, or a bid on the spot market.",)),
    Step.COIN: Prompt("🪙", "Coin", ("What it is paid in.",)),
    Step.PRICE: Prompt("🏷", "Price", ("What you bid: per day, for the whole machine, before the fee.",)),
    Step.IMAGE: Prompt(
        "📦",
        "Image",
        ("Choose one, or write the name of an image on Docker Hub.",),
        "owner/name:tag",
    ),
    Step.PORTS: Prompt(
        "🔌",
        "Ports",
        (f"The ports inside the container, at most {MAX_PORTS}, each tcp or http. CLORE.AI chooses the public ones.",),
        "22 tcp, 8888 http",
    ),
    Step.ENV: Prompt(
        "🧩",
        "Variables",
        (
            "One a line, or the options of a docker command. They take the place of those before.",
            f"A value has at most {MAX_ENV_VALUE:,} characters and no &amp;.",
        ),
        "NAME=value",
    ),
    Step.SSH: Prompt(
        "🗝",
        "SSH key",
        (
            f"Your public key: one line, at most {MAX_SSH_KEY:,} characters, from a file that ends in .pub.",
            "Never the private one.",
        ),
        "ssh-ed25519 AAAA... me@home",
    ),
    Step.PASSWORD: Prompt(
        "🔒",
        "SSH password",
        (f"Write 8 to {MAX_PASSWORD} letters, digits, blanks and - = . @ + /, or let me make one.",),
    ),
    Step.JUPYTER: Prompt(
        "📓",
        "Jupyter token",
        (f"Write at most {MAX_TOKEN} letters, digits, blanks and - = . @ + /, or let me make one.",),
    ),
    Step.COMMAND: Prompt(
        "▶️",
        "Start command",
        (f"A line or a script, at most {MAX_COMMAND:,} characters; it runs once the order is made.",),
        "#!/bin/sh",
    ),
    Step.AUTOSSH: Prompt(
        "🛠",
        "CLORE.AI's entrypoint",
        ("It sets up SSH, in images that have none of their own, and runs the script onstart.sh of root.",),
    ),
    Step.STOP: Prompt("⏲", "Stop", ("When I am to cancel it.",), "6 h"),
}


def prompt(step: Step) -> Prompt:
    return _PROMPTS[step]


def choices(step: Step, draft: Draft, *, template: bool = False) -> tuple[Choice, ...]:
    """What this step offers as buttons, the present value left out where it is one of them."""
    match step:
        case Step.IMAGE:
            return tuple(Choice(Word(one.key), one.label) for one in IMAGES if one.name != draft.image)
        case Step.PORTS:
            return tuple(Choice(Word(one.key), one.label) for one in PORT_PRESETS if one.ports != draft.ports)
        case Step.AUTOSSH:
            on = bool(draft.autossh_entrypoint)
            return (Choice(Word("off"), "Switch off") if on else Choice(Word("on"), "Switch on"),)
        case Step.PASSWORD | Step.JUPYTER:
            if template:
                return (Choice(Word("new"), "🎲 A new one for each rental"),) if is_set(step, draft) else ()
            return (Choice(Word("new"), "🎲 Make a new one"),)
        case Step.ENV | Step.SSH | Step.COMMAND if is_set(step, draft):
            return (Choice(Word("none"), "🧹 Take it out"),)
        case _:
            return ()


def value(step: Step, draft: Draft, *, template: bool = False) -> Html:
    """A field as it stands, in a few words; of a secret only how long it is.

    `template`: a password or token that is not set is made anew for each rental.
    """
    match step:
        case Step.IMAGE:
            return code(draft.image, 64) if draft.image else say("none yet")
        case Step.PORTS:
            return text(written(draft.ports)) if draft.ports else say("none")
        case Step.ENV:
            return say(counted(len(draft.env), "variable", "variables")) if draft.env else say("none")
        case Step.SSH:
            return _key(draft.ssh_key)
        case Step.PASSWORD:
            return _secret(draft.ssh_password, _made_for_ssh(draft) if template else "none")
        case Step.JUPYTER:
            return _secret(draft.jupyter_token, _made_for_jupyter(draft) if template else "none")
        case Step.COMMAND:
            return _secret(draft.command, "none")
        case Step.AUTOSSH:
            return say("on" if draft.autossh_entrypoint else "off")
        case _:
            return Html("")


def line(step: Step, draft: Draft, *, template: bool = False) -> Html:
    """`📦 Image: ubuntu`."""
    asked = prompt(step)
    shown = value(step, draft, template=template)
    return say("{glyph} {name}: {value}", glyph=asked.glyph, name=asked.name, value=shown)


def variables(draft: Draft) -> Html | None:
    """The names of the variables, never their values."""
    names = [code(name, 40) for name in list(draft.env)[:MOST_NAMES]]
    more = [say("and {count} more", count=len(draft.env) - MOST_NAMES)] if len(draft.env) > MOST_NAMES else []
    return say("Variables: {names}", names=join([*names, *more], ", ")) if names else None


def asking(
    step: Step,
    draft: Draft,
    about: Html,
    *,
    choose: Callable[[Word], Action],
    back: Action,
    refused: Unread | None = None,
    deleted: bool | None = None,
    template: bool = False,
) -> Screen:
    """The screen that asks for a field, in words or by a button.

    `about`: whose field it is. `refused`: why what was typed just now is not taken. `deleted`: what became of that
    message, where it held a secret.
    """
    asked = prompt(step)
    buttons = [Press(label(one.label), choose(one.word)) for one in choices(step, draft, template=template)]
    typed = step in TYPED_STEPS
    shown = screen(
        (
            title(asked.glyph, asked.name, about),
            *refusal(refused),
            say("Now: {value}", value=value(step, draft, template=template)),
            *[Html(one) for one in asked.lines],
            example(step) if typed else None,
            join(
                (
                    gone(deleted=deleted)
                    or (say("Your message is deleted at once.") if step in SECRET_STEPS else None),
                    say("/cancel leaves.") if typed else None,
                ),
                " ",
            ),
        ),
        (
            copying("📋 Copy the suggestion", refused.suggestion if refused else None),
            *_rows(buttons),
            navigation(back),
        ),
    )
    return Screen(shown.text, shown.rows, asks=typed)


def refusal(refused: Unread | None) -> tuple[Html, ...]:
    """Why a typed value is not taken, and what would be."""
    if refused is None:
        return ()
    why = say("⚠️ {problem} Nothing was changed.", problem=text(refused.problem, 300))
    return (
        (why, say("Perhaps {suggestion}", suggestion=code(refused.suggestion, 200))) if refused.suggestion else (why,)
    )


def gone(*, deleted: bool | None) -> Html | None:
    """What became of a message with a secret; `None`: there was no secret in it."""
    match deleted:
        case None:
            return None
        case True:
            return say("Your message was deleted.")
        case False:
            return say("⚠️ I could not delete your message: delete it yourself.")


def too_late(*, deleted: bool | None) -> Screen:
    """Something secret was typed after its question had ended."""
    return screen(
        (
            title("⌛", "Too late", "my question had ended"),
            gone(deleted=deleted),
            say("Nothing was changed: open the step again, and send it once more."),
        ),
        (navigation(Home()),),
    )


def _rows(buttons: list[Press]) -> tuple[Row, ...]:
    return in_pairs(buttons) if all(len(one.label) <= SHORT for one in buttons) else tuple((one,) for one in buttons)


def example(step: Step) -> Html | None:
    """How an answer looks, and that it may be a file."""
    written = prompt(step).example
    file = say("or send it as a text file") if step in FILE_STEPS else None
    return join((say("Like {example}", example=code(written)) if written else None, file), ", ") or None


def _key(key: str | None) -> Html:
    if key is None:
        return say("none")
    kind, _, rest = key.partition(" ")
    comment = " ".join(rest.split()[1:])
    return join((text(kind, 40), text(comment, 40) if comment else "no comment"))


def _secret(secret: str | None, otherwise: str) -> Html:
    return (
        say(otherwise) if secret is None else say("set, {count}", count=counted(len(secret), "character", "characters"))
    )


def _made_for_ssh(draft: Draft) -> str:
    if SSH_PORT not in draft.ports:
        return "none: port 22 is not forwarded"
    return "none: your key opens it" if draft.ssh_key else "a new one for each rental"


def _made_for_jupyter(draft: Draft) -> str:
    return "a new one for each rental" if JUPYTER_PORT in draft.ports else f"none: port {JUPYTER_PORT} is not forwarded"
