"""The state of one stand-in: the world, the queue, the limits, and what was noted about the bot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.sandbox.telegram.calls import CallLog
from bot.sandbox.telegram.commands import Commands
from bot.sandbox.telegram.events import Events
from bot.sandbox.telegram.faults import Faults
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.flood import Flood
from bot.sandbox.telegram.queries import Queries
from bot.sandbox.telegram.spec import Spec, bot_api
from bot.sandbox.telegram.updates import Updates
from bot.sandbox.telegram.world import Chat, Json, User, World

_LINT_KEPT = 1000


class Core:
    """Everything that `reset` forgets, and the settings that it does not."""

    def __init__(
        self,
        token: str,
        *,
        now: Callable[[], float],
        username: str,
        name: str,
        privacy: bool,
        inline: bool,
        callback_life: float,
        log_file: Path | None,
    ) -> None:
        self.token = token
        self.spec: Spec = bot_api()
        self.privacy = privacy
        self.inline = inline
        self.callback_life = callback_life
        self.events = Events()
        self._now = now
        self._username = username
        self._name = name
        self.calls = CallLog(log_file)
        self.reset()

    def reset(self) -> None:
        """A new Telegram, in which nobody has met the bot."""
        bot = User(int(self.token.partition(":")[0]), self._name, username=self._username, is_bot=True)
        self.ahead = 0.0
        self.world = World(bot)
        self.updates = Updates()
        self.flood = Flood()
        self.faults = Faults()
        self.files = Files()
        self.commands = Commands()
        self.queries = Queries()
        self.toasts: list[Json] = []
        self.lint: list[Json] = []
        self.texts: dict[tuple[str, str], str] = {}  # (name, description or short_description; language)
        self.menu_buttons: dict[int | None, Json] = {}
        self.calls.clear()

    @property
    def bot(self) -> User:
        return self.world.bot

    def time(self) -> float:
        """Unix seconds on the stand-in's clock."""
        return self._now() + self.ahead

    def me(self) -> Json:
        """The bot as getMe shows it."""
        return self.bot.wire() | {
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": self.inline,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": False,
            "supports_guest_queries": False,
            "supports_join_request_queries": False,
        }

    def note(self, method: str, what: str) -> None:
        """Adds to what a test finds at its end."""
        if len(self.lint) < _LINT_KEPT:
            self.lint.append({"method": method, "what": what})

    def emit(self, kind: str, content: Json) -> int | None:
        """Makes an update, after the check that Telegram could have made it; its number, None if the bot wants none."""
        update = self.updates.emit(kind, content)
        if update is None:
            return None
        for problem in self.spec.check(update, ("Update",)):
            self.note("Update", f"the stand-in's own update: {problem}")
        return int(update["update_id"])

    def known_user(self, number: int) -> Json | None:
        user = self.world.users.get(number)
        return user.wire() if user is not None else None

    def changed(self, kind: str, chat: Chat, **more: Any) -> None:
        """Tells the pages that look at this chat."""
        self.events.publish(kind, chat.id, **more)
