"""The queue of updates: what gets in, how long it stays, and how a long poll waits for it."""

import asyncio
from collections import deque
from typing import Any

from bot.sandbox.telegram.refusal import conflict

Json = dict[str, Any]

LEFT_OUT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_LONGEST_POLL_S = 50
_HASTE_S = 3.0  # who asks for the same offset again within this time is made to wait as long
_KEPT = 5000  # updates that can be replayed

_OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Updates:
    """The updates of one bot. Times are the event loop's, so polling works in virtual time."""

    def __init__(self, first_id: int = 100_000_001) -> None:
        self.allowed: list[str] | None = None
        self.webhook_url = ""
        self._next_id = first_id
        self._queue: deque[Json] = deque()
        self._again: list[Json] = []
        self._known: dict[int, Json] = {}
        self._poll: asyncio.Future[bool] | None = None
        self._last_offset: int | None = None
        self._last_start = float("-inf")
        self._quiet_until = float("-inf")

    @property
    def pending(self) -> int:
        return len(self._queue) + len(self._again)

    def wants(self, kind: str) -> bool:
        """Whether an update of this kind is made at all: `allowed_updates` counts when the update happens."""
        return kind not in LEFT_OUT_BY_DEFAULT if not self.allowed else kind in self.allowed

    def emit(self, kind: str, content: Json) -> Json | None:
        """Queues an update; None when the bot did not ask for this kind."""
        if not self.wants(kind):
            return None
        update: Json = {"update_id": self._next_id, kind: content}
        self._known[self._next_id] = update
        self._next_id += 1
        self._queue.append(update)
        if len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        self._ring(found=True)
        return update

    def replay(self, update_id: int) -> bool:
        """Serves a known update once more, whatever the offset; False when it is not known."""
        if update_id not in self._known:
            return False
        self._again.append(self._known[update_id])
        self._ring(found=True)
        return True

    def drop_pending(self) -> None:
        self._queue.clear()
        self._again.clear()

    async def get(self, offset: int, limit: int, patience: float) -> list[Json]:
        """What getUpdates answers, after waiting up to `patience` seconds for something to answer with."""
        loop = asyncio.get_running_loop()
        if self.webhook_url:
            raise conflict(_WEBHOOK)
        self._ring(found=False)
        patience = self._fair(offset, min(max(patience, 0), _LONGEST_POLL_S), loop.time())
        self._confirm(offset)
        limit = limit if 1 <= limit <= 100 else 100
        if not self.pending and patience > 0:
            await self._wait(loop, patience)
            self._confirm(offset)
        return self._take(limit)

    def interrupt(self) -> None:
        """Ends a poll under way with a conflict, as setting a webhook does."""
        self._ring(found=False)

    def _fair(self, offset: int, patience: float, now: float) -> float:
        hasty = offset == self._last_offset and patience < _HASTE_S and now < self._last_start + _HASTE_S
        self._last_offset, self._last_start = offset, now
        return _HASTE_S if hasty else patience

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        while self._queue and self._queue[0]["update_id"] < offset:
            self._queue.popleft()

    def _take(self, limit: int) -> list[Json]:
        replayed, self._again = self._again[:limit], self._again[limit:]
        return replayed + list(self._queue)[: limit - len(replayed)]

    async def _wait(self, loop: asyncio.AbstractEventLoop, patience: float) -> None:
        poll = self._poll = loop.create_future()
        try:
            async with asyncio.timeout(patience):
                found = await poll
        except TimeoutError:
            return
        finally:
            if self._poll is poll:
                self._poll = None
        if not found:
            await self._refuse(loop)

    async def _refuse(self, loop: asyncio.AbstractEventLoop) -> None:
        """The first conflict is told at once, further ones within three seconds only after three seconds."""
        if loop.time() < self._quiet_until:
            await asyncio.sleep(_HASTE_S)
        else:
            self._quiet_until = loop.time() + _HASTE_S
        raise conflict(_WEBHOOK if self.webhook_url else _OTHER_POLLER)

    def _ring(self, *, found: bool) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(found)
        self._poll = None
