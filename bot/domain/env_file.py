"""Reading environment variables: pasted lines, a `.env` file, or the options of a docker command."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.draft import env_problems
from bot.domain.typed import Typed, Unread, noted

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_EXPORT: Final = re.compile(r"^export[ \t]+")
_BLANKS: Final = re.compile(r"[ \t]*")
_COMMENT: Final = re.compile(r"(?:^|[ \t])#.*")
_REST: Final = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|$)")
_SINGLE: Final = re.compile(r"'([^']*)'")
_DOUBLE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "\n": ""}
_UNESCAPED: Final = frozenset("\"\\$`'")
_DOCKER: Final = re.compile(r"\s*(?:sudo\s+)?(?:docker\b|podman\b|-e\b|--env\b)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")

Pairs = list[tuple[str, str]]


def read_env(text: str) -> Typed[Mapping[str, str]] | Unread:
    """Variables and their values. No problem, note or repr repeats a value: only names and the numbers of lines."""
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    pairs = _of_command(clean) if _DOCKER.match(clean) else _of_lines(clean)
    if isinstance(pairs, Unread):
        return pairs
    if not pairs:
        return Unread("That holds no variable. Write one a line, like NAME=value.")
    env = dict(pairs)
    for problem in (*_misnamed(name for name, _ in pairs), *_unsendable(env)):
        return Unread(problem)
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    return Typed(env, noted(f"Given twice, the last one counts: {', '.join(twice)[:120]}." if twice else None))


def _of_lines(text: str) -> Pairs | Unread:
    pairs: Pairs = []
    at = 0
    while at < len(text):
        if rest := _REST.match(text, at):
            at = max(rest.end(), at + 1)
            continue
        sign, end = text.find("=", at), text.find("\n", at)
        if sign < 0 or 0 <= end < sign:
            return Unread(f"{_line(text, at)} is no NAME=value.")
        found = _value(text, sign + 1)
        if found is None:
            return Unread(f"{_line(text, at)}: a quotation mark is missing, or something follows the closing one.")
        name = _EXPORT.sub("", text[at:sign].strip(), count=1)
        value, at = found
        pairs.append((name, value))
    return pairs


def _line(text: str, at: int) -> str:
    return f"Line {text.count(chr(10), 0, at) + 1}"


def _value(text: str, at: int) -> tuple[str, int] | None:
    """The value that begins here, and where the next line does. Quoted ones may go over several lines."""
    blanks = _BLANKS.match(text, at)
    at = blanks.end() if blanks else at
    sign = text[at : at + 1]
    if sign not in ("'", '"'):
        found = text.find("\n", at)
        end = found if found >= 0 else len(text)
        return _COMMENT.sub("", text[at:end], count=1).strip(), end + 1
    quoted = (_SINGLE if sign == "'" else _DOUBLE).match(text, at)
    rest = _REST.match(text, quoted.end()) if quoted else None
    if quoted is None or rest is None:
        return None
    return (quoted[1] if sign == "'" else _ESCAPE.sub(_unescaped, quoted[1])), rest.end()


def _unescaped(found: re.Match[str]) -> str:
    """Of a backslash before any other character both stay: `C:\\dir` is a path."""
    sign = found[1]
    return sign if sign in _UNESCAPED else _ESCAPES.get(sign, found[0])


def _of_command(text: str) -> Pairs | Unread:
    """The `-e NAME=value` of a docker command."""
    try:
        words = iter(shlex.split(text.replace("\\\n", " ")))
    except ValueError:
        return Unread("A quotation mark of the command is missing.")
    pairs: Pairs = []
    for word in words:
        if word == "--env-file" or word.startswith("--env-file="):
            return Unread("The command reads variables from a file: send that file itself.")
        if word in ("-e", "--env"):
            setting = next(words, "")
        elif word.startswith("--env="):
            setting = word.removeprefix("--env=")
        elif re.match(r"-e[A-Za-z_]", word):
            setting = word[2:]
        else:
            continue
        name, sign, value = setting.partition("=")
        if not sign:
            return Unread(f"{_shown(name)} has no value in the command: write -e NAME=value.")
        pairs.append((name, value))
    return pairs


def _misnamed(names: Iterable[str]) -> Iterable[str]:
    for number, name in enumerate(names, 1):
        if not _NAME.fullmatch(name):
            yield f"Variable {number} has no proper name: letters, digits and _, and no digit first."


def _unsendable(env: Mapping[str, str]) -> Iterable[str]:
    for name, value in env.items():
        if _CONTROL.search(value):
            yield f"The value of {_shown(name)} holds a character that cannot be written."
    for problem in env_problems(env):
        yield f"{problem.what[:1].upper()}{problem.what[1:]}."


def _shown(name: str) -> str:
    """A name as a sentence may hold it: what is no name may be a part of a secret."""
    return name[:40] if _NAME.fullmatch(name) else "A variable"
