"""What people type or choose for each step of renting, put into the draft or refused with a reason.

An `ssh_password` or `jupyter_token` of `None` in a template means "a new one for each rental": `fresh` fills them when
a draft is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from bot.domain.docker_image import read_image
from bot.domain.draft import MAX_COMMAND, MAX_PASSWORD, MAX_TOKEN, Draft, command_problems
from bot.domain.env_file import read_env
from bot.domain.password import GENERATE, Chance, make_password, read_password
from bot.domain.popular import IMAGES, Image
from bot.domain.ports import SSH_PORT, read_ports
from bot.domain.ssh_key import is_private_key, read_ssh_key
from bot.domain.typed import Typed, Unread, noted

__all__ = [
    "FILE_STEPS",
    "IMAGES",
    "JUPYTER_PORT",
    "PORT_PRESETS",
    "SECRET_STEPS",
    "TYPED_STEPS",
    "Chance",
    "Image",
    "Preset",
    "Read",
    "Step",
    "Unread",
    "as_template",
    "chosen",
    "cleared",
    "fresh",
    "is_private_key",
    "is_set",
    "make_password",
    "read",
]


class Step(StrEnum):
    """The steps of the wizard; the value is the word in a button."""

    ACCOUNT = "account"
    TEMPLATE = "template"
    KIND = "kind"
    COIN = "coin"
    PRICE = "price"
    IMAGE = "image"
    PORTS = "ports"
    ENV = "env"
    SSH = "ssh"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    JUPYTER = "jupyter"
    COMMAND = "command"
    AUTOSSH = "autossh"
    STOP = "stop"


TYPED_STEPS: Final = (Step.IMAGE, Step.PORTS, Step.ENV, Step.SSH, Step.PASSWORD, Step.JUPYTER, Step.COMMAND)
"""Those that `read` understands, in the wizard's order."""
SECRET_STEPS: Final = frozenset({Step.ENV, Step.PASSWORD, Step.JUPYTER, Step.COMMAND})
"""A message that answers one of these is deleted before anything else."""
FILE_STEPS: Final = frozenset({Step.ENV, Step.SSH, Step.COMMAND})
"""What can be sent as a text file too."""

MOST_TYPED: Final = 65_536
"""Characters of one answer: more than any field takes."""
NONE: Final = frozenset({"none", "nothing", "-"})
JUPYTER_PORT: Final = 8888

_BROKEN: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Read:
    """The draft with the new value. `note`: what was mended or is worth knowing; it never repeats a secret."""

    draft: Draft
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """Ports that are often forwarded together; `key` is the word of the button."""

    key: str
    label: str
    ports: Mapping[int, str]


PORT_PRESETS: Final = (
    Preset("ssh", "SSH: 22", {22: "tcp"}),
    Preset("jupyter", "SSH, Jupyter: 22, 8888", {22: "tcp", 8888: "http"}),
    Preset("web", "SSH, web: 22, 80", {22: "tcp", 80: "http"}),
    Preset("none", "None", {}),
)


def read(step: Step, text: str, draft: Draft, chance: Chance | None = None) -> Read | Unread:
    """Of the steps in `TYPED_STEPS`; never raises for a text, whatever it is.

    A private key is refused loudly; a variable or a script may hold one that the machine is to have.
    `chance`: draws the password or token where `generate` is typed; without it they are left to `fresh`.
    """
    if is_private_key(text) and step not in {Step.ENV, Step.COMMAND}:
        problem = read_ssh_key(text)
        assert isinstance(problem, Unread)
        return problem
    if len(text) > MOST_TYPED:
        return Unread(f"That is too long: {len(text):,} characters.")
    if _BROKEN.search(text):
        return Unread("That holds characters that are no text.")
    typed = text.strip().lower()
    if typed in NONE and step not in {Step.IMAGE, Step.PASSWORD, Step.JUPYTER}:
        return Read(cleared(step, draft))
    if typed == GENERATE and step in {Step.PASSWORD, Step.JUPYTER}:
        return _generated(step, draft, chance)
    return _put(step, text, draft)


def cleared(step: Step, draft: Draft) -> Draft:
    """Without the value of this step; of a step that has none, the draft as it is."""
    match step:
        case Step.IMAGE:
            return replace(draft, image=None)
        case Step.PORTS:
            return replace(draft, ports={})
        case Step.ENV:
            return replace(draft, env={})
        case Step.SSH:
            return replace(draft, ssh_key=None)
        case Step.PASSWORD:
            return replace(draft, ssh_password=None)
        case Step.JUPYTER:
            return replace(draft, jupyter_token=None)
        case Step.COMMAND:
            return replace(draft, command=None)
        case Step.AUTOSSH:
            return replace(draft, autossh_entrypoint=None)
        case Step.COIN:
            return replace(draft, currency=None, spot_price=None, required_price=None)
        case Step.PRICE:
            return replace(draft, spot_price=None)
        case Step.ACCOUNT | Step.TEMPLATE | Step.KIND | Step.STOP:
            return draft
    assert_never(step)


def is_set(step: Step, draft: Draft) -> bool:
    """Whether the draft has a value of this step, of those that a template holds."""
    return cleared(step, draft) != draft


def chosen(step: Step, word: str, draft: Draft, chance: Chance | None = None) -> Draft | None:
    """What a button of this step leads to: the key of an image or of a preset, `new`, `none`, `on`, `off`.

    `None`: there is no such choice (any more).
    """
    match step:
        case Step.IMAGE:
            image = next((image for image in IMAGES if image.key == word), None)
            return None if image is None else _with_image(draft, image)
        case Step.PORTS:
            preset = next((preset for preset in PORT_PRESETS if preset.key == word), None)
            return None if preset is None else replace(draft, ports=dict(preset.ports))
        case Step.PASSWORD | Step.JUPYTER if word == "new":
            return _generated(step, draft, chance).draft
        case Step.AUTOSSH if word in {"on", "off"}:
            return replace(draft, autossh_entrypoint=True if word == "on" else None)
        case _ if word == "none":
            return cleared(step, draft)
        case _:
            return None


def fresh(draft: Draft, chance: Chance) -> Draft:
    """The draft with what is made anew for each rental: a password where SSH would have no way in, a Jupyter token.

    To be called once, when a draft is opened: what the renter takes out afterwards stays out.
    """
    if draft.ssh_password is None and draft.ssh_key is None and SSH_PORT in draft.ports:
        draft = replace(draft, ssh_password=make_password(chance))
    if draft.jupyter_token is None and JUPYTER_PORT in draft.ports:
        draft = replace(draft, jupyter_token=make_password(chance))
    return draft


def as_template(draft: Draft) -> Draft:
    """What of a draft is worth keeping for others: not its server, coin and price.

    Its password and token are not kept either, so that each rental gets its own.
    """
    kept = replace(draft, ssh_password=None, jupyter_token=None)
    return replace(kept, server=None, currency=None, spot=False, spot_price=None, required_price=None)


def _put(step: Step, text: str, draft: Draft) -> Read | Unread:
    typed: Typed[str] | Typed[Mapping[str, str]] | Typed[Mapping[int, str]] | Unread
    match step:
        case Step.IMAGE:
            typed, field = read_image(text), "image"
        case Step.PORTS:
            typed, field = read_ports(text), "ports"
        case Step.ENV:
            typed, field = read_env(text), "env"
        case Step.SSH:
            typed, field = read_ssh_key(text), "ssh_key"
        case Step.PASSWORD:
            typed, field = read_password(text, "password", MAX_PASSWORD), "ssh_password"
        case Step.JUPYTER:
            typed, field = read_password(text, "token", MAX_TOKEN), "jupyter_token"
        case Step.COMMAND:
            typed, field = _read_command(text), "command"
        case _:
            return Unread("This step takes no text: choose with the buttons.")
    if isinstance(typed, Unread):
        return typed
    changes: dict[str, object] = {field: typed.value}
    after = replace(draft, **changes)  # type: ignore[arg-type]
    return Read(after, noted(typed.note, _ssh_note(step, after)))


def _ssh_note(step: Step, draft: Draft) -> str | None:
    """SSH without its port cannot be reached."""
    if step not in {Step.PORTS, Step.SSH, Step.PASSWORD} or SSH_PORT in draft.ports:
        return None
    if draft.ssh_key is None and draft.ssh_password is None:
        return None
    return "SSH cannot be reached: port 22 is not among the ports."


def _read_command(text: str) -> Typed[str] | Unread:
    """The text as it stands, from `#!` on; line ends of Windows would keep a shell from running it."""
    command = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not command.strip():
        return Unread("A start command is a line or a script.")
    if command_problems(command):
        return Unread(
            f"A start command has at most {MAX_COMMAND:,} characters here; this one has {len(command):,}. "
            "Let it fetch the rest."
        )
    return Typed(command, "The line ends of Windows were made those of Linux." if "\r" in text else None)


def _generated(step: Step, draft: Draft, chance: Chance | None) -> Read:
    what, field = ("password", "ssh_password") if step is Step.PASSWORD else ("token", "jupyter_token")
    made = None if chance is None else make_password(chance)
    changes: dict[str, str | None] = {field: made}
    after = replace(draft, **changes)  # type: ignore[arg-type]
    return Read(after, f"A new {what} is made for each rental." if made is None else f"A new {what} was made.")


def _with_image(draft: Draft, image: Image) -> Draft:
    """An image brings its ports, where none were chosen or those of another image, and the entrypoint that it needs."""
    brought = not draft.ports or any(draft.ports == other.ports for other in IMAGES)
    return replace(
        draft,
        image=image.name,
        ports=dict(image.ports) if brought else draft.ports,
        autossh_entrypoint=True if image.autossh else None,
    )
