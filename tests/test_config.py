"""The environment as an operator writes it, and what comes of it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import SETTINGS, BadSettings, LogFormat, load_settings, read_dotenv, read_settings

TOKEN = "123456:" + "A" * 35
GIVEN = {"TELEGRAM_BOT_TOKEN": TOKEN}


def problems(**variables: str) -> str:
    with pytest.raises(BadSettings) as bad:
        read_settings(GIVEN | variables)
    return str(bad.value)


def test_a_token_is_all_that_is_needed() -> None:
    settings = read_settings(GIVEN)

    assert settings.telegram_token == TOKEN
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.clore_api_url == "https://api.clore.ai/v1"
    assert settings.database == Path("data/bot.db")
    assert settings.master_key_file == Path("data/master.key")
    assert (settings.operators, settings.allowed_users) == (frozenset(), frozenset())
    assert settings.poll_every == timedelta(seconds=60)
    assert settings.clore_gap == timedelta(seconds=1.3)
    assert settings.clore_create_gap == timedelta(seconds=5)
    assert (settings.log_level, settings.log_format) == ("INFO", LogFormat.TEXT)


def test_every_row_of_the_table_is_known_by_one_name_and_explained() -> None:
    names = [setting.name for setting in SETTINGS]

    assert len(names) == len(set(names))
    assert all(setting.meaning and setting.shown_default for setting in SETTINGS)


def test_every_row_of_the_table_is_read() -> None:
    """A wrong value is noticed, or a right one shows: nothing in the table is decoration."""
    changed = {
        "TELEGRAM_BOT_TOKEN": "1:a",
        "BOT_DATABASE": "elsewhere.db",
        "BOT_MASTER_KEYS": "key",
        "BOT_MASTER_KEY_FILE": "elsewhere.key",
    }
    for setting in SETTINGS:
        variables = GIVEN | {setting.name: changed.get(setting.name, "no such thing")}
        if setting.name == "PORT":
            variables |= {"BOT_WEBHOOK_URL": "https://bot.example.org"}
        assert noticed(setting.name, variables), setting.name


def noticed(name: str, variables: dict[str, str]) -> bool:
    try:
        return read_settings(variables) != read_settings(GIVEN)
    except BadSettings as bad:
        return name in str(bad)


def test_a_missing_token_is_named_unless_the_command_does_without() -> None:
    with pytest.raises(BadSettings, match="TELEGRAM_BOT_TOKEN is missing"):
        read_settings({})
    with pytest.raises(BadSettings, match="TELEGRAM_BOT_TOKEN is missing"):
        read_settings({"TELEGRAM_BOT_TOKEN": "  "})

    assert read_settings({}, token_required=False).telegram_token == ""


def test_everything_that_is_wrong_is_named_at_once_and_no_value_is_repeated() -> None:
    variables = {
        "TELEGRAM_BOT_TOKEN": "needle token",
        "TELEGRAM_API_URL": "ftp://needle",
        "CLORE_API_URL": "http://[needle",
        "BOT_OPERATORS": "7, needle",
        "BOT_ALLOWED_USERS": "-5",
        "BOT_POLL_SECONDS": "0",
        "BOT_CLORE_GAP_SECONDS": "NaN",
        "BOT_CLORE_CREATE_GAP_SECONDS": "needle",
        "BOT_LOG_LEVEL": "needle",
        "BOT_LOG_FORMAT": "needle",
        "BOT_WEBHOOK_URL": "https://needle",
        "BOT_HEALTH_ADDRESS": "needle:1",
    }
    with pytest.raises(BadSettings) as bad:
        read_settings(variables)

    assert len(bad.value.problems) == len(variables)
    for name in variables:
        assert sum(name in problem for problem in bad.value.problems) == 1, name
    assert "needle" not in str(bad.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8081", "http://localhost/telegram/", "http://[::1]:9/v1", "https://a.example"]
)
def test_addresses_that_are_taken_lose_their_last_slash(url: str) -> None:
    assert read_settings(GIVEN | {"CLORE_API_URL": url}).clore_api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.clore.ai/v1",
        "http://127.0.0.1.example.org",
        "https://user:word@host",
        "https://host/?a=1",
        "https://host:99999",
        "https://host:0",
        "https://",
        "//host",
        "https://a b",
    ],
)
def test_addresses_that_would_leak_or_cannot_work_are_refused(url: str) -> None:
    assert "CLORE_API_URL" in problems(CLORE_API_URL=url)


def test_a_port_alone_is_what_hosting_platforms_set() -> None:
    assert read_settings(GIVEN | {"PORT": "8080"}) == read_settings(GIVEN)

    asked = problems(PORT="8080", BOT_WEBHOOK_URL="https://bot.example.org")
    assert "PORT" in asked
    assert "not in this version" in asked


def test_health_and_webhook_secret_are_not_in_this_version() -> None:
    assert "not in this version" in problems(BOT_HEALTH_ADDRESS="127.0.0.1:8080")
    assert "not in this version" in problems(BOT_WEBHOOK_SECRET="word")


def test_ids_come_with_commas_and_blanks() -> None:
    assert read_settings(GIVEN | {"BOT_OPERATORS": "7, 8,9 "}).operators == {7, 8, 9}
    assert "BOT_OPERATORS" in problems(BOT_OPERATORS="9" * 5000)


def test_secrets_are_not_in_the_repr_and_are_listed_for_the_log() -> None:
    settings = read_settings(GIVEN | {"BOT_MASTER_KEYS": "first-key, second-key"})

    assert TOKEN not in repr(settings)
    assert "first-key" not in repr(settings)
    assert settings.secrets == (TOKEN, "first-key", "second-key")


def test_a_misspelt_name_is_reported() -> None:
    """`BOT_ALLOWED_USER` instead of `BOT_ALLOWED_USERS` would let everybody in."""
    assert read_settings(GIVEN | {"BOT_ALLOWED_USER": "7"}).misspelt == ("BOT_ALLOWED_USER",)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nBOT_POLL_SECONDS=30\nBOT_LOG_LEVEL=debug\n")

    settings = load_settings({"BOT_POLL_SECONDS": "90", "BOT_LOG_LEVEL": ""}, tmp_path)

    assert settings.telegram_token == TOKEN
    assert settings.poll_every == timedelta(seconds=90)
    assert settings.log_level == "INFO"


def test_no_file_and_a_folder_of_its_name_are_no_problem(tmp_path: Path) -> None:
    assert load_settings(GIVEN, tmp_path) == read_settings(GIVEN)
    (tmp_path / ".env").mkdir()
    assert load_settings(GIVEN, tmp_path) == read_settings(GIVEN)


def test_a_bad_line_and_a_bad_value_are_named_together(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("needle without equals\nBOT_LOG_LEVEL=loud\n")

    with pytest.raises(BadSettings) as bad:
        load_settings(GIVEN, tmp_path)

    assert "line 1 of .env" in str(bad.value)
    assert "BOT_LOG_LEVEL" in str(bad.value)
    assert "needle" not in str(bad.value)


@pytest.mark.skipif(os.name != "posix", reason="bytes that are no text")
def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe\x00")

    with pytest.raises(BadSettings, match="UTF-8"):
        load_settings(GIVEN, tmp_path)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("  A = b  ", "b"),
        ("export A=b", "b"),
        ("A=b # said of b", "b"),
        ("A=b#c", "b#c"),
        ("A=", ""),
        ("A= # nothing", ""),
        ("A='b # \\n c'", "b # \\n c"),
        ('A="b # c" # said', "b # c"),
        ('A="b\\n\\"c\\" \\\\"', 'b\n"c" \\'),
        ("A=b=c", "b=c"),
        ("\ufeffA=b\r", "b"),
    ],
)
def test_a_line_of_the_file(line: str, value: str) -> None:
    assert read_dotenv(line) == ({"A": value}, ())


@pytest.mark.parametrize("line", ["A", "=b", "1A=b", "A B=c", 'A="b', "A='b' c"])
def test_a_line_that_is_none(line: str) -> None:
    assert read_dotenv(f"# first\n\n{line}\nC=d") == ({"C": "d"}, ("line 3 of .env is not KEY=VALUE",))
