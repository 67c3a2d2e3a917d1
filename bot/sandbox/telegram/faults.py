"""Faults that are asked for: errors, delays, and answers that are lost before or after the call was carried out."""

import json
from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram.refusal import Refusal, too_many_requests

Json = dict[str, Any]

_TEXTS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(slots=True)
class Fault:
    """Strikes the next `times` calls that match. `after` means: carry the call out, then lose the answer."""

    method: str | None = None
    chat_id: int | str | None = None
    text: str | None = None
    times: int = 1
    code: int | None = None
    description: str | None = None
    delay: float = 0.0  # seconds
    drop: bool = False
    retry_after: int | None = None
    after: bool = False

    def matches(self, method: str, params: Json) -> bool:
        if self.times < 1 or (self.method and self.method.lower() != method.lower()):
            return False
        if self.chat_id is not None and params.get("chat_id") != self.chat_id:
            return False
        return self.text is None or self.text in json.dumps(params, ensure_ascii=False)

    def refusal(self) -> Refusal | None:
        """The error to answer with; None when the fault only delays or drops."""
        if self.retry_after is not None:
            return too_many_requests(self.retry_after)
        code = self.code or (502 if self.after and not self.drop else None)
        return None if code is None else Refusal(code, self.description or _TEXTS.get(code, f"Error {code}"))


class Faults:
    """The faults that wait for their call, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def strike(self, method: str, params: Json) -> Fault | None:
        """The fault that hits this call, which uses it up once."""
        hit = next((fault for fault in self.waiting if fault.matches(method, params)), None)
        if hit is not None:
            hit.times -= 1
            self.waiting = [fault for fault in self.waiting if fault.times > 0]
        return hit
