"""The Bot API's own specification as a checker: what a method takes, what it returns, and whether a value has that shape."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Check = Callable[[Any, str], list[str]]

_ARRAY = "Array of "


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a method or one field of a type; `types` are alternatives, `constant` the only value it may have."""

    types: tuple[str, ...]
    required: bool
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A method by its official name; `returns` are alternatives such as `("Message", "Boolean")`."""

    name: str
    fields: dict[str, Field]
    returns: tuple[str, ...]


class Spec:
    """The table of one version of the Bot API. Checks are compiled at first use."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.version: str = table["version"]
        self.methods = {name.lower(): _method(name, row) for name, row in table["methods"].items()}
        self._types = {name: _fields(row) for name, row in table["types"].items()}
        self._unions: dict[str, list[str]] = table["unions"]
        self._checks: dict[str, Check] = dict(_BASIC)

    def check(self, value: Any, types: tuple[str, ...], where: str = "") -> list[str]:
        """What is wrong with `value`, as sentences that begin with its path; empty when it has one of the `types`."""
        if len(types) == 1:
            return self._check_for(types[0])(value, where)
        if isinstance(value, list) and all(kind.startswith(_ARRAY) for kind in types):
            inner = tuple(kind.removeprefix(_ARRAY) for kind in types)
            return [problem for i, one in enumerate(value) for problem in self.check(one, inner, f"{where}[{i}]")]
        return self._best(value, types, where)

    def fields(self, kind: str) -> dict[str, Field]:
        """The fields of a type by name."""
        return self._types[kind]

    def _check_for(self, kind: str) -> Check:
        found = self._checks.get(kind)
        if found is None:
            found = self._checks[kind] = self._compile(kind)
        return found

    def _compile(self, kind: str) -> Check:
        if kind.startswith(_ARRAY):
            return self._array(kind.removeprefix(_ARRAY))
        if kind in self._unions:
            return self._union(tuple(self._unions[kind]))
        return self._object(kind, self._types[kind])

    def _array(self, item: str) -> Check:
        def check(value: Any, where: str) -> list[str]:
            if not isinstance(value, list):
                return [f"{where} is not an array"]
            one = self._check_for(item)
            return [problem for index, each in enumerate(value) for problem in one(each, f"{where}[{index}]")]

        return check

    def _union(self, members: tuple[str, ...]) -> Check:
        def check(value: Any, where: str) -> list[str]:
            return self._best(value, members, where)

        return check

    def _best(self, value: Any, kinds: tuple[str, ...], where: str) -> list[str]:
        """The problems of the alternative that fits best; a wrong constant rules an alternative out."""
        fewest: list[str] | None = None
        for kind in kinds:
            problems = self._check_for(kind)(value, where)
            if not problems:
                return []
            if fewest is None or _rank(problems) < _rank(fewest):
                fewest = problems
        return fewest or []

    def _object(self, kind: str, fields: dict[str, Field]) -> Check:
        required = [name for name, field in fields.items() if field.required]

        def check(value: Any, where: str) -> list[str]:
            if not isinstance(value, dict):
                return [f"{where} is not a {kind}"]
            problems = [f"{where} lacks {name}, which {kind} requires" for name in required if name not in value]
            for name, inner in value.items():
                problems += self._field(kind, fields.get(name), inner, f"{where}.{name}" if where else name)
            return problems

        return check

    def _field(self, kind: str, field: Field | None, value: Any, where: str) -> list[str]:
        if field is None:
            return [f"{where} is unknown to {kind}"]
        if field.constant is not None and value != field.constant:
            return [f"{where} {_NOT_CONSTANT} {field.constant!r}"]
        return self.check(value, field.types, where)


@cache
def bot_api() -> Spec:
    """The table that lies beside this module."""
    return Spec(json.loads(Path(__file__).with_name("spec.json").read_text()))


_NOT_CONSTANT = "is not the constant"


def _rank(problems: list[str]) -> tuple[int, int]:
    return sum(_NOT_CONSTANT in problem for problem in problems), len(problems)


def _method(name: str, row: dict[str, Any]) -> Method:
    return Method(name, _fields(row["fields"]), tuple(row["returns"].split("|")))


def _fields(row: dict[str, str]) -> dict[str, Field]:
    return {name: _field(text) for name, text in row.items()}


def _field(text: str) -> Field:
    text, _, constant = text.partition("=")
    return Field(tuple(text.removesuffix("!").split("|")), text.endswith("!"), constant or None)


def _is(kind: type | tuple[type, ...], named: str) -> Check:
    def check(value: Any, where: str) -> list[str]:
        fits = isinstance(value, kind) and (named == "Boolean" or not isinstance(value, bool))
        return [] if fits else [f"{where} is not of type {named}"]

    return check


def _anything(value: Any, where: str) -> list[str]:  # noqa: ARG001 - the shape of a check
    return []


_BASIC: dict[str, Check] = {
    "String": _is(str, "String"),
    "Integer": _is(int, "Integer"),
    "Float": _is((int, float), "Float"),
    "Boolean": _is(bool, "Boolean"),
    "InputFile": _is(str, "InputFile"),
    "RichText": _anything,  # a string, a list or one of many types: rich messages are not served
}
