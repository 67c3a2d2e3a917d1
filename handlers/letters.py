"""What a letter of the outbox looks like at the moment when it leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, assert_never

from bot.alerts.alert import Ended, News, Notice, Outbid
from bot.domain.announcements import (
    BatchTold,
    DeploymentTold,
    GuardTold,
    LoweringTold,
    QuietTold,
    ServerTold,
    StopTold,
    TrialTold,
)
from bot.domain.ids import MessageId
from bot.domain.ledger import BidChange, Cancellation, Cause, Creation, Ending, Result, Told
from bot.services.house import House
from bot.services.record import ANSWER, FOLLOWS
from bot.services.writes import change_of
from handlers import batches, creations, deployments, guards, listing, lowering, outbid, stops
from handlers.screen import Screen
from handlers.views import alert_settings as alert_setting_views
from handlers.views import alerts as alert_views
from handlers.views import bids as bid_views
from handlers.views import errors as error_views
from handlers.views import outcome as views
from handlers.views import quiet as quiet_views
from handlers.views.errors import Untouched
from handlers.views.outbid import ALONE
from storage.accounts import Account
from storage.codec import decode
from storage.ledger import Entry
from storage.letters import Letter

BUSY_WAIT: Final = timedelta(seconds=30)
"""Where CLORE.AI does not say how long it wants to be left alone."""

_AGAIN: Final = frozenset({News.REPEATED, News.WOKEN})
"""News that take the place of the message before them."""


class Letters:
    """Renders letters and says which message they change; knows nothing of Telegram."""

    def __init__(self, house: House) -> None:
        self._house = house

    def render(self, letter: Letter) -> Screen | None:
        """The screen; `None` where there is nothing left to tell (its account is gone)."""
        account = self._house.store.accounts.get(letter.chat, letter.account) if letter.account is not None else None
        if letter.kind == "plain":
            return self._plain(letter, account)
        if account is None:
            return None
        match letter.kind:
            case "notice":
                return self._notice(letter.notice(), account)
            case "outcome":
                return self._outcome(letter, account)
        assert_never(letter.kind)

    def target(self, letter: Letter) -> MessageId | None:
        """The message that this letter changes; `None`: it is a message of its own."""
        if letter.edits is not None or letter.episode is None:
            return letter.edits
        if letter.kind == "outcome" or (letter.kind == "plain" and self._follows(letter)):
            return self._latest(letter)
        if letter.kind != "notice" or letter.notice().news not in FOLLOWS or letter.once.endswith(ANSWER):
            return None
        return self._latest(letter)

    def answered(self, letter: Letter) -> MessageId | None:
        """The message that a letter of its own is an answer to: that of the episode before it; what only repeats, the first."""
        if letter.kind != "notice" or letter.episode is None:
            return None
        if letter.notice().news in _AGAIN:
            told = self._house.store.outbox.delivered(letter.chat, letter.episode)
            return told[0].message if told else None
        return self._latest(letter)

    def replaced(self, letter: Letter) -> MessageId | None:
        """The message whose buttons go once this letter stands in the chat: it repeats it."""
        repeats = letter.kind == "notice" and letter.notice().news in _AGAIN
        return self._latest(letter) if repeats else None

    def _follows(self, letter: Letter) -> bool:
        told = letter.announcement()
        return guards.follows(self._house, letter, told) if isinstance(told, GuardTold) else deployments.follows(told)

    def _latest(self, letter: Letter) -> MessageId | None:
        told = self._house.store.outbox.delivered(letter.chat, letter.episode or "")
        return told[-1].message if told else None

    def _plain(self, letter: Letter, account: Account | None) -> Screen | None:
        match letter.announcement():
            case ServerTold() as told:
                return listing.letter(self._house, letter.chat, told)
            case DeploymentTold() as told if account is not None:
                return deployments.letter(self._house, account, told)
            case StopTold() as told if account is not None:
                return stops.letter(self._house, account, told)
            case LoweringTold() as told if account is not None:
                return lowering.letter(self._house, account, told)
            case GuardTold() as told if account is not None:
                return guards.letter(self._house, account, letter, told)
            case BatchTold() as told if account is not None:
                return batches.letter(self._house, account, told)
            case TrialTold(at=at) if account is not None:
                return alert_setting_views.trial(account, at)
            case QuietTold() as told:
                return quiet_views.summary(told, self._house.clock())
            case _:
                return None

    def _notice(self, notice: Notice, account: Account) -> Screen:
        facts = notice.facts
        known = outbid.beside(self._house, account, notice, facts.order) if isinstance(facts, Outbid | Ended) else ALONE
        guard = guards.line(self._house, account, facts.order.id) if isinstance(facts, Outbid) else None
        by = self._house.store.chats.get(account.chat).title if notice.acked_by or notice.snoozed_by else ""
        return alert_views.alert(notice, account, self._house.clock(), beside=known, guard=guard, by=by)

    def _outcome(self, letter: Letter, account: Account) -> Screen | None:
        entry = self._house.store.ledger.get(decode(Told, letter.body).entry)
        if entry is None:
            return None
        result = decode(Result, entry.result) if entry.result is not None else None
        match change_of(entry):
            case Cancellation() as cancellation:
                return self._cancellation(account, cancellation, result)
            case BidChange() as change:
                return self._bid_change(account, change, entry, result)
            case Creation() as creation:
                return creations.letter(self._house, account, creation, entry, result, letter.once)

    def _cancellation(self, account: Account, change: Cancellation, result: Result | None) -> Screen:
        order, now = change.order, self._house.clock()
        if result is None:
            return views.working_on_cancel(account, order)
        read_at = self._read_at(account)
        match result.ending:
            case Ending.DONE:
                again = deployments.next_candidate(self._house, account, order) if change.issue else None
                return views.cancelled(account, order, now, read_at=read_at or now, spent=result.spent, again=again)
            case Ending.UNKNOWN:
                if result.cause is Cause.STILL_LISTED:
                    return views.still_listed(account, order, now, read_at=read_at or now)
                return views.cancel_unknown(account, order)
            case Ending.ABANDONED:
                off = result.cause is Cause.CALLED_OFF
                return views.interrupted(account, order, f"cancel order {order}", called_off=off)
            case Ending.REFUSED:
                trouble = _not_carried_out(account, result, Untouched.CANCEL)
                return trouble or views.cancel_refused(account, order, result.detail)
        assert_never(result.ending)

    def _bid_change(self, account: Account, change: BidChange, entry: Entry, result: Result | None) -> Screen:
        order, price, now = change.order, change.price, self._house.clock()
        if result is None:
            return views.working_on_bid(account, order, price)
        match result.ending:
            case Ending.DONE:
                return views.bid_done(
                    account,
                    order,
                    price,
                    now,
                    active={Cause.HOLDS: True, Cause.WAITS: False}.get(result.cause),
                    holder=result.limit,
                    on_demand=self._house.market.on_demand(change.server),
                    read_at=entry.ended_at,
                    rates=self._house.rates,
                )
            case Ending.UNKNOWN | Ending.REFUSED if result.cause is Cause.NO_OFFER:
                return bid_views.vanished(account, order, entry.ended_at, now)
            case Ending.UNKNOWN:
                return views.bid_unknown(account, order, price, result.limit)
            case Ending.ABANDONED:
                return views.interrupted(account, order, f"change the bid of order {order} to {price}")
            case Ending.REFUSED:
                trouble = _not_carried_out(account, result, Untouched.BID)
                return trouble or self._bid_refused(account, change, result, entry)
        assert_never(result.ending)

    def _bid_refused(self, account: Account, change: BidChange, result: Result, entry: Entry) -> Screen:
        order, price = change.order, change.price
        match result.cause:
            case Cause.STEP_TOO_BIG if result.limit is not None:
                return bid_views.step_too_big(account, order, price, result.limit, entry.id)
            case Cause.TOO_SOON if result.wait is not None:
                return bid_views.too_soon(account, order, price, result.wait, self._house.clock(), entry.id)
            case Cause.TOO_LOW:
                return bid_views.too_low(account, order, price, result.limit)
            case Cause.OVERTAKEN if result.limit is not None:
                return bid_views.overtaken(account, order, price, result.limit)
            case _:
                return views.bid_refused(account, order, price, result.detail)

    def _read_at(self, account: Account) -> datetime | None:
        last = self._house.feeds.of(account.key).last
        return last.orders_at if last else None


def _not_carried_out(account: Account, result: Result, untouched: Untouched) -> Screen | None:
    """Refusals that are the same for every change."""
    match result.cause:
        case Cause.KEY_REJECTED:
            return error_views.key_rejected(account, untouched)
        case Cause.BUSY:
            return error_views.rate_limited(untouched, result.wait or BUSY_WAIT, None, account=account)
        case Cause.UNREACHABLE:
            return error_views.unavailable(untouched, None, account=account)
        case _:
            return None
