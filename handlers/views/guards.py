"""The guard of a bid on the screen: how it stands and what it would do, its terms, and the question before it acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.guard import FRESH, Action, Guard, Move, Terms
from bot.domain.guard_setting import PROPOSED_PERCENT, Basis, Bid, Term
from bot.domain.ids import GuardId, OrderId, ServerId
from bot.domain.ledger import BidChange, Cause, Ending, Result
from bot.domain.money import Money, Rates
from bot.domain.reason import Reason
from bot.domain.spot import Offer, SpotMarket
from handlers.actions import ShowOrder, ShowOrders
from handlers.guard_actions import AskGuardOn, AskGuardTerm, ShowGuard, SwitchGuardOff
from handlers.market_actions import ShowAuction
from handlers.screen import Press, Row, Screen
from handlers.views.errors import three_parts
from handlers.views.frame import Account, Failure, age, navigation, screen, title
from handlers.views.guard_words import because, ceiling, ends_when, limits, refusal, used, would
from handlers.views.html import Html, join, say, utc
from handlers.views.rental import number
from handlers.views.words import duration, exact_coin, percent, worth
from handlers.word import Word


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of the guard of one bid.

    `terms`: as they are chosen; `basis`: where they were only proposed so far. `guard`: as it stands, `None` where it was
    never on. `row`: its number; `on`, `acting`: of the row, `held`: by `/panic`. `action`: what it would do now with the
    chosen terms. `steps`: taken before, the newest first. `market`: the last reading, `None`: none. `bid`: what choices are
    made by. `fee`: percent, `coin`: of the bid.
    """

    order: OrderId
    server: ServerId
    coin: str
    fee: Decimal
    terms: Terms
    basis: Basis | None = None
    guard: Guard | None = None
    row: GuardId | None = None
    on: bool = False
    acting: bool = False
    held: bool = False
    action: Action | None = None
    steps: Sequence[Step] = ()
    market: SpotMarket | None = None
    bid: Bid | None = None
    rates: Rates | None = None
    failed: Failure | None = None

    @property
    def over(self) -> bool:
        return self.guard is not None and self.guard.over

    @property
    def pending(self) -> bool:
        """Whether other terms are in force than those that are chosen."""
        return self.on and self.guard is not None and self.guard.terms != self.terms

    @property
    def offer(self) -> Offer | None:
        return self.market.find(self.order) if self.market is not None else None


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was taken before. `result`: `None` while it is under way."""

    change: BidChange
    at: datetime
    result: Result | None = None


def guard(account: Account, shown: Shown, now: datetime, *, note: Html | None = None) -> Screen:
    """How it stands, and what it would do now. `note`: what the last press did."""
    standing = shown.guard if shown.on else None
    terms = standing.terms if standing is not None else shown.terms
    return screen(
        (
            _title(account, shown),
            bid_line(shown),
            ceiling(terms, shown.coin, shown.rates, shown.fee),
            join((limits(terms), used(standing, shown.coin, shown.rates, now) if standing is not None else None)),
            _now(shown, now),
            _chosen(shown),
            note,
            age(shown.market.read_at if shown.market else None, now, shown.rates, failed=shown.failed),
        ),
        _rows(account, shown),
        details=(
            *(step(each, now, shown.rates) for each in shown.steps),
            say(
                "It raises by readings that are at most {fresh} s old, never above its ceiling, and lowers where less holds "
                "the machine too: one step every 10 minutes. All prices are per day, before the fee.",
                fresh=int(FRESH.total_seconds()),
            ),
        ),
    )


def was_chosen(*, on: bool) -> Html:
    """What choosing it did."""
    return say("✅ Chosen. It is in force once you confirm it.") if on else say("✅ Chosen. The guard is off still.")


def switched_on(account: Account, order: OrderId, terms: Terms, coin: str, fee: Decimal, rates: Rates | None) -> Screen:
    """After the press."""
    return screen(
        (
            title("🛡", "Guard on", number(order), account),
            ceiling(terms, coin, rates, fee),
            limits(terms),
            say("It judges every new reading of the auction, also after a restart, and tells you of each step."),
        ),
        _ways(account, order),
    )


def switched_off(account: Account, order: OrderId, bid: Money | None, *, acting: bool) -> Screen:
    """By a person. `bid`: as it was read last; `acting`: a step was decided before."""
    last = None
    if acting:
        last = say("A step of it is under way: if it still arrives, I tell you.")
    elif bid is not None:
        last = say("The bid stays at {bid} a day.", bid=exact_coin(bid))
    return screen(
        (title("⚪", "Guard off", number(order), account), last, say("It takes no further step. Its terms are kept.")),
        _ways(account, order),
    )


def off_already(account: Account, order: OrderId) -> Screen:
    return screen(
        (title("⚪", "Off already", number(order), account), say("This guard was off before. Nothing was changed.")),
        _ways(account, order),
    )


def elsewhere(account: Account, order: OrderId) -> Screen:
    """Another account of this installation, in whichever chat, guards this very bid."""
    return three_parts(
        title("⛔", "Not switched on", number(order), account),
        say("This bid has a guard already, in another account or chat with the same key: two would undo each other."),
        say("Nothing was changed; the other guard goes on as it was."),
        say("Switch that one off first, where it was switched on."),
        _ways(account, order),
    )


def under_way(account: Account, order: OrderId) -> Screen:
    """A step of it, or of a lowering of this bid, was sent just now."""
    return three_parts(
        title("⛔", "Not switched on", number(order), account),
        say("A step of this bid is just under way, so the bid is not what you were asked about."),
        say("Nothing was changed."),
        say("Ask again in a minute."),
        _ways(account, order),
    )


def over(account: Account, order: OrderId) -> Screen:
    """The order has ended."""
    return three_parts(
        title("⛔", "Not switched on", number(order), account),
        say("This order is gone, so there is no bid to guard."),
        say("Nothing was changed, and nothing was rented in its place."),
        say("Place a new bid, and guard that one."),
        _ways(account, order),
    )


def lowers_itself(account: Account, order: OrderId) -> Screen:
    """A lowering was asked for, and the guard of the bid is on: both would move the same bid."""
    return three_parts(
        title("🛡", "The guard lowers it", number(order), account),
        say("The guard of this bid is on, and lowers it by itself where less holds the machine too."),
        say("No lowering was queued."),
        say("To go lower than that, switch the guard off first; its ceiling can be lowered too."),
        _ways(account, order),
    )


def step(taken: Step, now: datetime, rates: Rates | None) -> Html:
    """`2 Nov 16:00:05 UTC 0.005 → 0.006 BTC: another bid ... is higher`."""
    change, result = taken.change, taken.result
    ended = None
    if result is None:
        ended = say("under way")
    elif result.ending is Ending.UNKNOWN:
        ended = say("not confirmed")
    elif result.ending is not Ending.DONE:
        ended = join(("not taken", _refusal(result)), ": ")
    moved = say(
        "{at} {was}{price}",
        at=utc(taken.at, now),
        was=say("{was} → ", was=exact_coin(change.was)) if change.was is not None else "",
        price=exact_coin(change.price),
    )
    why = because(change.reason, rates=rates) if isinstance(change.reason, Reason) else None
    return join((join((moved, why), ": "), ended))


# Pieces


def _refusal(result: Result) -> Html | None:
    """Why a step was not taken."""
    match result.cause:
        case Cause.STEP_TOO_BIG if result.limit is not None:
            return say("CLORE.AI takes {limit} at the lowest", limit=exact_coin(result.limit))
        case Cause.TOO_LOW if result.limit is not None:
            return say("the host takes {limit} or more", limit=exact_coin(result.limit))
        case Cause.TOO_SOON if result.wait is not None:
            return say("CLORE.AI takes a lower bid after {wait}", wait=duration(result.wait))
        case Cause.CALLED_OFF:
            return say("called off by you before it left")
        case Cause.TOO_LATE:
            return say("its reading was too old when its turn came")
        case Cause.BUSY | Cause.UNREACHABLE:
            return say("CLORE.AI could not be reached")
        case Cause.OVERTAKEN:
            return say("the bid was changed meanwhile")
        case _:
            return refusal(result.detail)


def _title(account: Account, shown: Shown) -> Html:
    glyph, word = "⚪", "Guard off"
    if shown.over:
        glyph, word = "⏹", "Guard over"
    elif shown.on and shown.held:
        glyph, word = "⏹", "Guard held by /panic"
    elif shown.on and shown.guard is not None and shown.guard.stopped is not None:
        glyph, word = "🟠", "Guard stopped"
    elif shown.on:
        glyph, word = "🛡", "Guard on"
    return title(glyph, word, number(shown.order), account)


def bid_line(shown: Shown) -> Html | None:
    """Whether the bid holds its machine."""
    if shown.offer is None:
        return None
    held = "holds the machine" if shown.offer.active else "waits"
    return say("Your bid of {bid} a day {held}.", bid=worth(shown.offer.bid, shown.rates, to_the_digit=True), held=held)


def _now(shown: Shown, now: datetime) -> Html | None:
    if shown.over and shown.guard is not None and shown.guard.stopped is not None:
        return join((because(Reason(shown.guard.stopped)), ends_when(shown.guard.stopped)), ". ")
    if shown.acting:
        return say("A step of it is under way.")
    if shown.action is None:
        return None
    stopped = shown.guard.stopped if shown.on and shown.guard is not None else None
    lasting = None
    if stopped is not None and shown.action.move is not Move.STOP:
        lasting = say("It stopped: {why}.", why=because(Reason(stopped)))
    then = ends_when(shown.action.why) if shown.on and shown.action.move is Move.STOP else None
    head = "With the chosen terms it would now" if shown.pending else "Now it would" if shown.on else "On, it would now"
    does = say("{head} {does}", head=head, does=would(shown.action, now, shown.rates))
    return join((lasting, does, then), " ")


def _chosen(shown: Shown) -> Html | None:
    """Terms that are not in force, or where a proposal comes from."""
    if shown.pending:
        new = join((ceiling(shown.terms, shown.coin, shown.rates, shown.fee), limits(shown.terms)))
        return say("✏️ Chosen, not in force yet: {new}", new=new)
    match shown.basis:
        case Basis.ON_DEMAND:
            return say("Proposed: at this ceiling the bid costs what the machine costs on demand; more makes no sense.")
        case Basis.WINS:
            return say("Proposed: {percent} of what wins now.", percent=percent(Decimal(PROPOSED_PERCENT)))
        case Basis.BID:
            return say("Proposed: {percent} of your bid.", percent=percent(Decimal(PROPOSED_PERCENT)))
        case None:
            return None


def _rows(account: Account, shown: Shown) -> tuple[Row, ...]:
    order = shown.order

    def ask(text: str, term: Term) -> Press:
        return Press(text, AskGuardTerm(account.id, order, Word(term.value)))

    terms: tuple[Row, ...] = (
        (ask("💰 Ceiling…", Term.CEILING), ask("➕ Margin…", Term.MARGIN)),
        (ask("⏳ Pause…", Term.PAUSE), ask("📅 Budget…", Term.BUDGET)),
    )
    on: Row = ()
    if shown.pending:
        on = (Press("🛡 Use these terms…", AskGuardOn(account.id, order)),)
    elif not shown.on:
        on = (Press("🛡 Switch on…", AskGuardOn(account.id, order)),)
    off: Row = (Press("⚪ Switch off", SwitchGuardOff(shown.row)),) if shown.on and shown.row is not None else ()
    return (
        *(() if shown.over else (*terms, on, off)),
        (Press("🔨 Auction", ShowAuction(shown.server)), Press("Open order", ShowOrder(account.id, order))),
        navigation(ShowOrders(account.id), ShowGuard(account.id, order, fresh=True)),
    )


def _ways(account: Account, order: OrderId) -> tuple[Row, ...]:
    return (
        (Press("🛡 Guard…", ShowGuard(account.id, order)), Press("Open order", ShowOrder(account.id, order))),
        navigation(ShowOrders(account.id)),
    )
