"""The settings of one installation, read from the environment and a `.env` file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from bot.domain.ids import UserId

T = TypeVar("T")

DOTENV: Final = ".env"
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_MASTER_KEY_FILE: Final = "master.key"
_LARGEST_ID: Final = 2**63 - 1
_TOKEN: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED: Final = re.compile(r"""(?:'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)")\s*(?:\#.*)?""")
_ESCAPES: Final = {"n": "\n", "t": "\t"}


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable. `default` is the text that is read where it is unset; `unset` says in words what that means."""

    name: str
    meaning: str
    default: str = ""
    unset: str = "none"

    @property
    def shown_default(self) -> str:
        """The default for a table that people read."""
        return self.default or self.unset


SETTINGS: Final = (
    Setting("TELEGRAM_BOT_TOKEN", "token from BotFather; never in a log line", unset="none: see `make run`"),
    Setting("TELEGRAM_API_URL", "root of the Bot API", "https://api.telegram.org"),
    Setting("CLORE_API_URL", "root of the CLORE.AI API, with its version", "https://api.clore.ai/v1"),
    Setting("BOT_DATABASE", "the SQLite file", "data/bot.db"),
    Setting("BOT_MASTER_KEYS", "32-byte keys, base64url, comma separated, newest first: the first seals, all open"),
    Setting(
        "BOT_MASTER_KEY_FILE",
        "used when `BOT_MASTER_KEYS` is empty; made at the first start, then to be backed up apart from the database",
        unset="`master.key` beside the database",
    ),
    Setting("BOT_OPERATORS", "Telegram user ids that run this installation, comma separated"),
    Setting("BOT_ALLOWED_USERS", "user ids that may use it, comma separated", unset="everybody"),
    Setting("BOT_WEBHOOK_URL", "not in this version", unset="long polling"),
    Setting("BOT_WEBHOOK_SECRET", "not in this version", unset="long polling"),
    Setting("PORT", "only read where a webhook is asked for: hosting platforms set it for every process"),
    Setting("BOT_HEALTH_ADDRESS", "not in this version", unset="off"),
    Setting("BOT_POLL_SECONDS", "base interval of an account's watch", "60"),
    Setting("BOT_CLORE_GAP_SECONDS", "smallest gap from the end of a reply to the next request of the same key", "1.3"),
    Setting("BOT_CLORE_CREATE_GAP_SECONDS", "smallest gap between two create_order of the same key", "5"),
    Setting("BOT_LOG_LEVEL", "DEBUG, INFO, WARNING, ERROR or CRITICAL", "INFO"),
    Setting("BOT_LOG_FORMAT", "`text` or `json`", "text"),
)
_BY_NAME: Final = {setting.name: setting for setting in SETTINGS}


class BadSettings(ValueError):
    """Everything that is missing or wrong, one sentence each. No sentence holds a value: it could be a secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment asks for. Addresses have no slash at their end; `allowed_users` empty: everybody.

    `telegram_token` is empty only where it was not required. `master_keys` is the text as given: the vault checks it.
    `misspelt`: names that start like ours and that no setting has.
    """

    telegram_token: str = field(repr=False)
    telegram_api_url: str
    clore_api_url: str
    database: Path
    master_keys: str = field(repr=False)
    master_key_file: Path
    operators: frozenset[UserId]
    allowed_users: frozenset[UserId]
    poll_every: timedelta
    clore_gap: timedelta
    clore_create_gap: timedelta
    log_level: str
    log_format: LogFormat
    misspelt: tuple[str, ...] = ()

    @property
    def clore_is_here(self) -> bool:
        """CLORE.AI is a simulation on this machine."""
        return _is_loopback(_split(self.clore_api_url).hostname or "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log line may show."""
        keys = (key.strip() for key in self.master_keys.split(","))
        return tuple(secret for secret in (self.telegram_token, *keys) if secret)


def load_settings(environment: Mapping[str, str], folder: Path, *, token_required: bool = True) -> Settings:
    """The settings of a process that was started in `folder`. The environment wins over its `.env`; else `BadSettings`."""
    in_file, problems = _dotenv_of(folder)
    return read_settings({**in_file, **environment}, token_required=token_required, problems=problems)


def read_settings(
    variables: Mapping[str, str], *, token_required: bool = True, problems: tuple[str, ...] = ()
) -> Settings:
    """Reads and checks every variable before it complains; `problems` were found before. Raises `BadSettings`."""
    reader = _Reader(variables, list(problems))
    database = reader.take("BOT_DATABASE", _path)
    key_file = reader.take("BOT_MASTER_KEY_FILE", _path)
    settings = Settings(
        telegram_token=reader.take("TELEGRAM_BOT_TOKEN", _token),
        telegram_api_url=reader.take("TELEGRAM_API_URL", _url),
        clore_api_url=reader.take("CLORE_API_URL", _url),
        database=database,
        master_keys=reader.take("BOT_MASTER_KEYS", str),
        master_key_file=key_file if reader.given("BOT_MASTER_KEY_FILE") else database.parent / _MASTER_KEY_FILE,
        operators=reader.take("BOT_OPERATORS", _ids),
        allowed_users=reader.take("BOT_ALLOWED_USERS", _ids),
        poll_every=reader.take("BOT_POLL_SECONDS", _seconds),
        clore_gap=reader.take("BOT_CLORE_GAP_SECONDS", _seconds),
        clore_create_gap=reader.take("BOT_CLORE_CREATE_GAP_SECONDS", _seconds),
        log_level=reader.take("BOT_LOG_LEVEL", _log_level),
        log_format=reader.take("BOT_LOG_FORMAT", _log_format),
        misspelt=tuple(sorted(name for name in variables if name.startswith("BOT_") and name not in _BY_NAME)),
    )
    if token_required and not settings.telegram_token and not reader.given("TELEGRAM_BOT_TOKEN"):
        reader.problems.append("TELEGRAM_BOT_TOKEN is missing: BotFather gives one; `make run` without it is the demo")
    _refuse_what_comes_later(reader)
    if reader.problems:
        raise BadSettings(tuple(reader.problems))
    return settings


def read_dotenv(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables of `KEY=VALUE` lines, and what is wrong with the other lines.

    A value in single quotes is taken as it is; in double quotes, a backslash makes \\n, \\t, \\" and \\\\; without quotes, it ends
    at a blank with a # behind it. `export ` in front is allowed. A value stays on its line.
    """
    found: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        pair = _pair(line)
        if pair is None:
            problems.append(f"line {number} of {DOTENV} is not KEY=VALUE")
        else:
            found[pair[0]] = pair[1]
    return found, tuple(problems)


def _pair(line: str) -> tuple[str, str] | None:
    name, equals, value = line.removeprefix("export ").partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not _NAME.fullmatch(name):
        return None
    if not value.startswith(("'", '"')):
        return name, re.split(r"(?:^|\s)#", value, maxsplit=1)[0].rstrip()
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        return None
    if quoted["single"] is not None:
        return name, quoted["single"]
    return name, re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), quoted["double"])


def _dotenv_of(folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    file = folder / DOTENV
    try:
        if not file.is_file():
            return {}, ()
        return read_dotenv(file.read_text(encoding="utf-8"))
    except OSError as error:
        return {}, (f"{DOTENV} cannot be read: {error.strerror}",)
    except UnicodeDecodeError:
        return {}, (f"{DOTENV} is not text in UTF-8",)


class _Reader:
    """Takes one variable after another and keeps what is wrong with each."""

    def __init__(self, variables: Mapping[str, str], problems: list[str]) -> None:
        self._variables = variables
        self.problems = problems

    def given(self, name: str) -> bool:
        return bool(self._variables.get(name, "").strip())

    def take(self, name: str, read: Callable[[str], T]) -> T:
        default = _BY_NAME[name].default
        try:
            return read(self._variables.get(name, "").strip() or default)
        except ValueError as problem:
            self.problems.append(f"{name} {problem}")
            return read(default)


def _refuse_what_comes_later(reader: _Reader) -> None:
    webhook = [name for name in ("BOT_WEBHOOK_URL", "BOT_WEBHOOK_SECRET") if reader.given(name)]
    if webhook and reader.given("PORT"):
        webhook.append("PORT")
    if webhook:
        reader.problems.append(
            f"{', '.join(webhook)}: webhooks are not in this version; without BOT_WEBHOOK_URL and BOT_WEBHOOK_SECRET the bot "
            "uses long polling (PORT alone is ignored)"
        )
    if reader.given("BOT_HEALTH_ADDRESS"):
        reader.problems.append("BOT_HEALTH_ADDRESS is not in this version; leave it out")


def _token(text: str) -> str:
    if text and not _TOKEN.fullmatch(text):
        raise ValueError("is not a bot token: digits, a colon, then letters, digits, - and _")
    return text


def _url(text: str) -> str:
    address = _split(text)
    if not address.hostname or address.scheme not in {"http", "https"} or re.search(r"\s", text):
        raise ValueError("is not an address like https://host/path")
    if address.username is not None or address.query or address.fragment:
        raise ValueError("must be an address without a user, a question mark or a #")
    if address.scheme == "http" and not _is_loopback(address.hostname):
        raise ValueError("must be https: plain http is only for this machine (127.0.0.1, localhost)")
    return text.rstrip("/")


def _split(text: str) -> SplitResult:
    try:
        address = urlsplit(text)
        return address if address.port != 0 else SplitResult("", "", "", "", "")
    except ValueError:
        return SplitResult("", "", "", "", "")  # the error's own text would repeat the value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _ids(text: str) -> frozenset[UserId]:
    words = text.replace(",", " ").split()
    if not all(_is_id(word) for word in words):
        raise ValueError("must be Telegram user ids: whole numbers, comma separated")
    return frozenset(UserId(int(word)) for word in words)


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 19 and 0 < int(word) <= _LARGEST_ID


def _seconds(text: str) -> timedelta:
    try:
        seconds = Decimal(text)
    except InvalidOperation:
        seconds = Decimal("NaN")
    if not seconds.is_finite() or not 0 < seconds <= 86_400:
        raise ValueError("must be a number of seconds above 0, at most 86400")
    return timedelta(microseconds=max(1, int(seconds * 1_000_000)))


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def _log_format(text: str) -> LogFormat:
    if text.lower() not in set(LogFormat):
        raise ValueError(f"must be one of {', '.join(LogFormat)}")
    return LogFormat(text.lower())
