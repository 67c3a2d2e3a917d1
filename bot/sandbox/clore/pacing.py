"""How fast a key may ask: the gap is measured from the end of the reply before."""

from dataclasses import dataclass
from typing import Final

GAP_SECONDS: Final = 1.2
CREATE_GAP_SECONDS: Final = 5.0


@dataclass(slots=True)
class _Turn:
    in_flight: int = 0
    last_reply: float = float("-inf")
    last_create: float = float("-inf")


class Pacing:
    """One turn for each key, or one for all where the service counts by address (recorded replies do not tell)."""

    def __init__(
        self, *, gap: float = GAP_SECONDS, create_gap: float = CREATE_GAP_SECONDS, shared: bool = False
    ) -> None:
        self.gap = gap
        self.create_gap = create_gap
        self.shared = shared
        self._turns: dict[str, _Turn] = {}

    def begin(self, key: str, *, creates: bool, now: float) -> float:
        """Seconds by which the request is early; 0: it may pass. `finish` must follow either way."""
        turn = self._turn(key)
        if now < turn.last_reply:  # the caller's clock was set back
            turn.last_reply = turn.last_create = float("-inf")
        wait = turn.last_reply + self.gap - now
        if creates:
            wait = max(wait, turn.last_create + self.create_gap - now)
        if turn.in_flight:
            wait = max(wait, self.gap)
        turn.in_flight += 1
        return max(0.0, wait)

    def finish(self, key: str, *, created: bool, now: float) -> None:
        """The reply has ended. `created`: a create_order that was let through."""
        turn = self._turn(key)
        turn.in_flight -= 1
        turn.last_reply = now
        if created:
            turn.last_create = now

    def _turn(self, key: str) -> _Turn:
        return self._turns.setdefault("" if self.shared else key, _Turn())
