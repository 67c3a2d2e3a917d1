"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TELEGRAM_IS_KNOWN_IN = {
    *("bot.__main__", "bot.app"),
    *(
        "handlers.arrivals",
        "handlers.dispatch",
        "handlers.errors",
        "handlers.files",
        "handlers.jobs",
        "handlers.markup",
        "handlers.menus",
    ),
    *("handlers.messages", "handlers.outgoing", "handlers.per_chat", "handlers.polling", "handlers.showing"),
    *("handlers.ticker", "handlers.troubles", "handlers.updates"),
}
"""The import contract forbids it to modules by name; this one lets no new module slip past."""


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Our own code; the sandbox lives on wall time and is none of it."""
    for package in packages:
        for file in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            if not name.startswith("bot.sandbox"):
                yield name, ast.parse(file.read_text("utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """The top names of everything imported anywhere in a module."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_telegram_is_known_at_its_edge_only() -> None:
    assert {name for name, tree in modules("bot", "handlers", "storage") if "telegram" in imported(tree)} == (
        TELEGRAM_IS_KNOWN_IN
    )


def test_the_time_is_asked_from_the_injected_clock() -> None:
    """A wall clock read anywhere else would stand still, or run away, in virtual time."""
    clocks = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
    clocks |= {("time", name) for name in ("time", "time_ns", "monotonic", "perf_counter", "sleep")}
    read = {
        name
        for name, tree in modules("bot", "handlers", "storage")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in clocks
    }
    assert read == {"bot.services.clock"}


def test_storage_never_waits() -> None:
    """An await inside a transaction would let another task into it."""
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert [name for name, tree in modules("storage") if any(isinstance(node, waits) for node in ast.walk(tree))] == []


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    for name, tree in modules("bot", "handlers", "storage"):
        if tree.body:
            first = (ast.get_docstring(tree) or "").partition("\n")[0]
            assert first.endswith((".", ":")), f"{name}: {first!r}"
