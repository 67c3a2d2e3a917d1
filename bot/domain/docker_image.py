"""Reading the name of a Docker Hub image, as people paste it."""

from __future__ import annotations

import re
from typing import Final

from bot.domain.draft import REGISTRY_HOST
from bot.domain.typed import Typed, Unread

MAX_IMAGE: Final = 255
"""Docker's own limit of a name."""

_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_IMAGE: Final = re.compile(
    rf"(?:{_PART}/)?{_PART}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?", re.ASCII
)
_PULL: Final = re.compile(r"(?:sudo\s+)?(?:docker|podman)\s+(?:image\s+)?pull\s+", re.IGNORECASE)
_PAGE: Final = re.compile(r"(?:https?://)?hub\.docker\.com/(?:(?:r|layers|_)/|repository/docker/)?", re.IGNORECASE)
_LAYERS: Final = re.compile(r"(?:https?://)?hub\.docker\.com/layers/", re.IGNORECASE)
_HUB: Final = re.compile(r"(?:https?://)?(?:(?:index|registry-1|registry\.hub)\.)?docker\.(?:io|com)/", re.IGNORECASE)
_LIBRARY: Final = "library/"


def read_image(text: str) -> Typed[str] | Unread:
    """`owner/name:tag`, `name`, with or without a digest. Commands, addresses of pages and Docker Hub's host are mended."""
    typed = text.strip()
    if not typed:
        return Unread("An image has a name, like owner/name:tag.", "cloreai/ubuntu20.04-jupyter")
    name = _mended(typed)
    if len(name) > MAX_IMAGE:
        return Unread(f"An image's name has at most {MAX_IMAGE} characters; this one has {len(name):,}.")
    if not _fits(name):
        return Unread(_why_not(name), _suggestion(name))
    if name == typed:
        return Typed(name)
    return Typed(name, f"I took {name}: CLORE.AI wants the plain name on Docker Hub.")


def _mended(typed: str) -> str:
    name = _PULL.sub("", typed, count=1) if _PULL.match(typed) else typed
    if page := _PAGE.match(name):
        return _of_page(name[page.end() :], layers=bool(_LAYERS.match(name)))
    name = _HUB.sub("", name, count=1) if _HUB.match(name) else name
    return name.removeprefix(_LIBRARY)


def _of_page(path: str, *, layers: bool) -> str:
    """The image that a page of hub.docker.com is about: `owner/name/tags?page=1`, `ubuntu`, `owner/name/latest/images`."""
    parts = [part for part in re.split(r"[?#]", path, maxsplit=1)[0].split("/") if part]
    if layers and len(parts) >= 3:
        return f"{parts[0]}/{parts[1]}:{parts[2]}".removeprefix(_LIBRARY)
    named = parts[:1] if len(parts) > 1 and parts[1] in {"tags", "general"} else parts[:2]
    return "/".join(named).removeprefix(_LIBRARY)


def _fits(name: str) -> bool:
    return len(name) <= MAX_IMAGE and _IMAGE.fullmatch(name) is not None and not REGISTRY_HOST.match(name)


def _why_not(name: str) -> str:
    if any(sign.isspace() for sign in name):
        return "An image's name has no blanks."
    if REGISTRY_HOST.match(name):
        return "CLORE.AI takes images of Docker Hub only, not of another registry: push it there, or choose another."
    path = re.split(r"[:@]", name, maxsplit=1)[0]
    if path != path.lower():
        return "An image's name is in small letters; only what follows the colon may have capitals."
    if path.count("/") > 1:
        return "An image on Docker Hub is owner/name or name, with at most one /."
    return "That is no image's name: small letters and digits, like owner/name:tag."


def _suggestion(name: str) -> str:
    """The nearest name that could be one."""
    words = name.split() or [""]
    joined = ":".join(words) if len(words) == 2 and ":" not in name and "/" not in words[1] else "".join(words)
    path, sign, rest = re.fullmatch(r"([^:@]*)([:@]?)(.*)", joined, re.DOTALL).groups()  # type: ignore[union-attr]
    guesses = (joined, path.lower() + sign + rest, joined.lower(), words[0].lower())
    return next((guess for guess in guesses if _fits(guess)), "")
