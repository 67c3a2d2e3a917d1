"""Server-sent events for the chat page: that something changed, and where."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

_KEEP_ALIVE_S = 15.0
_BACKLOG = 1000


class Events:
    """Hands every event to every page that listens."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[dict[str, Any]]] = set()

    def publish(self, kind: str, chat: int | None, **more: Any) -> None:
        for listener in self._listeners:
            with contextlib.suppress(asyncio.QueueFull):  # a page that stopped reading
                listener.put_nowait({"kind": kind, "chat": chat, **more})

    async def stream(self) -> AsyncIterator[str]:
        """Text of an event stream, with a comment now and then so that a closed page is noticed."""
        listener: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_BACKLOG)
        self._listeners.add(listener)
        try:
            yield ": welcome\n\n"
            while True:
                yield await self._next(listener)
        finally:
            self._listeners.discard(listener)

    async def _next(self, listener: asyncio.Queue[dict[str, Any]]) -> str:
        try:
            async with asyncio.timeout(_KEEP_ALIVE_S):
                event = await listener.get()
        except TimeoutError:
            return ": still here\n\n"
        return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
