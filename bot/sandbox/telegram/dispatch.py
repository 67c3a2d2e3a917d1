"""Carries out one call of the bot: decode, faults, the method itself, the check of the answer, the log."""

import asyncio
import inspect
import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.files import Upload
from bot.sandbox.telegram.methods.table import SERVED
from bot.sandbox.telegram.query import Query, decode
from bot.sandbox.telegram.refusal import NotServed, Refusal
from bot.sandbox.telegram.spec import Method
from bot.sandbox.telegram.world import Json

_DROPPED: Json = {"ok": False, "error_code": 0, "description": "the connection was dropped before the call"}


async def carry_out(core: Core, name: str, raw: Mapping[str, Any], files: dict[str, Upload]) -> Json | None:
    """The body of the answer; None when a fault drops the connection."""
    method = core.spec.methods.get(name.lower())
    if method is None:
        core.note(name, "unknown method")
        body = Refusal(404, "Not Found: method not found").answer()
        core.calls.add(core.time(), name, dict(raw), body)
        return body
    try:
        query = decode(core.spec, method, raw, files)
    except Refusal as refusal:
        core.calls.add(core.time(), method.name, _printable(raw), refusal.answer())
        return refusal.answer()
    fault = core.faults.strike(method.name, query.params)
    return await _answer(core, query) if fault is None else await _struck(core, query, fault)


def _printable(raw: Mapping[str, Any]) -> Json:
    """Parameters that could not be decoded, for the log: half characters become question marks."""
    printable: Json = json.loads(json.dumps(dict(raw), ensure_ascii=False).encode("utf-8", "replace"))
    return printable


async def _struck(core: Core, query: Query, fault: Fault) -> Json | None:
    """A fault comes before the call, or, with `after`, between the call and its answer."""
    refusal = fault.refusal()
    if fault.after:
        await _answer(core, query, lost=fault.drop or refusal is not None)
        await asyncio.sleep(fault.delay)
        return None if fault.drop or refusal is None else refusal.answer()
    await asyncio.sleep(fault.delay)
    if fault.drop:
        core.calls.add(core.time(), query.method.name, query.shown(), _DROPPED)
        return None
    if refusal is None:
        return await _answer(core, query)
    core.calls.add(core.time(), query.method.name, query.shown(), refusal.answer())
    return refusal.answer()


async def _answer(core: Core, query: Query, *, lost: bool = False) -> Json:
    came = core.time()
    try:
        body: Json = {"ok": True, "result": await _result(core, query)}
    except Refusal as refusal:
        body = refusal.answer()
        if isinstance(refusal, NotServed):
            query.lint.append(refusal.what)
    for what in query.lint:
        core.note(query.method.name, what)
    core.calls.add(came, query.method.name, query.shown(), body, lost=lost)
    return body


async def _result(core: Core, query: Query) -> Any:
    served = SERVED.get(query.method.name)
    if served is None:
        raise NotServed(f"method {query.method.name}")
    query.refuse_unserved()
    result = served(core, query)
    if inspect.isawaitable(result):
        result = await result
    _check(core, query.method, result)
    return result


def _check(core: Core, method: Method, result: Any) -> None:
    for problem in core.spec.check(result, method.returns, "result"):
        core.note(method.name, f"the stand-in's own answer: {problem}")
