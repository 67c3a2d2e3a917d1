"""How the Bot API says no."""

from typing import Any


class Refusal(Exception):
    """An answer with `ok: false`: the code, the description as a client reads it, and what helps to do better."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}

    def answer(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(text: str, **parameters: Any) -> Refusal:
    """400, worded as the server words it: the first letter goes small unless `_` or a capital follows."""
    return Refusal(400, f"Bad Request: {_worded(text)}", parameters)


def forbidden(text: str) -> Refusal:
    """403: the chat does not want this bot."""
    return Refusal(403, f"Forbidden: {_worded(text)}")


def conflict(text: str) -> Refusal:
    """409: somebody else receives the updates."""
    return Refusal(409, f"Conflict: {text}")


def too_many_requests(seconds: int) -> Refusal:
    """429: come back after so many seconds."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


class NotServed(Refusal):
    """501: real Telegram could do it, this stand-in cannot, which is noted in the lint."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"Not Implemented: {what} is not served by this stand-in")
        self.what = f"{what} is not served"


def _worded(text: str) -> str:
    keeps = len(text) > 1 and (text[1] == "_" or "A" <= text[1] <= "Z")
    return text if keeps else text[:1].lower() + text[1:]
