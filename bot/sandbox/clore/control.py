"""The HTTP side of the hands that move the simulated world: `/sim/...`."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.clore.acts import ACTS, ImpossibleError
from bot.sandbox.clore.jsontext import read, write
from bot.sandbox.clore.model import Row

if TYPE_CHECKING:
    from bot.sandbox.clore.app import CloreStandIn

LONGEST_WAIT = 60.0
Handler = Callable[[Request], Awaitable[Response]]


class Control:
    """Bodies and answers are JSON; what cannot be done is a 4xx with `error`."""

    def __init__(self, stand_in: "CloreStandIn") -> None:
        self._stand_in = stand_in

    def routes(self) -> list[Route]:
        posts: dict[str, Callable[[Row], Row]] = {
            "key": self._key,
            "act": self._act,
            "fault": self._fault,
            "answer": self._answer,
            "world": self._world,
            "heal": self._heal,
            "reset": self._reset,
        }
        return [
            *(Route(f"/sim/{name}", _post(run), methods=["POST"]) for name, run in posts.items()),
            Route("/sim/state", self._state),
            Route("/sim/acts", self._acts),
            Route("/sim/calls", self._calls),
        ]

    def _key(self, body: Row) -> Row:
        return {"key": self._stand_in.add_key(_text(body, "key"))}

    def _act(self, body: Row) -> Row:
        facts = {name: value for name, value in body.items() if name not in {"act", "key"}}
        return self._stand_in.act(str(body.get("act")), key=_text(body, "key"), **facts)

    def _fault(self, body: Row) -> Row:
        self._stand_in.fault(
            str(body.get("mode")),
            operation=_text(body, "operation"),
            key=_text(body, "key"),
            times=_times(body),
            probability=float(_number(body, "probability", 1)),
            seconds=float(_number(body, "seconds", 2)),
        )
        return {"ok": True}

    def _answer(self, body: Row) -> Row:
        """`body` is text, or `body_base64` bytes; `times` null means always."""
        encoded = _text(body, "body_base64")
        raw = base64.b64decode(encoded, validate=True) if encoded is not None else (_text(body, "body") or "").encode()
        self._stand_in.answer(
            str(body["operation"]),
            raw,
            status=int(_number(body, "status", 200)),
            times=_times(body),
            content_type=_text(body, "content_type") or "application/json",
        )
        return {"ok": True}

    def _world(self, body: Row) -> Row:
        self._stand_in.load(body, key=_text(body, "key"))
        return {"ok": True}

    def _heal(self, _: Row) -> Row:
        self._stand_in.heal()
        return {"ok": True}

    def _reset(self, _: Row) -> Row:
        self._stand_in.reset()
        return {"ok": True}

    async def _state(self, request: Request) -> Response:
        try:
            return _json(self._stand_in.state(request.query_params.get("key")))
        except ImpossibleError as error:
            return _refused(error)

    async def _acts(self, _: Request) -> Response:
        return _json([{"act": name, "label": act.label, "hint": act.hint} for name, act in ACTS.items()])

    async def _calls(self, request: Request) -> Response:
        """With `min` and `wait` it answers once there are so many, or after so many seconds with what there is."""
        asked = request.query_params
        try:
            since, least, wait = int(asked.get("since", 0)), int(asked.get("min", 0)), float(asked.get("wait", 0))
        except ValueError as error:
            return _refused(error)
        operation, key = asked.get("operation"), asked.get("key")
        ends = asyncio.get_running_loop().time() + min(wait, LONGEST_WAIT)
        while True:
            calls = self._stand_in.calls(operation=operation, key=key, since=since)
            left = ends - asyncio.get_running_loop().time()
            if len(calls) >= least or left <= 0:
                return _json({"calls": [call.row() for call in calls]})
            try:
                await asyncio.wait_for(self._stand_in.journal.changed(), left)
            except TimeoutError:
                continue


def _post(run: Callable[[Row], Row]) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return _json(run(_object(await request.body())))
        except ImpossibleError as error:
            return _refused(error, status=409)
        except (KeyError, TypeError, ValueError, ArithmeticError, binascii.Error) as error:
            return _refused(error)

    return handle


def _object(body: bytes) -> Row:
    value = read(body or b"{}")
    if not isinstance(value, dict):
        raise TypeError("a JSON object is needed")
    return value


def _json(value: object, status: int = 200) -> Response:
    return Response(write(value), status, media_type="application/json")


def _refused(error: Exception, status: int = 400) -> Response:
    return _json({"error": f"{error.args[0] if error.args else type(error).__name__}"}, status)


def _text(body: Row, name: str) -> str | None:
    value = body.get(name)
    return None if value is None else str(value)


def _number(body: Row, name: str, usual: int) -> Decimal:
    value = body.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{name} must be a number")
    return Decimal(value)


def _times(body: Row) -> int | None:
    return None if "times" in body and body["times"] is None else int(_number(body, "times", 1))
