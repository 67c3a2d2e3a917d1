"""Stop conditions of one rental: what is set, what can be set, and what is told when one comes near, acts or fails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from bot.domain.ids import OrderId, ServerId, StopId
from bot.domain.ledger import Cause, Result
from bot.domain.money import USD, Money, Rates, symbol
from bot.domain.rental import Order
from bot.domain.stop_setting import Preset, StopProblem
from bot.domain.stops import AtCost, AtRunway, AtTime, Condition, Outlook
from handlers.actions import AskCancel, AskLift, ShowOrder, ShowOrders
from handlers.rent_actions import AskStop, ChooseStop, DropStop, ExtendStop, ShowStops
from handlers.screen import Press, Row, Screen
from handlers.views.frame import Account, Failure, age, in_pairs, label, navigation, screen, title
from handlers.views.html import Html, code, deadline, join, say, when
from handlers.views.rental import machine, number
from handlers.views.words import coin, duration, exact_coin, lasts, worth
from handlers.word import Word

TIME: Final = Word("time")
COST: Final = Word("cost")
RUNWAY: Final = Word("runway")

PROBLEMS: Final[dict[StopProblem, str]] = {
    StopProblem.NOT_A_TIME: "That is no time that I understand.",
    StopProblem.PAST: "That time is over.",
    StopProblem.AFTER_END: "The rental ends by itself before that.",
    StopProblem.NOT_AN_AMOUNT: "That is no amount that I understand.",
    StopProblem.NO_COIN: "That has no coin: write usd, or the rental's own coin, behind the number.",
    StopProblem.OTHER_COIN: "The rental is paid in another coin.",
    StopProblem.NO_RATE: "What a dollar is in this coin is not known now.",
    StopProblem.SPENT: "It has cost that much already, so this would cancel it at once.",
    StopProblem.NOT_REPORTED: "CLORE.AI does not say what this rental has cost so far, so a cost cannot be watched.",
    StopProblem.NOT_A_SPAN: "That is no span of time that I understand.",
    StopProblem.TOO_LONG: "That is longer than a year.",
    StopProblem.SHORT: "The coin lasts no longer than that now, so this would cancel it at once.",
    StopProblem.SHORT_THEN: "With this rental the coin lasts no longer than that, so it would be cancelled at once.",
    StopProblem.NOT_A_WISH: "That is no time, cost or runway that I understand.",
    StopProblem.NO_RUNWAY: "How long this coin lasts is not known: the balance is missing, or nothing burns it.",
}

_EXAMPLES: Final = {
    TIME: "Write a time in UTC like 14:30 or 2026-03-01 14:30, or a span like 90 min or 3 h.",
    COST: "Write what it may cost altogether, with its fees, like 2 usd or {example}.",
    RUNWAY: "Write how long {coin} must last at least, like 6 h or 2 days. It counts all rentals of the account.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One condition that is set. `missed`: its time passed while the bot was away."""

    stop: StopId
    condition: Condition
    outlook: Outlook
    missed: bool = False


def stops(
    account: Account,
    order: Order,
    standing: Sequence[Standing],
    offered: Iterable[Preset],
    now: datetime,
    *,
    read_at: datetime | None,
    rates: Rates | None = None,
    failed: Failure | None = None,
    note: Html | None = None,
) -> Screen:
    """What is set and what can be set. `note`: what the last press did."""
    none = say("None is set: it ends {end}, or once its coin is empty.", end=deadline(order.ends_at, now))
    return screen(
        (
            title("⏲", "Stop conditions", number(order.id), account),
            machine(order),
            note,
            *([_standing(each, now, rates) for each in standing] or [none]),
            say("When one is met I cancel the rental: everything on the machine is lost."),
            age(read_at, now, rates, failed=failed),
        ),
        (
            *(_handles(each) for each in standing),
            *_offers(account, order, tuple(offered)),
            navigation(ShowOrder(account.id, order.id), ShowStops(account.id, order.id)),
        ),
        details=(
            *_exactly(standing),
            say("15 minutes before, as far as that can be known, I warn you, with a button for an hour more."),
            say("Cost and runway are judged by fresh readings only, and met only where two of them say so."),
        ),
    )


def was_set(condition: Condition, near: Outlook, now: datetime, *, warned: bool, dollars: Money | None = None) -> Html:
    """What setting it did. `warned`: it is so near that no other warning comes."""
    turned = None
    if dollars is not None and isinstance(condition, AtCost):
        turned = say(
            "{dollars} are {limit} at the present rate; the limit stays in {coin}.",
            dollars=exact_coin(dollars),
            limit=exact_coin(condition.limit),
            coin=symbol(condition.limit.currency),
        )
    warning = (
        say("It comes {due}; no other warning comes before.", due=when(near.due, now))
        if warned and near.due is not None
        else None
    )
    return join((say("✅ Set."), turned, warning), " ")


def was_moved() -> Html:
    return say("✅ Moved. I warn you anew before.")


def was_dropped() -> Html:
    return say("✅ Removed. Nothing was cancelled.")


def not_set(problem: StopProblem) -> Html:
    return say("⚠️ {problem} No stop condition was set.", problem=say(PROBLEMS[problem]))


def cannot_move() -> Html:
    return say("⚠️ It cannot go further: an hour less of this is nothing. It stays as it was; remove it instead.")


def over_already() -> Html:
    return say("⚠️ That condition is over: removed, or acted upon. Nothing was changed.")


def ask(
    account: Account,
    order: Order,
    kind: Word,
    now: datetime,
    *,
    read_at: datetime | None,
    rates: Rates | None = None,
    problem: StopProblem | None = None,
) -> Screen:
    """Asks for a condition to be typed."""
    name = symbol(order.price.currency)
    example = "2 usd" if order.price.currency == USD else f"0.5 {name.lower()}"
    heads = {TIME: "Stop at which time?", COST: "Stop at which cost?", RUNWAY: "Stop at which runway?"}
    asked = screen(
        (
            title("✏️", heads[kind], number(order.id), account),
            not_set(problem) if problem else None,
            say(_EXAMPLES[kind], coin=name, example=example),
            _so_far(order, kind, now, rates),
            say("When it is met I cancel the rental: everything on the machine is lost. /cancel leaves."),
            age(read_at, now, rates),
        ),
        (navigation(ShowStops(account.id, order.id)),),
    )
    return Screen(asked.text, asked.rows, asks=True)


# What is told


def warned(
    account: Account,
    order: OrderId,
    server: ServerId,
    standing: Standing,
    now: datetime,
) -> Screen:
    """15 minutes before, or as soon as it is known."""
    due = standing.outlook.due
    soon = say("It is met now; the next reading decides.") if standing.outlook.reached else None
    coming = say("At this pace that is {due}.", due=deadline(due, now)) if due is not None else None
    return screen(
        (
            title("🟠", "Warning", join((say("Stops soon"), number(order))), account),
            say("Server {server}", server=code(server)),
            say("I cancel it {condition}.", condition=in_words(standing.condition, now)),
            None if isinstance(standing.condition, AtTime) else (soon or coming),
            say("Everything on the machine is lost then. Save your work, or give it an hour more."),
        ),
        (
            (Press("⏰ +1 h", ExtendStop(standing.stop, 1)), Press("✖ Remove", DropStop(standing.stop))),
            (Press("⏲ Stop conditions", ShowStops(account.id, order)),),
            (Press("Open order", ShowOrder(account.id, order)),),
        ),
    )


def acting(account: Account, order: OrderId, server: ServerId, condition: Condition, now: datetime) -> Screen:
    """Why a rental is being cancelled; the outcome has a message of its own."""
    return screen(
        (
            title("🛑", "Stopping", number(order), account),
            say("Server {server}", server=code(server)),
            say("You wanted it cancelled {condition}.", condition=in_words(condition, now)),
            say("That is met, so I cancel it now. The next message says what came of it."),
        ),
        ((Press("📋 Rentals", ShowOrders(account.id)),),),
    )


def missed(account: Account, order: OrderId, server: ServerId, stop: StopId, at: datetime, now: datetime) -> Screen:
    """Its time passed while the bot was away, longer ago than is acted on without a question."""
    return screen(
        (
            title("🔴", "Not stopped in time", number(order), account),
            say("Server {server}", server=code(server)),
            say("It should have been cancelled {at}, while I was away.", at=deadline(at, now)),
            say("It was not cancelled, and it still costs money. Cancel it now?"),
        ),
        (
            (Press("🛑 Cancel now…", AskCancel(account.id, order)),),
            (Press("⏰ In 1 h", ExtendStop(stop, 1)), Press("▶ Let it run", DropStop(stop))),
            (Press("Open order", ShowOrder(account.id, order)),),
        ),
    )


def held(account: Account, order: OrderId, server: ServerId, condition: Condition, now: datetime) -> Screen:
    """It is met, and a person has stopped everything that is done without a press."""
    return screen(
        (
            title("🔴", "Not stopped: /panic", number(order), account),
            say("Server {server}", server=code(server)),
            say("You wanted it cancelled {condition}. That is met.", condition=in_words(condition, now)),
            say("All automation of this chat is stopped, so I did not cancel it: it still costs money."),
        ),
        (
            (Press("🛑 Cancel now…", AskCancel(account.id, order)),),
            (Press("▶️ Let automation go on…", AskLift()),),
            (Press("Open order", ShowOrder(account.id, order)),),
        ),
    )


def failed(
    account: Account,
    order: OrderId,
    server: ServerId,
    condition: Condition,
    now: datetime,
    result: Result | None,
) -> Screen:
    """The cancellation did not end with the rental gone. `result`: what is known of it."""
    return screen(
        (
            title("🔴", "Could not stop it", number(order), account),
            say("Server {server}", server=code(server)),
            say("You wanted it cancelled {condition}.", condition=in_words(condition, now)),
            _why_failed(result),
            say("I do not try again by myself: it may still cost money. Cancel it by hand."),
        ),
        (
            (Press("🛑 Cancel by hand…", AskCancel(account.id, order)),),
            (Press("Open order", ShowOrder(account.id, order, fresh=True)),),
            (Press("📋 Rentals", ShowOrders(account.id)),),
        ),
    )


def _why_failed(result: Result | None) -> Html:
    match result.cause if result else None:
        case Cause.KEY_REJECTED:
            return say("CLORE.AI does not take this account's key, so it was not cancelled.")
        case Cause.BUSY | Cause.UNREACHABLE:
            return say("CLORE.AI could not be reached, so it was not cancelled.")
        case Cause.STILL_LISTED:
            return say("CLORE.AI took the cancellation, and lists the rental all the same.")
        case Cause.CALLED_OFF:
            return say("All automation was stopped by /panic before it left, so it was not cancelled.")
        case Cause.TOO_LATE:
            return say("I was held up before I could send it, so it was not cancelled.")
        case Cause.REFUSED if result is not None:
            return say("CLORE.AI refused: {error} It was not cancelled.", error=code(result.detail or "no reason", 200))
        case _:
            return say("No answer came: whether it is cancelled is not known.")


# Pieces


def _standing(each: Standing, now: datetime, rates: Rates | None) -> Html:
    near = each.outlook
    pace = say("at this pace {due}", due=deadline(near.due, now)) if near.due is not None else None
    match each.condition:
        case AtTime(at) if each.missed:
            return say("⏱ Should have been cancelled {at}; not done, waits for you", at=deadline(at, now))
        case AtTime(at):
            return say("⏱ To be cancelled {at}", at=deadline(at, now))
        case AtCost(limit):
            so_far = (
                say("{cost} so far", cost=coin(near.cost)) if near.cost is not None else say("so far: not reported")
            )
            return join((say("💵 To be cancelled at {limit} in all", limit=worth(limit, rates)), so_far, pace))
        case AtRunway(currency, left):
            now_lasts = (
                say("lasts {span} now", span=lasts(near.lasts)) if near.lasts is not None else say("now: not known")
            )
            head = say("⏳ To be cancelled when {coin} lasts {left}", coin=symbol(currency), left=duration(left))
            return join((head, now_lasts, pace))
    assert_never(each.condition)


def in_words(condition: Condition, now: datetime) -> Html:
    """When it is cancelled: behind "I cancel it"."""
    match condition:
        case AtTime(at):
            return deadline(at, now)
        case AtCost(limit):
            return say("at your cost limit of {limit}", limit=exact_coin(limit))
        case AtRunway(currency, left):
            return say("when {coin} lasts no more than {left}", coin=symbol(currency), left=duration(left))
    assert_never(condition)


def _exactly(standing: Sequence[Standing]) -> list[Html]:
    limits = [each.condition.limit for each in standing if isinstance(each.condition, AtCost)]
    return [say("Cost limit {limit} with fees", limit=exact_coin(limit)) for limit in limits]


def _so_far(order: Order, kind: Word, now: datetime, rates: Rates | None) -> Html:
    if kind == TIME:
        return say("It ends by itself {end}.", end=deadline(order.ends_at, now))
    if kind == COST:
        spent = order.spent_with_fee
        so_far = say("spent {spent} so far", spent=worth(spent, rates)) if spent is not None else None
        return join((say("It costs {price} an hour with fee", price=worth(order.cost_per_hour, rates)), so_far))
    return say("It is paid in {coin}.", coin=symbol(order.price.currency))


def _handles(each: Standing) -> Row:
    name = {AtTime: "time", AtCost: "cost", AtRunway: "runway"}[type(each.condition)]
    return (
        Press(f"⏰ {name.capitalize()} +1 h", ExtendStop(each.stop, 1)),
        Press(f"✖ No {name}", DropStop(each.stop)),
    )


def _offers(account: Account, order: Order, offered: tuple[Preset, ...]) -> tuple[Row, ...]:
    def choose(text: str, each: Preset) -> Press:
        return Press(text, ChooseStop(account.id, order.id, Word(each.word)))

    def typed(text: str, kind: Word) -> Press:
        return Press(text, AskStop(account.id, order.id, kind))

    times = [choose(f"⏱ In {each.hours} h", each) for each in offered if isinstance(each.condition, AtTime)]
    costs = [
        (choose(label(f"💵 At {coin(each.condition.limit)} in all"), each),)
        for each in offered
        if isinstance(each.condition, AtCost)
    ]
    runways = [choose(f"⏳ Runway {each.hours} h", each) for each in offered if isinstance(each.condition, AtRunway)]
    times.append(typed("✏️ Time…", TIME))
    return (
        *(tuple(times[start : start + 3]) for start in range(0, len(times), 3)),
        *costs,
        *in_pairs(runways),
        (typed("✏️ Cost…", COST), typed("✏️ Runway…", RUNWAY)),
    )
