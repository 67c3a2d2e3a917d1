"""What could leak into the log, provoked one by one."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.config import LogFormat
from bot.logs import BLACK, Redaction, keep_out_of_logs, log_loop_errors, start_logs

TOKEN = "123456789:" + "AAbb" * 8 + "-_x"
KEY = "b8qwqRAL5W7YDyDJeB4XANVvKndbrrPk"
"""The key of the API reference's examples."""
LISTED = "a-word-that-looks-like-nothing"
PASSWORD = "hunter2 two"
NEEDLES = (TOKEN, KEY, LISTED, PASSWORD, "hunter2")

log = logging.getLogger("bot.logs_test")


@pytest.fixture(autouse=True, params=list(LogFormat))
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of a fresh process; everything put back afterwards."""
    stream = io.StringIO()
    root = logging.getLogger()
    names = (*logs.OURS, *logs.QUIET)
    before = {name: logging.getLogger(name).level for name in names}
    handlers, level = list(root.handlers), root.level
    for hook in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logs, "REDACTION", Redaction())
    start_logs("DEBUG", request.param, stream)
    keep_out_of_logs(LISTED, "")
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, old in before.items():
        logging.getLogger(name).setLevel(old)
    text = stream.getvalue()
    assert not [needle for needle in NEEDLES if needle in text], text


def lines(written: io.StringIO) -> list[str]:
    return written.getvalue().splitlines()


def test_a_line_says_when_who_and_what(written: io.StringIO) -> None:
    log.info("watching %d keys", 3, extra={"account": 7, "done": True})

    (line,) = lines(written)
    if line.startswith("{"):
        found = json.loads(line)
        assert found.pop("time").endswith("Z")
        assert found == {
            "level": "INFO",
            "logger": "bot.logs_test",
            "message": "watching 3 keys",
            "account": 7,
            "done": True,
        }
    else:
        assert line.endswith("Z INFO bot.logs_test watching 3 keys account=7 done=True")


@pytest.mark.parametrize(
    "message",
    [
        "GET https://api.telegram.org/bot" + TOKEN + "/getMe",
        "GET https://proxy/bot1:short/getMe?x=1 " + LISTED,
        "GET https://api.telegram.org/file/bot" + TOKEN.replace(":", "%3A") + "/photo.jpg",
        f"typed: {KEY}",
        f"typed: /connect {KEY} please",
        repr(f"my key\n{KEY}\nthanks"),
        json.dumps({"text": f"\u2028{KEY}"}),
        json.dumps(json.dumps({"ssh_password": PASSWORD, "n": 1})),
        repr({"auth": PASSWORD}),
        repr([(b"auth", b"hunter2"), (b"accept", b"*/*")]),
        "auth: hunter2",
        "Authorization: Bearer hunter2",
        f"'jupyter_token': '{PASSWORD}'",
        f"NewOrder(ssh_password='{PASSWORD}', image='x')",
        'ssh_password="hunter2',
        "ssh_password=hunter2&n=1",
        f"{LISTED}{LISTED}",
        "master key " + "aB3_" * 10 + "xY9=",
    ],
)
def test_a_secret_is_blacked_out_by_list_and_by_shape(written: io.StringIO, message: str) -> None:
    log.warning(message)
    log.warning("%s", message)
    log.warning("%(said)s", {"said": message})
    log.warning("said", extra={"said": message, "many": {"said": [message]}})
    log.warning("said", extra={"ssh_password": "hunter2"})

    assert len(lines(written)) == 5
    assert written.getvalue().count(BLACK) >= 5
    assert "aB3_" not in written.getvalue()
    assert "bot1:short" not in written.getvalue()


def test_ordinary_words_stay_readable() -> None:
    said = "order 38 on n1.c1.clorecloud.net:10000 ended; 0.0000003 BTC; episode 9f86d081884c7d65; auth is fine"
    assert Redaction().clean(said) == said


@given(st.text(alphabet="abcXYZ019-_", min_size=32, max_size=32), st.text(max_size=3))
def test_what_looks_like_a_key_never_stays(key: str, around: str) -> None:
    kinds = sum(any(kind(letter) for letter in key) for kind in (str.islower, str.isupper, str.isdigit))
    if kinds >= 2:
        assert key not in Redaction().clean(f"{around}{key}{around}")


def test_an_exception_and_its_causes_are_cleaned(written: io.StringIO) -> None:
    error = ExceptionGroup(TOKEN, [RuntimeError(LISTED)])
    error.__context__ = KeyError({"ssh_password": PASSWORD})
    error.__cause__ = ValueError(f"auth: {KEY}")

    log.error("could not go on", exc_info=error)
    log.error("again", exc_info=(type(error), error, error.__traceback__), stack_info=True)
    try:
        raise error
    except ExceptionGroup:
        log.exception("and again")

    text = written.getvalue()
    assert text.count("ValueError: auth: ***") == 3
    assert text.count("RuntimeError: ***") == 3
    assert "Stack (most recent call last)" in text


def test_httpx_says_nothing_of_addresses_and_would_be_cleaned(written: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, request=request))
    address = f"https://api.telegram.org/bot{TOKEN}/getMe"
    with httpx.Client(transport=transport) as client:
        client.get(address)
        assert not lines(written)
        logging.getLogger("httpx").setLevel(logging.INFO)
        client.get(address, headers={"auth": KEY})

    (line,) = lines(written)
    assert "HTTP Request: GET https://api.telegram.org/bot***/getMe" in line


def test_whole_updates_of_the_telegram_library_are_cleaned(written: io.StringIO) -> None:
    update = {"update_id": 1, "message": {"text": KEY, "entities": [], "caption": f"/connect\n{KEY}"}}
    telegram = logging.getLogger("telegram.Bot")
    telegram.debug("Calling Bot API endpoint `%s` with parameters `%s`", "getUpdates", update)
    assert not lines(written)
    telegram.critical("Error while parsing updates! Received data was %r", update, exc_info=ValueError(TOKEN))

    assert "update_id" in written.getvalue()


def test_arguments_that_do_not_fit_are_not_printed_anywhere(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    for template in ("%d of %s", "%d"):
        log.info(template, KEY)

    assert written.getvalue().count("do not fit") == 2
    assert KEY not in capsys.readouterr().err


def test_a_record_that_cannot_be_read_breaks_nothing(written: io.StringIO) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError(KEY)

        __repr__ = __str__

    log.info(Broken())
    log.info("%s", Broken())
    log.info("fine", extra={"broken": Broken()})
    log.info("after")

    assert "after" in written.getvalue()


def test_a_typed_line_break_cannot_forge_a_line(written: io.StringIO) -> None:
    log.info("typed %s", "a\n2026-01-01T00:00:00Z INFO bot all is well\r\x1b[2J\u2028")

    assert len(lines(written)) == 1
    assert "\x1b" not in written.getvalue()


def test_what_the_loop_reports_is_cleaned(written: io.StringIO) -> None:
    async def leave_errors_behind() -> None:
        loop = asyncio.get_running_loop()
        log_loop_errors(loop)
        loop.call_exception_handler({"message": "task was lost", "exception": ValueError(KEY), "auth": LISTED})
        loop.call_soon(_raise, ValueError(f"said {TOKEN}"))
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave_errors_behind())
    loop.close()

    text = written.getvalue()
    assert "task was lost" in text
    assert "ValueError: said ***" in text


def _raise(error: Exception) -> None:
    raise error


def test_what_nobody_caught_is_cleaned(written: io.StringIO) -> None:
    error = ValueError(KEY)
    sys.excepthook(ValueError, error, None)
    thread = threading.Thread(target=_raise, args=(RuntimeError(LISTED),))
    thread.start()
    thread.join()
    hook: Any = sys.unraisablehook
    hook(_Unraisable(error))

    text = written.getvalue()
    assert "uncaught error" in text
    assert "uncaught error in a thread" in text
    assert "Exception ignored in" in text


class _Unraisable:
    exc_type = ValueError
    exc_traceback = None
    err_msg = "Exception ignored in"
    object = f"<coroutine {KEY}>"

    def __init__(self, error: ValueError) -> None:
        self.exc_value = error


def test_levels_are_ours_and_others_stay_quiet(written: io.StringIO) -> None:
    for name in (*logs.QUIET, "telegram.ext.Application", "httpcore.connection", "some.library"):
        logging.getLogger(name).info("chatter")
    logging.getLogger("handlers.routes").debug("ours")

    assert [("ours" in line) for line in lines(written)] == [True]


def test_a_second_start_replaces_the_first(written: io.StringIO) -> None:
    other = io.StringIO()
    start_logs("ERROR", LogFormat.TEXT, other)
    log.warning("not any more")
    log.error("once")

    assert not lines(written)
    assert len(lines(other)) == 1


def test_the_filter_does_not_name_its_secrets() -> None:
    redaction = Redaction()
    redaction.add(KEY)
    assert KEY not in repr(redaction)


def test_warnings_and_uncaught_errors_of_a_real_process_show_no_key() -> None:
    program = (
        "import warnings; from bot.logs import start_logs; start_logs('INFO')\n"
        f"key = {KEY[:16]!r} + {KEY[16:]!r}\n"
        "warnings.warn('old way of ' + key)\n"
        "raise SystemError('auth: ' + key)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "WARNING py.warnings" in done.stderr
    assert "old way of ***" in done.stderr
    assert "SystemError: auth: ***" in done.stderr
    assert KEY not in done.stderr
