"""What the pages say is so: tables, commands, addresses of files, and the conversation word for word."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

from bot import __main__ as program
from bot.config import SETTINGS
from bot.services.version import VERSION
from handlers.commands import ALIASES, COMMANDS
from tests.stage import Json, Person, eventually, shown, staged

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
LOCKS = ("requirements.txt", "requirements-dev.txt")
NUMBER = re.compile(r"\d[\d.,]*(?: (?:s|min|h|hours|days)\b)?")
UNIT = "bot/deploy/clore-telegram-bot.service"


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def section(name: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page(name), re.DOTALL | re.MULTILINE)
    assert found, f"{name} has no heading {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return lines[2:]


def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: what is tracked is not known")
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]


# The README against the code


def test_the_table_of_commands_is_the_one_in_the_code() -> None:
    usage = [(f"`/{one.name} {one.arguments}".strip() + "`", one.help) for one in COMMANDS]
    assert [tuple(row) for row in rows(section("README.md", "Commands in the chat"))] == usage


def test_every_short_form_is_named_with_its_command() -> None:
    sentences = section("README.md", "Commands in the chat").split("Short forms: ")[1]
    told: dict[str, str] = {}
    for part in sentences.strip().rstrip(".").split(", "):
        *short, command = re.findall(r"`/(\w+)`", part)
        told |= dict.fromkeys(short, command)
    assert told == ALIASES


def test_the_table_of_settings_is_the_one_in_the_code() -> None:
    expected = [[f"`{one.name}`", one.meaning, one.shown_default] for one in SETTINGS]
    assert rows(section("README.md", "Settings")) == expected


def test_the_exit_codes_are_those_of_the_program() -> None:
    codes = [int(code) for code, _ in rows(section("README.md", "Processes"))]
    assert codes == [0, 1, program.BAD_SETTINGS, program.ANOTHER_INSTANCE]


def test_every_command_of_the_program_that_is_named_exists_with_its_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = set(re.findall(r"`python -m bot(?: (\w+))?([^`]*)`", page("README.md")))
    assert {name for name, _ in named} == {"", "demo"}
    for name, options in named:
        with pytest.raises(SystemExit) as ended:
            program.main([*filter(None, [name]), "--help"])
        assert ended.value.code == 0
        help_ = capsys.readouterr().out
        assert all(option in help_ for option in re.findall(r"--\w+", options))


@pytest.mark.looptime
async def test_the_conversation_is_what_the_bot_says(tmp_path: Path) -> None:
    """Numbers aside, which are those of the simulated market on that day."""
    (script,) = re.findall(r"```text\n(.*?)```", section("README.md", "A conversation"), re.DOTALL)
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        for verb, lines in turns(script):
            match verb:
                case "you":
                    await ada.says(lines[0])
                case "tap":
                    await ada.presses(lines[0])
                case "...":
                    stage.clore.act("outbid")
                case _:
                    await heard(ada, lines)


def turns(script: str) -> Iterator[tuple[str, list[str]]]:
    """Who, and the lines: a line that begins with blanks goes on with the one before."""
    for block in re.split(r"\n+(?! )", script.strip()):
        verb, _, words = block.partition(" ")
        yield verb, [line.strip() for line in words.splitlines()]


async def heard(person: Person, lines: list[str]) -> None:
    patterns = [r".{1,20}?".join(map(re.escape, NUMBER.split(line))) for line in lines]

    async def found() -> Json | None:
        for message in await person.from_bot():
            if all(re.search(pattern, shown(message)) for pattern in patterns):
                return message
        return None

    await eventually(found, f"a message with {lines}", person.screenful)


# Names in the pages


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    for name in (*PAGES, UNIT):
        named = re.findall(r"`make (?:\w+=\S+ )?([a-z]+)`", page(name))
        assert set(named) <= targets, name


def test_every_file_that_is_named_exists() -> None:
    """A name in a row of a table may lack the folder that the row is about."""
    for name in PAGES:
        for line in page(name).splitlines():
            named = re.findall(r"`([\w.*/-]+(?:/|\.(?:py|toml|json|sql|service)))`", line)
            folders = [ROOT, *(ROOT / one for one in named if one.endswith("/"))]
            for one in named:
                assert any(any(folder.glob(one.rstrip("/"))) for folder in folders), f"{name} names {one}"


def test_every_link_leads_somewhere() -> None:
    for name in PAGES:
        for target in re.findall(r"\]\(([^)]+)\)", page(name)):
            address, _, heading = target.partition("#")
            if "://" in address:
                continue
            assert not address or (ROOT / address).is_file(), f"{name} links to {target}"
            assert not heading or section(address or name, heading.replace("-", " ").capitalize())


def test_every_folder_with_code_has_its_line_in_the_map() -> None:
    named = re.findall(r"`([\w/]+)/`", section("CONTRIBUTING.md", "Map"))
    files = (file for top in ("bot", "handlers", "storage", "tests") for file in (ROOT / top).rglob("*.*"))
    code = {file.parent for file in files if file.suffix in {".py", ".js", ".service"}}
    assert {str(folder.relative_to(ROOT)) for folder in code} - {"bot", "tests"} == set(named)


# How it is shipped


def test_the_version_is_the_same_in_both_places() -> None:
    assert project()["project"]["version"] == VERSION


def test_the_procfile_runs_what_the_readme_says() -> None:
    assert page("Procfile").strip() == "worker: python -m bot"
    assert f"`{page('Procfile').strip()}`" in section("README.md", "Deployment")


def test_the_unit_stops_gently_starts_again_and_may_write_where_the_database_is() -> None:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]  # the names of systemd have capitals
    unit.read_string(page(UNIT))
    service = unit["Service"]
    here = service["WorkingDirectory"]
    (database,) = (one.default for one in SETTINGS if one.name == "BOT_DATABASE")
    assert service["ExecStart"] == f"{here}/.venv/bin/python -m bot"
    assert service["ReadWritePaths"] == f"{here}/{Path(database).parent}"
    assert service["RestartPreventExitStatus"] == f"{program.BAD_SETTINGS} {program.ANOTHER_INSTANCE}"
    assert int(service["TimeoutStopSec"]) > 10


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_versions_and_hashes_and_no_address(lock: str) -> None:
    lines = [line for line in page(lock).splitlines() if not line.lstrip().startswith("#")]
    assert not [
        line for line in lines if "://" in line or line.startswith("-") or re.search(r"\.(?:com|io|net|org)\b", line)
    ]
    entries = re.split(r"\n(?=\S)", "\n".join(lines).strip())
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+(?:\[[a-z0-9,-]+\])?==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_locks_hold_all_that_is_wanted_and_agree_with_each_other() -> None:
    running, developing = (dict(re.findall(r"^([a-z0-9.-]+)\S*?==(\S+)", page(lock), re.MULTILINE)) for lock in LOCKS)
    assert running.items() <= developing.items()
    assert names(project()["project"]["dependencies"]) <= running.keys()
    assert names(project()["dependency-groups"]["dev"]) <= developing.keys()


def project() -> dict[str, Any]:
    return tomllib.loads(page("pyproject.toml"))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!; ]", one)[0] for one in requirements}


# What is in git


def test_no_secret_no_database_and_no_settings_are_tracked() -> None:
    forbidden = re.compile(r"\.(?:db|db-wal|db-shm|sqlite3?|key|pem|log)$|(?:^|/)\.env(?:\.|$)")
    assert [name for name in tracked() if forbidden.search(name)] == []


def test_no_path_of_a_machine_and_no_registry_stands_in_a_file() -> None:
    folders = "|".join(("root", "work", "tmp", "home/[a-z]", "Users/[A-Z]"))
    registries = "|".join(("py" + "pi", "python" + "hosted", "npm" + "js", "art" + "ifactory"))
    forbidden = re.compile(rf"""(?:^|[\s"'`=(:])/(?:{folders})[\w./-]*/|\b(?:{registries})\b""", re.MULTILINE)
    for name in tracked():
        content = (ROOT / name).read_bytes().decode("utf-8", "replace")
        assert forbidden.search(content) is None, f"{name}: {forbidden.search(content)}"


def test_packages_open_with_nothing() -> None:
    """But the printed examples, which are loaded from there."""
    full = [name for name in tracked() if name.endswith("__init__.py") and (ROOT / name).stat().st_size]
    assert full == ["tests/examples/__init__.py"]
