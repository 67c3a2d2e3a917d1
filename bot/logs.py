"""The log: its two formats, and the blacking out of every secret before a line is written."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO
from urllib.parse import quote

from bot.config import LogFormat

BLACK: Final = "***"
OURS: Final = ("bot", "handlers", "storage")
QUIET: Final = ("telegram", "httpx", "httpcore", "apscheduler", "aiohttp")
"""Libraries that stay at WARNING whatever the level: below it they log addresses with the bot token, and whole updates."""

_HANDLER: Final = "clore-telegram-bot"
_SHORTEST_SECRET: Final = 4
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")

_NAMES: Final = r"\w{0,40}(?:auth|authorization|password|token|secret|api_?key|master_?keys?)"
_BOT_ADDRESS: Final = re.compile(r"(?<=/bot)[0-9]+(?::|%3A)[^/\s'\"?]+", re.IGNORECASE)
_BOT_TOKEN: Final = re.compile(r"\d{6,20}:[A-Za-z0-9_-]{30,}")
_LONG_WORD: Final = re.compile(r"[A-Za-z0-9_-]{32,}=?")
"""An API key (32 characters) or a master key (43), also where `\\n` of an escaped text clings to it."""
_QUOTED_VALUE: Final = re.compile(
    rf"""(?P<name>\b{_NAMES}\\*['"]?\s*[:=,]\s*b?)"""
    r"""(?:\\+(?P<escaped>["']).*?\\+(?P=escaped)|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)""",
    re.IGNORECASE | re.DOTALL,
)
_BARE_VALUE: Final = re.compile(
    rf"""(?P<name>\b{_NAMES}\\*['"]?\s*[:=]\s*(?:(?:bearer|basic)\s+)?)(?![\\'"*])[^\s,;&)}}\]]+""",
    re.IGNORECASE,
)


class Redaction(logging.Filter):
    """Blacks out secrets by list and by shape. Sits on the handler, so that no logger can pass it by. Cannot raise."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()
        self._secrets: list[str] = []

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._secrets)} secrets)"

    def add(self, *secrets: str) -> None:
        """From now on none of these is written, whatever they look like."""
        forms = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
        new = {form for form in forms if len(form) >= _SHORTEST_SECRET} - self._known
        if new:
            self._known |= new
            self._secrets = sorted(self._known, key=len, reverse=True)

    def clean(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, BLACK)
        text = _BOT_ADDRESS.sub(BLACK, text)
        text = _BOT_TOKEN.sub(BLACK, text)
        text = _QUOTED_VALUE.sub(rf"\g<name>{BLACK}", text)
        text = _BARE_VALUE.sub(rf"\g<name>{BLACK}", text)
        return _LONG_WORD.sub(lambda found: BLACK if _looks_random(found[0]) else found[0], text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Replaces everything in the record that a formatter could write; what cannot be read is left out."""
        try:
            self._clean_record(record)
        except Exception:  # noqa: BLE001 - a line that cannot be cleaned is not written, and logging never breaks its caller
            _empty(record)
        return True

    def _clean_record(self, record: logging.LogRecord) -> None:
        record.msg, record.args = self.clean(_message(record)), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(_whole(record.exc_info))
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        record.exc_info = None
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        record.threadName = self.clean(str(record.threadName))
        for name in vars(record).keys() - _STANDARD:
            setattr(record, name, self._clean_field(name, getattr(record, name)))

    def _clean_field(self, name: str, value: object) -> object:
        if re.fullmatch(_NAMES, name, re.IGNORECASE):
            return BLACK
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value if len(str(value)) < 19 else self.clean(str(value))
        return self.clean(str(value))


REDACTION: Final = Redaction()
"""The one of this process: the log belongs to the process, so does what it may not show."""


def keep_out_of_logs(*secrets: str) -> None:
    """To be called with every secret as soon as it is known: bot token, API keys, master keys."""
    REDACTION.add(*secrets)


class TextFormat(logging.Formatter):
    """`2026-01-02T03:04:05.678Z INFO bot.app ready account=7`: one line, whatever the message holds; tracebacks below it."""

    def format(self, record: logging.LogRecord) -> str:
        extra = "".join(f" {name}={_one_line(str(value))}" for name, value in _extra(record).items())
        line = f"{_time(record)} {record.levelname} {record.name} {_one_line(record.getMessage())}{extra}"
        return "\n".join(filter(None, (line, record.exc_text, record.stack_info)))


class JsonFormat(logging.Formatter):
    """One JSON object a line: time, level, logger, message, then exception, stack and extra fields where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        standard = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        below = {"exception": record.exc_text, "stack": record.stack_info}
        rest = {name: value for name, value in below.items() if value} | _extra(record)
        return json.dumps(standard | {name: value for name, value in rest.items() if name not in standard}, default=str)


def start_logs(level: str, log_format: LogFormat = LogFormat.TEXT, stream: TextIO | None = None) -> None:
    """Sends the log to `stream` (standard error), cleaned. `level` is that of our loggers; all others stay at WARNING.

    Also logs Python's warnings and what nobody caught. May be called again, with other wishes.
    """
    root = logging.getLogger()
    for handler in [found for found in root.handlers if found.name == _HANDLER]:
        root.removeHandler(handler)
    root.addHandler(_handler(log_format, stream))
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=True)
    _log_the_uncaught()


def log_loop_errors(loop: asyncio.AbstractEventLoop) -> None:
    """What an event loop reports of tasks and callbacks that nobody waits for goes to the log."""
    loop.set_exception_handler(_loop_error)


def _handler(log_format: LogFormat, stream: TextIO | None) -> logging.Handler:
    handler = logging.StreamHandler(stream)
    handler.name = _HANDLER
    handler.addFilter(REDACTION)
    handler.setFormatter(JsonFormat() if log_format is LogFormat.JSON else TextFormat())
    return handler


def _log_the_uncaught() -> None:
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("bot").critical("uncaught error", exc_info=(kind, error, trace))


def _uncaught_in_thread(uncaught: threading.ExceptHookArgs) -> None:
    error = uncaught.exc_value or uncaught.exc_type()
    logging.getLogger("bot").critical(
        "uncaught error in a thread", exc_info=(uncaught.exc_type, error, uncaught.exc_traceback)
    )


def _unraisable(ignored: sys.UnraisableHookArgs) -> None:
    error = ignored.exc_value or ignored.exc_type()
    logging.getLogger("bot").error(
        "%s: %r",
        ignored.err_msg or "ignored error in",
        ignored.object,
        exc_info=(ignored.exc_type, error, ignored.exc_traceback),
    )


def _loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # noqa: ARG001
    about = {name: value for name, value in context.items() if name not in {"message", "exception"}}
    logging.getLogger("bot").error("%s %r", context.get("message"), about, exc_info=context.get("exception"))


def _looks_random(text: str) -> bool:
    """Letters of both cases, or letters and digits: better a long name blacked out than a key written."""
    kinds: Iterable[bool] = (
        any(letter.islower() for letter in text),
        any(letter.isupper() for letter in text),
        any(letter.isdigit() for letter in text),
    )
    return sum(kinds) >= 2


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - the standard library would print the raw arguments to standard error
        return f"{record.msg} (its arguments do not fit)"


def _whole(exc_info: Any) -> Any:
    """`exc_info` as three values, whichever form a caller gave it."""
    if isinstance(exc_info, BaseException):
        return (type(exc_info), exc_info, exc_info.__traceback__)
    return exc_info if isinstance(exc_info, tuple) else sys.exc_info()


def _empty(record: logging.LogRecord) -> None:
    for name in vars(record).keys() - _STANDARD:
        delattr(record, name)
    record.msg, record.args = "a log line that could not be read was left out", ()
    record.exc_info = record.exc_text = record.stack_info = None


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _one_line(text: str) -> str:
    """A typed text cannot forge a second line."""
    return _UNPRINTED.sub(lambda found: repr(found[0])[1:-1], text)
