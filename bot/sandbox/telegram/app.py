"""The Bot API stand-in as a web application: the bot's paths, files, and the person's side under /sim."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from bot.sandbox.telegram.asked import Wanted
from bot.sandbox.telegram.calls import CallLog
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.dispatch import carry_out
from bot.sandbox.telegram.files import Upload
from bot.sandbox.telegram.page import LOOKS
from bot.sandbox.telegram.refusal import Refusal, bad_request
from bot.sandbox.telegram.sim import ACTS, finished, routes
from bot.sandbox.telegram.world import Json

_TOKEN = re.compile(r"[1-9]\d{0,15}:[A-Za-z0-9_-]{20,60}")


class TelegramStandIn:
    """One bot's Telegram on loopback. `app` serves `/bot{token}/{method}`, `/file/bot{token}/{path}` and `/sim/...`.

    `now` gives Unix seconds; polling and delays follow the event loop's own clock. A callback query can be answered for
    `callback_life` seconds. `log_file` receives every call as a line of JSON.
    """

    def __init__(
        self,
        token: str,
        *,
        now: Callable[[], float] = time.time,
        username: str = "clore_sandbox_bot",
        name: str = "CLORE Sandbox",
        privacy: bool = True,
        inline: bool = True,
        callback_life: float = 15.0,
        log_file: Path | None = None,
    ) -> None:
        self._core = Core(
            token,
            now=now,
            username=username,
            name=name,
            privacy=privacy,
            inline=inline,
            callback_life=callback_life,
            log_file=log_file,
        )
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file, methods=["GET"]),
                Mount("/sim", routes=routes(self._core)),
            ],
            exception_handlers={404: _not_found},
        )

    @property
    def calls(self) -> CallLog:
        """Every call that the bot made."""
        return self._core.calls

    @property
    def lint(self) -> list[Json]:
        """What a strict reader objects to: `{"method", "what"}`."""
        return self._core.lint

    def reset(self) -> None:
        """Forgets everybody and everything."""
        self._core.reset()

    async def does(self, act: str, /, **body: Any) -> Any:
        """What POST /sim/{act} does, without HTTP. Raises Impossible, or Refusal where Telegram itself says no."""
        return await finished(ACTS[act](self._core, Wanted(body)))

    async def sees(self, look: str, /, **asked: Any) -> Any:
        """What GET /sim/{look} shows, without HTTP."""
        return await finished(LOOKS[look](self._core, Wanted(asked)))

    async def _call(self, request: Request) -> Response:
        refusal = self._refuse_token(request.path_params["token"])
        if refusal is not None:
            return _json(refusal.answer())
        try:
            raw, files = await _parameters(request)
        except ValueError:
            return _json(bad_request("can't parse the request").answer())
        body = await carry_out(self._core, request.path_params["method"], raw, files)
        return _Dropped() if body is None else _json(body)

    async def _file(self, request: Request) -> Response:
        file = self._core.files.by_path(request.path_params["path"])
        if self._refuse_token(request.path_params["token"]) is not None or file is None:
            return _json(Refusal(404, "Not Found").answer())
        return Response(file.content, media_type="application/octet-stream")

    def _refuse_token(self, token: str) -> Refusal | None:
        if token == self._core.token:
            return None
        return Refusal(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refusal(404, "Not Found")


class ConnectionDropped(httpx.RemoteProtocolError):
    """What an in-process client sees; over HTTP the connection closes in the middle of the answer."""


class _Dropped(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the shape of ASGI
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        raise ConnectionDropped("the server dropped the connection, as it was asked to")


async def _parameters(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Parameters from the URL and from a body of any of the three kinds; raises ValueError for a broken one."""
    found: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0]
    if request.method == "GET":
        return found, {}
    if kind == "multipart/form-data":
        return await _multipart(request, found)
    body = await request.body()
    if kind == "application/json":
        return found | _object(body), {}
    return found | dict(parse_qsl(body.decode(), keep_blank_values=True)), {}


async def _multipart(request: Request, found: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Upload]]:
    files: dict[str, Upload] = {}
    try:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or "file", await value.read())
                else:
                    found[name] = value
    except HTTPException as broken:
        raise ValueError(broken.detail) from None
    return found, files


def _object(body: bytes) -> dict[str, Any]:
    content = json.loads(body) if body.strip() else {}
    if not isinstance(content, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for every broken body
    return content


def _json(body: Json) -> Response:
    retry_after = body.get("parameters", {}).get("retry_after")
    return Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        status_code=body.get("error_code", 200),
        headers={"Retry-After": str(retry_after)} if retry_after else None,
        media_type="application/json",
    )


async def _not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the shape of a handler
    return _json(Refusal(404, "Not Found").answer())
