"""What a test or the page asks for under /sim, and why it cannot be had."""

from typing import Any

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.world import Chat, User


class Impossible(Exception):
    """Nobody can do this; `more` says what would have been possible."""

    def __init__(self, why: str, status: int = 400, **more: Any) -> None:
        super().__init__(why)
        self.status = status
        self.more = more


class Wanted(dict[str, Any]):
    """The values of a request by name; one that is missing is told to whoever asked."""

    def __missing__(self, name: str) -> Any:
        raise Impossible(f"{name} is missing")

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number out of a query string."""
        value = self[name] if default is None else self.get(name) or default
        try:
            return int(value)
        except ValueError:
            raise Impossible(f"{name} is not a number") from None


def chat_of(core: Core, number: int) -> Chat:
    chat = core.world.chats.get(number)
    if chat is None:
        raise Impossible(f"there is no chat {number}", 404)
    return chat


def user_of(core: Core, number: int) -> User:
    user = core.world.users.get(number)
    if user is None:
        raise Impossible(f"there is no user {number}", 404)
    return user
