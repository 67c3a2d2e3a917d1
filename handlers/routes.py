"""Which subject answers what: every action, command and typed text has its one place here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from bot.domain.ids import DraftId, MessageId, OrderId, ServerId, TelegramChatId, UserId
from bot.services.connect import find_key
from bot.services.desk import Desk
from bot.services.house import House
from handlers import (
    accounts,
    asked,
    batches,
    bids,
    cheaper,
    deployments,
    forget,
    inline,
    listing,
    market,
    marks,
    orders,
    rent,
    replies,
    servers,
    status,
    stops,
    templates,
    wallet,
)
from handlers.actions import (
    AccountAction,
    Action,
    AskCancel,
    AskForget,
    AskPrice,
    AskRaise,
    AskReport,
    Close,
    Confirm,
    Connect,
    Decline,
    Home,
    Nothing,
    RemoveAccount,
    RenameAccount,
    ReplaceKey,
    ShowAccount,
    ShowAccounts,
    ShowDeposits,
    ShowOrder,
    ShowOrders,
    ShowPastOrders,
    ShowServers,
    ShowStatus,
    ShowWallets,
    TestKey,
    UseAccount,
    decode,
)
from handlers.commands import COMMANDS, WRITES, find
from handlers.confirming import Confirming
from handlers.guest import Guest
from handlers.market_actions import (
    BlockOwner,
    BlockServer,
    MarketAction,
    MarkFavourite,
    ShowCheaper,
    ShowServer,
    WatchServer,
)
from handlers.rent_actions import (
    AskRent,
    BatchAction,
    CancelWithReport,
    DeploymentAction,
    NextCandidate,
    ProbeNow,
    RentAction,
    RentAgain,
    StartRent,
    StopAction,
    TemplateAction,
)
from handlers.replies import (
    BatchWanted,
    KeyWanted,
    NameWanted,
    PriceWanted,
    ReportWanted,
    SearchWanted,
    StepWanted,
    StopWanted,
    TemplateWanted,
)
from handlers.screen import Press, Screen, Toast
from handlers.views import cancel as cancel_views
from handlers.views import draft as draft_views
from handlers.views import errors as error_views
from handlers.views import files as file_views
from handlers.views import keys as key_views
from handlers.views import start as start_views
from handlers.views import steps as step_views
from handlers.views import toasts
from handlers.visit import Answer, Arrival, Command, Decision, Deletion, InlineAnswer, Leave, Secret
from storage.errors import NotFound

STALE_AFTER: Final = timedelta(seconds=60)
"""A command that leads to a change is not acted on when it is older: its sender has long looked elsewhere."""

LINE_SECONDS: Final = 120
"""How long a line of ours stands in a group."""

_GROUP_LINES: Final[dict[str, Callable[[str | None], Screen]]] = {
    "start": start_views.group_start,
    "help": start_views.group_help,
    "connect": start_views.group_connect,
}

_ANYWHERE: Final = (Home, Connect, Close, Nothing)
"""What may be pressed in a chat that nothing is known of (any more)."""


class FrontDoor:
    """Implements `Routes`. `bot_link`: the address that opens the private chat; `bot_address`: the bot's own."""

    def __init__(self, house: House, bot_link: str | None = None) -> None:
        self._house = house
        self._confirming = Confirming(house)
        self.bot_link = bot_link
        self.bot_address: str | None = None

    # What Telegram's edge asks without waiting

    def secret_in(self, arrival: Arrival, text: str, *, answers: bool) -> Secret | None:
        return asked.secret_in(self._house, arrival, text, answers=answers)

    def takes_file(self, arrival: Arrival) -> int | None:
        return asked.takes_file(self._house, arrival)

    def decide(self, arrival: Arrival, data: str) -> Decision:
        action = decode(data)
        if not self._may(arrival.user) or arrival.user is None:
            return Decision(toasts.NOT_ALLOWED)
        if not arrival.private:
            return Decision(toasts.PRIVATE_ONLY)
        if self._house.store.chats.find(arrival.chat) is None and not isinstance(action, _ANYWHERE):
            return Decision(toasts.UNKNOWN_BUTTON)
        guest = self._guest(arrival, arrival.user)
        account = getattr(action, "account", None)
        if account is not None and guest.desk(account) is None:
            return Decision(toasts.NO_SUCH_ACCOUNT)
        match action:
            case Nothing():
                return Decision(toasts.PAGE)
            case Confirm():
                return self._confirming.confirm(guest, action)
            case Decline():
                return self._confirming.decline(guest, action)
            case MarkFavourite() | WatchServer() | BlockServer() | BlockOwner():
                return Decision(marks.toast(guest, action), action)
            case (
                AskCancel()
                | AskRaise()
                | AskPrice()
                | TestKey()
                | CancelWithReport()
                | ProbeNow()
                | StartRent()
                | AskRent()
                | NextCandidate()
                | RentAgain()
            ):
                return Decision(toasts.READING, action)
            case _:
                return Decision(toasts.READING if getattr(action, "fresh", False) else Toast(), action)

    def shown(self, arrival: Arrival, screen: Screen, message: MessageId) -> None:
        store = self._house.store
        chat = store.chats.find(arrival.chat)
        if chat is None or arrival.user is None:
            return
        if screen.reveals is not None:
            store.deployments.forget_secrets(screen.reveals)
        if screen.asks:
            store.questions.set_message(chat.id, arrival.user, message)
        for action in _actions(screen):
            if isinstance(action, Confirm):
                store.confirmations.set_message(action.token, message)

    def unreachable(self, chat: TelegramChatId, why: str) -> None:
        if found := self._house.store.chats.find(chat):
            self._house.store.chats.pause(found.id, why, self._house.clock())

    def reachable(self, chat: TelegramChatId) -> None:
        if found := self._house.store.chats.find(chat):
            self._house.store.chats.resume(found.id)

    def migrated(self, old: TelegramChatId, new: TelegramChatId) -> None:
        self._house.store.chats.migrate(old, new)

    def commands(self) -> tuple[Command, ...]:
        return COMMANDS

    # What may take a few seconds

    async def pressed(self, arrival: Arrival, decision: Decision) -> Answer:
        if decision.answer is not None or decision.action is None or arrival.user is None:
            return decision.answer
        guest = self._guest(arrival, arrival.user)
        self._leave_question(guest)
        answer = await self._answered(guest, self._respond(guest, decision.action))
        if isinstance(answer, Screen) and (self._is_alert(guest) or self._lives_on(guest, decision.action)):
            return replace(answer, apart=True)
        return answer

    async def command(self, arrival: Arrival, name: str, arguments: str, *, deleted: Deletion | None) -> Answer:
        if not arrival.private:
            return self._in_group(arrival, name, deleted)
        if arrival.user is None or not self._may(arrival.user):
            return error_views.not_allowed()
        guest = self._guest(arrival, arrival.user)
        if name != "cancel" and self._step_of_draft(guest) is not None:
            replies.done(guest)  # another command leaves the step; /rent goes on with the draft
        if name in WRITES and arrival.sent_at is not None and guest.now - arrival.sent_at > STALE_AFTER:
            return error_views.sent_while_away(name, arrival.sent_at, guest.now)
        if deleted is not None and deleted.of is Secret.PRIVATE_KEY:
            return key_views.private_key(deleted=deleted.done)
        if deleted is not None:
            return await self._answered(guest, self._key_in(guest, name, arguments, deleted=deleted.done))
        return await self._answered(guest, self._command(guest, name, arguments.strip()))

    async def typed(self, arrival: Arrival, text: str, *, deleted: Deletion | None) -> Answer:
        if not arrival.private:
            return None if deleted is None else self._secret_in_group(deleted)
        if arrival.user is None or not self._may(arrival.user):
            return error_views.not_allowed()
        guest = replace(self._guest(arrival, arrival.user), deleted=None if deleted is None else deleted.done)
        return await self._answered(guest, self._typed(guest, text, secret=None if deleted is None else deleted.of))

    async def inline(self, user: UserId, text: str) -> InlineAnswer:
        """Where only some people are served, what one of them is answered must not be given to others."""
        personal = bool(self._house.allowed)
        if not self._may(user):
            return InlineAnswer(personal=personal)
        return await inline.inline(self._house, text, link=self.bot_address, personal=personal)

    async def _typed(self, guest: Guest, text: str, *, secret: Secret | None) -> Answer:
        question = self._house.store.questions.find(guest.chat.id, guest.user, guest.now)
        wanted = replies.wanted(question) if question else None
        desk = guest.desk(question.account) if question and question.account is not None else None
        if secret in {Secret.PRIVATE_KEY, Secret.ANSWER} and not isinstance(wanted, StepWanted | TemplateWanted):
            late = secret is Secret.ANSWER
            return step_views.too_late(deleted=guest.deleted) if late else key_views.private_key(deleted=guest.deleted)
        if secret is Secret.API_KEY or isinstance(wanted, KeyWanted):
            name = wanted.name if isinstance(wanted, KeyWanted) else None
            replaces = desk if isinstance(wanted, KeyWanted) else None
            return await accounts.key_typed(guest, text, deleted=guest.deleted, name=name, replaces=replaces)
        if asked.is_cut(self._house, guest.arrival, text):
            return file_views.with_deletion(file_views.cut(), deleted=guest.deleted)
        match wanted:
            case NameWanted() if desk is not None:
                return accounts.name_typed(guest, desk, text)
            case PriceWanted(order=order) if desk is not None:
                return await _of(guest, desk, bids.price_typed(guest, desk, order, text))
            case ReportWanted(order=order) if desk is not None:
                return await _of(guest, desk, orders.report_typed(guest, desk, order, text))
            case SearchWanted():
                return await market.typed(guest, wanted, text)
            case StepWanted():
                return await rent.typed(guest, wanted, text)
            case TemplateWanted():
                return await templates.typed(guest, wanted, text)
            case StopWanted() if desk is not None:
                return await _of(guest, desk, stops.typed(guest, desk, wanted, text))
            case BatchWanted():
                return await batches.typed(guest, wanted, text)
            case _:
                return self._help(guest)

    def _left(self, guest: Guest) -> Screen:
        """`/cancel` without a number."""
        draft = self._step_of_draft(guest)
        if not replies.done(guest):
            return cancel_views.nothing_to_leave()
        return cancel_views.left() if draft is None else draft_views.parked(draft)

    def _step_of_draft(self, guest: Guest) -> DraftId | None:
        """The draft of which a step is asked for."""
        question = self._house.store.questions.find(guest.chat.id, guest.user, guest.now)
        wanted = replies.wanted(question) if question else None
        return wanted.draft if isinstance(wanted, StepWanted) else None

    async def _answered(self, guest: Guest, answering: Awaitable[Answer]) -> Answer:
        """The answer; silence where the chat was forgotten meanwhile, a line where the account was removed."""
        try:
            answer = await answering
        except NotFound:
            answer = toasts.NO_SUCH_ACCOUNT
        here = self._house.store.chats.find(guest.arrival.chat)
        return answer if here is not None and here.id == guest.chat.id else None

    def _leave_question(self, guest: Guest) -> None:
        """A press on the screen that asks takes that screen away, and its question with it."""
        question = self._house.store.questions.find(guest.chat.id, guest.user, guest.now)
        if question is not None and question.message == guest.arrival.message:
            replies.done(guest)

    async def _respond(self, guest: Guest, action: Action) -> Answer:
        """Searching and renting answer for themselves: they are not about one account, or find it in their row."""
        if isinstance(action, ShowCheaper):
            return await cheaper.respond(guest, action)
        if isinstance(action, MarketAction):
            return await market.respond(guest, action)
        if isinstance(action, RentAction):
            return await rent.respond(guest, action)
        if isinstance(action, TemplateAction):
            return await templates.respond(guest, action)
        if isinstance(action, DeploymentAction):
            return await deployments.respond(guest, action)
        if isinstance(action, StopAction):
            return await stops.respond(guest, action)
        if isinstance(action, BatchAction):
            return await batches.respond(guest, action)
        match action:
            case Home():
                return self._help(guest)
            case Close():
                return Leave()
            case Connect():
                return accounts.ask_key(guest)
            case ShowAccounts(page=page):
                return accounts.show_accounts(guest, page)
            case ShowStatus():
                return status.show_status(guest)
            case AskForget():
                return forget.ask_forget(guest)
            case Nothing() | Confirm() | Decline():
                return None  # `decide` has done all there is to do
            case _:
                desk = guest.desk(action.account)
                return toasts.NO_SUCH_ACCOUNT if desk is None else await self._at(guest, desk, action)

    async def _at(self, guest: Guest, desk: Desk, action: AccountAction) -> Answer:
        return await _of(guest, desk, self._answer_at(guest, desk, action))

    async def _answer_at(self, guest: Guest, desk: Desk, action: AccountAction) -> Answer:
        match action:
            case ShowAccount():
                return accounts.show_account(guest, desk)
            case UseAccount():
                return accounts.use_account(guest, desk)
            case RenameAccount():
                return accounts.ask_name(guest, desk)
            case ReplaceKey():
                return accounts.ask_replacement(guest, desk)
            case TestKey():
                return await accounts.test_key(desk)
            case RemoveAccount():
                return accounts.ask_removal(guest, desk)
            case ShowWallets():
                return await wallet.show_wallets(guest, desk, action)
            case ShowDeposits():
                return await wallet.show_deposits(guest, desk, action)
            case ShowOrders():
                return await orders.show_orders(guest, desk, action)
            case ShowPastOrders():
                return await orders.show_past_orders(guest, desk, action)
            case ShowOrder():
                return await orders.show_order(guest, desk, action)
            case AskCancel():
                return await orders.ask_cancel(guest, desk, action)
            case AskReport():
                return await orders.ask_report(guest, desk, action)
            case AskRaise():
                return await bids.ask_raise(guest, desk, action)
            case AskPrice():
                return await bids.ask_price(guest, desk, action)
            case ShowServers():
                return await servers.show_servers(guest, desk, action)
        assert_never(action)

    async def _command(self, guest: Guest, name: str, arguments: str) -> Answer:
        match name:
            case "start" if server := _linked_server(arguments):
                return await listing.show_server(guest, ShowServer(server))
            case "start" | "help":
                return self._help(guest)
            case "connect":
                return accounts.ask_key(guest, arguments or None)
            case "accounts":
                return accounts.show_accounts(guest)
            case "status":
                return status.show_status(guest)
            case "forget":
                return forget.ask_forget(guest)
            case "market":
                return await market.command(guest, arguments)
            case "server":
                return await listing.command(guest, arguments)
            case "rent":
                return await rent.command(guest, arguments)
            case "templates":
                return await templates.command(guest)
            case "cancel" if not arguments:
                return self._left(guest)
            case _:
                pass
        desk = guest.default_desk()
        if desk is None:
            return error_views.no_account()
        return await self._command_at(guest, desk, name, arguments)

    async def _command_at(self, guest: Guest, desk: Desk, name: str, arguments: str) -> Answer:
        account = desk.account.id
        match name:
            case "wallets":
                return await self._at(guest, desk, ShowWallets(account))
            case "orders":
                return await self._at(guest, desk, ShowOrders(account))
            case "servers":
                return await self._at(guest, desk, ShowServers(account))
            case "order" | "cancel" | "bid":
                return await self._command_on_order(guest, desk, name, arguments)
            case _:
                raise ValueError(f"the command {name} is in the table and nothing answers it")

    async def _command_on_order(self, guest: Guest, desk: Desk, name: str, arguments: str) -> Answer:
        number, _, rest = " ".join(arguments.split()).partition(" ")
        order = _order_number(number)
        command = find(name)
        assert command is not None
        rentals = (Press("📋 Rentals", ShowOrders(desk.account.id)),)
        if order is None:
            problem = f"{number[:20]} is no order number" if number else "An order's number is missing"
            return error_views.bad_arguments(command, f"{problem}: digits, as the list of rentals shows them.", rentals)
        if rest and name != "bid":
            return error_views.bad_arguments(command, "There is more after the number than I understand.", rentals)
        desk = await orders.desk_of(guest, order, desk)
        match name:
            case "order":
                return await self._at(guest, desk, ShowOrder(desk.account.id, order))
            case "cancel":
                return await self._at(guest, desk, AskCancel(desk.account.id, order))
            case _ if rest:
                return await _of(guest, desk, bids.price_typed(guest, desk, order, rest))
            case _:
                return await self._at(guest, desk, AskPrice(desk.account.id, order))

    async def _key_in(self, guest: Guest, name: str, arguments: str, *, deleted: bool) -> Answer:
        """A command with a key in it: only `/connect` may bring one; any other is answered as if the key had been typed."""
        key = find_key(arguments) or ""
        words = [word for word in arguments.split() if word != key]
        account_name = " ".join(words) if name == "connect" and words else None
        return await accounts.key_typed(guest, key or arguments, deleted=deleted, name=account_name, replaces=None)

    def _secret_in_group(self, deleted: Deletion) -> Screen:
        if deleted.of is Secret.PRIVATE_KEY:
            return key_views.private_key(deleted=deleted.done)
        return key_views.in_group(deleted=deleted.done, link=self.bot_link)

    def _in_group(self, arrival: Arrival, name: str, deleted: Deletion | None) -> Answer:
        """No account is bound to a group in this version: one line, which goes by itself."""
        if deleted is not None:
            return self._secret_in_group(deleted)
        line = _GROUP_LINES.get(name)
        if line is None:
            return None
        # Its row: what is to vanish stands in a table, so that a restart forgets none.
        self._house.store.chats.of(arrival.chat, arrival.kind, arrival.title, self._house.clock())
        return replace(line(self.bot_link), vanishes_after=LINE_SECONDS)

    def _help(self, guest: Guest) -> Screen:
        desk = guest.default_desk()
        return start_views.welcome() if desk is None else start_views.help_(COMMANDS, desk.account)

    def _may(self, user: UserId | None) -> bool:
        return asked.may(self._house, user)

    def _guest(self, arrival: Arrival, user: UserId) -> Guest:
        """Who writes or presses can be reached, whatever was thought before."""
        now = self._house.clock()
        chat = self._house.store.chats.of(arrival.chat, "private", arrival.title, now)
        if chat.state == "paused":
            self._house.store.chats.resume(chat.id)
        return Guest(arrival, chat, user, now, self._house)

    def _lives_on(self, guest: Guest, action: Action) -> bool:
        """A message that follows a new rental goes on doing so, unless the press was about that."""
        message = guest.arrival.message
        if message is None or isinstance(action, DeploymentAction):
            return False
        return deployments.lives_in(self._house, guest, message)

    def _is_alert(self, guest: Guest) -> bool:
        message = guest.arrival.message
        return message is not None and self._house.store.outbox.is_notice(guest.chat.id, message)


async def _of(guest: Guest, desk: Desk, answering: Awaitable[Answer]) -> Answer:
    """The answer; of an account that was removed while CLORE.AI was asked nothing is shown."""
    answer = await answering
    return answer if guest.desk(desk.account.id) else toasts.NO_SUCH_ACCOUNT


def _actions(screen: Screen) -> list[Action]:
    return [button.action for row in screen.rows for button in row if isinstance(button, Press)]


def _linked_server(payload: str) -> ServerId | None:
    """The server that a link of the inline mode opens: `/start s123`."""
    return listing.number_of(payload[1:]) if payload.startswith("s") else None


def _order_number(text: str) -> OrderId | None:
    digits = text.removeprefix("#")
    return OrderId(int(digits)) if digits.isascii() and digits.isdecimal() and len(digits) <= 18 else None
