"""Reading the ports to be forwarded, as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.domain.draft import MAX_PORTS, PORT_KINDS
from bot.domain.typed import Typed, Unread, noted

SSH_PORT: Final = 22
NO_PORTS: Final = frozenset({"none", "no", "-", "0"})

_EXAMPLE: Final = "22 tcp, 8888 http"
_WORD: Final = re.compile(r"[0-9]+(?::[0-9]+)?|[^\W\d_]+|[^\s,;/:=|-]", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_MAPPED: Final = re.compile(r"[0-9]{1,9}:([0-9]{1,9})")
_OF_DOCKER: Final = frozenset({"p", "publish", "expose"})
"""The options that ports have in its commands."""
_LAST: Final = 65_535


def read_ports(text: str) -> Typed[Mapping[int, str]] | Unread:
    """`22 tcp, 8888 http`, `22/tcp 8888/http`, `22:tcp`, `22`, one a line: a port without a kind is tcp."""
    if text.strip().lower() in NO_PORTS:
        return Typed({})
    found: dict[int, str] = {}
    problems: list[str] = []
    notes: list[str | None] = []
    for number, kind in _pairs(text, problems):
        port = int(number)
        taken = _kind(port, kind, problems, notes)
        if not 1 <= port <= _LAST:
            problems.append(f"{number} is not a port: 1 to {_LAST}.")
        elif found.setdefault(port, taken) != taken:
            problems.append(f"Port {port} is named twice, as {found[port]} and as {taken}.")
    if not found and not problems:
        problems.append("That names no port.")
    if len(found) > MAX_PORTS:
        problems.append(f"CLORE.AI forwards at most {MAX_PORTS} ports; these are {len(found)}.")
    if problems:
        return Unread(problems[0], written(dict(list(found.items())[:MAX_PORTS])) or _EXAMPLE)
    if list(found.values()).count("http") > 1:
        notes.append("CLORE.AI names one web address an order: of two http ports only one may get one.")
    return Typed(found, noted(*notes))


def written(ports: Mapping[int, str]) -> str:
    """`22 tcp, 8888 http`, as `read_ports` understands it."""
    return ", ".join(f"{port} {kind}" for port, kind in ports.items())


def _pairs(text: str, problems: list[str]) -> list[tuple[str, str | None]]:
    """Each number with the word that follows it."""
    pairs: list[tuple[str, str | None]] = []
    for word in _WORD.findall(text):
        mapped = _MAPPED.fullmatch(word)
        if word in _OF_DOCKER:
            continue
        if mapped:
            problems.append("CLORE.AI chooses the public ports: write only the one inside the container.")
            pairs.append((mapped[1], None))
        elif _NUMBER.fullmatch(word):
            pairs.append((word, None))
        elif pairs and pairs[-1][1] is None and word.isalpha():
            pairs[-1] = pairs[-1][0], word.lower()
        else:
            problems.append(f"Write each port with its kind, like {_EXAMPLE}.")
    return pairs


def _kind(port: int, kind: str | None, problems: list[str], notes: list[str | None]) -> str:
    if kind is None:
        if port != SSH_PORT:
            notes.append(f"Port {port} is taken as tcp; write {port} http for a web page.")
        return "tcp"
    if kind in PORT_KINDS:
        return kind
    problems.append(f"A port is {' or '.join(PORT_KINDS)}, not {kind[:12]}.")
    return "http" if kind == "https" else "tcp"
