"""Several machines at once: the list, how each is to be rented, and the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.domain.batch import COUNTS, MOST_WANTED, BatchPlan, Candidate, State
from bot.domain.ids import BatchId
from bot.domain.money import HOURS_A_DAY, Rates, symbol
from bot.domain.renting import Effect
from handlers.actions import Home, ShowOrders, ShowWallets
from handlers.market_actions import ShowResults
from handlers.rent_actions import AskBatch, AskInBatch, ChooseInBatch, ShowBatch
from handlers.screen import Press, Row, Screen, Style
from handlers.views.batch_progress import how, left_out, outcome
from handlers.views.errors import three_parts
from handlers.views.frame import Account, age, confirmation, label, navigation, screen, title, valid_until
from handlers.views.html import Html, code, join, say, text, when
from handlers.views.rent import stops_offered
from handlers.views.rent_confirm import runway
from handlers.views.wish import in_words, promise
from handlers.views.words import coin, counted, exact_coin
from handlers.views.words import usd as in_usd
from handlers.word import Word

COUNT: Final = Word("count")
BUDGET: Final = Word("budget")
TEMPLATE: Final = Word("template")
COIN: Final = Word("coin")
STOP: Final = Word("stop")
NEXT: Final = Word("next")

MISREAD: Final = {COUNT: "That is no such number.", BUDGET: "That is no amount."}


@dataclass(frozen=True, slots=True)
class Means:
    """What the wallets say to the first ones of a plan, by coin."""

    effects: Mapping[str, Effect] = field(default_factory=dict)
    rates: Rates | None = None


def batch(account: Account, number: BatchId, plan: BatchPlan, now: datetime, *, problem: str | None = None) -> Screen:
    """What will be rented, while it is put together."""
    enough = len(plan.first) >= plan.wanted
    return screen(
        (
            title("🧺", f"Rent {plan.wanted} at once", counted(len(plan.of(State.PENDING)), "free", "free"), account),
            say("⚠️ {problem}", problem=problem) if problem else None,
            join((how(plan), _ends(plan, now))),
            _price(plan)
            if enough
            else say("⚠️ Only {count} can be paid for now; fewer are rented then.", count=len(plan.first)),
            say("Budget {limit} a day with fees; I stop before it is passed.", limit=in_usd(plan.limit)),
            left_out(plan, "Passed over"),
            say("One after the other, on demand, never above the price shown. You confirm next."),
            join((_of_list(plan, now), age(plan.checked_at, now)), " "),
        ),
        (*_choices(number, plan), navigation(ShowResults(plan.results), ShowBatch(number))),
        details=[*_list(plan.of(State.PENDING)[: 2 * plan.wanted], plan), *_skipped(plan)],
    )


def ask(account: Account, number: BatchId, step: Word, plan: BatchPlan, *, problem: str | None = None) -> Screen:
    """Asks for a number of machines, or a budget, to be typed. `problem`: why what was typed is not taken."""
    if step == COUNT:
        head, wanted = "How many?", say("Write how many machines, 1 to {most}.", most=MOST_WANTED)
    else:
        head = "Which budget?"
        wanted = say(
            "Write how many dollars a day all of them may cost with fees, like 20. The first {count} cost {usd}.",
            count=len(plan.first),
            usd=in_usd(plan.usd_first),
        )
    asked = screen(
        (
            title("✏️", head, "several at once", account),
            _refused(problem),
            wanted,
            say("Nothing is rented before you confirm it. /cancel leaves."),
        ),
        (navigation(ShowBatch(number)),),
    )
    return Screen(asked.text, asked.rows, asks=True)


def ask_stop(
    account: Account, number: BatchId, plan: BatchPlan, now: datetime, *, problem: str | None = None
) -> Screen:
    """How each of them is to end, as the wizard asks it for one."""

    def choose(value: Word) -> ChooseInBatch:
        return ChooseInBatch(number, STOP, value)

    offered = stops_offered(plan.stop, plan.coin, plan.longest, now, counted="its beginning, for each", choose=choose)
    asked = screen(
        (
            title("⏲", "When is each to end?", "several at once", account),
            _refused(problem),
            *offered.lines,
            *offered.help,
            say("A cost counts for each by itself, a runway for all rentals together. /cancel leaves."),
        ),
        (*offered.rows, navigation(ShowBatch(number))),
    )
    return Screen(asked.text, asked.rows, asks=True)


def confirm(
    account: Account, plan: BatchPlan, means: Means, now: datetime, *, number: BatchId, token: str, expires_at: datetime
) -> Screen:
    """The question: how many, what they cost together, how long the money lasts, and how each ends."""
    count = len(plan.first)
    machines = counted(count, "machine", "machines")
    return screen(
        (
            title("🧺", f"Rent {machines}?", text(plan.template or plan.draft.image, 32), account),
            _price(plan),
            say(
                "Where one is taken or dearer meanwhile, the next of the list comes, up to {limit} a day in all.",
                limit=in_usd(plan.limit),
            ),
            say(
                "🎟 On top {fees}, none for one that is cancelled within 10 minutes; only the orders show how much.",
                fees=counted(count, "creation fee", "creation fees"),
            ),
            *(_runway(means, name, count) for name in plan.costs),
            _promise(plan, means.rates, now),
            left_out(plan, "Passed over"),
            join((valid_until(expires_at, now), age(plan.checked_at, now, means.rates)), " "),
        ),
        (
            (Press("🧺 Change…", ShowBatch(number)),),
            *confirmation(
                token,
                f"Rent {count} for {in_usd(plan.usd_first)} a day",
                Style.SUCCESS,
                otherwise="◀ Rent nothing",
            ),
        ),
        details=[*_list(plan.chosen, plan), *_skipped(plan)],
    )


def nothing_to_rent(account: Account, plan: BatchPlan, now: datetime) -> Screen:
    """No machine of the list can be rented."""
    return three_parts(
        title("🧺", "Nothing to rent", "several at once", account),
        join((say("No machine of this list can be rented now."), left_out(plan, "Passed over")), " "),
        say("Nothing was rented."),
        say("Search anew, with other conditions, or top up."),
        (
            (Press("🔎 The list", ShowResults(plan.results)), Press("💰 Wallets", ShowWallets(account.id))),
            navigation(Home()),
        ),
        read=age(plan.checked_at, now),
    )


def full(
    account: Account, number: BatchId, limit: int, present: int, read_at: datetime | None, now: datetime
) -> Screen:
    """The account may not have so many orders."""
    return three_parts(
        title("🧺", "Too many orders", "several at once", account),
        say(
            "CLORE.AI lets this account have {limit} active orders, and it has {present}.", limit=limit, present=present
        ),
        say("Nothing was rented."),
        say("Rent fewer, or cancel some first."),
        ((Press("🧺 Change…", ShowBatch(number)), Press("📋 Rentals", ShowOrders(account.id))), navigation(Home())),
        read=age(read_at, now),
    )


def gone() -> Screen:
    """The list, or what was put together of it, is not kept any more."""
    return three_parts(
        title("🧺", "Not kept any more", "several at once"),
        say("This list of machines is not kept any more, or was left."),
        say("Nothing was rented."),
        say("Search again with /market."),
        (navigation(Home()),),
    )


# Pieces


def _ends(plan: BatchPlan, now: datetime) -> Html | None:
    return say("⏲ each ends {condition}", condition=in_words(plan.stop, plan.coin, now)) if plan.stop else None


def _of_list(plan: BatchPlan, now: datetime) -> Html:
    """Which list it is: the one that was looked at, or the same search made again."""
    if plan.anew:
        return say("⚠️ The list that you looked at was not kept: the same search found this one. Look at it first.")
    then = say(", read {when}", when=when(plan.found_at, now)) if plan.found_at != plan.checked_at else None
    return say("📌 The list as you saw it{then}, in its order.", then=then or "")


def _price(plan: BatchPlan) -> Html:
    """In dollars, and beside it each coin by itself: amounts of several coins make no sum."""
    by_coin = Counter(price.price.currency for price in plan.first)
    costs = plan.costs
    coins = [say("{count} for {cost}", count=count, cost=coin(costs[name])) for name, count in by_coin.items()]
    return say(
        "💵 The first {count} cost {usd} a day with fees, {hourly} an hour ({coins} a day)",
        count=len(plan.first),
        usd=in_usd(plan.usd_first),
        hourly=in_usd(plan.usd_first / HOURS_A_DAY),
        coins=join(coins, ", "),
    )


def _runway(means: Means, name: str, count: int) -> Html:
    return runway(means.effects[name], name, means.rates, then="with them" if count > 1 else "with it")


def _promise(plan: BatchPlan, rates: Rates | None, now: datetime) -> Html | None:
    """In the coin that pays for all of the first ones; where that is not one coin, as it was said."""
    if plan.stop is None:
        return None
    names = list(plan.costs)
    name = names[0] if len(names) == 1 else None
    wish = plan.stop if name is None else plan.stops[name]
    return promise(wish, name, None, rates, now, spot=False, subject="Each")


def _refused(problem: str | None) -> Html | None:
    return say("⚠️ {problem} Nothing was changed.", problem=problem) if problem else None


def _list(candidates: Iterable[Candidate], plan: BatchPlan) -> list[Html]:
    return [_candidate(each, plan) for each in candidates]


def _candidate(each: Candidate, plan: BatchPlan) -> Html:
    price = each.price(plan.coin)
    return say(
        "{server} {title} · {price}",
        server=code(each.server),
        title=text(each.title, 24),
        price=say("{usd} a day · {price} before fee", usd=in_usd(price.usd), price=exact_coin(price.price))
        if price is not None
        else "not in this coin",
    )


def _choices(number: BatchId, plan: BatchPlan) -> tuple[Row, ...]:
    counts = [
        Press(f"✓ {count}" if count == plan.wanted else str(count), ChooseInBatch(number, COUNT, Word(str(count))))
        for count in COUNTS
    ]
    return (
        tuple(counts[:3]),
        (counts[3], Press("✏️ How many…", AskInBatch(number, COUNT))),
        (Press(label(f"📄 Template: {plan.template or 'none'}"), ChooseInBatch(number, TEMPLATE, NEXT)),),
        (
            Press(
                label(f"🪙 Coin: {symbol(plan.coin) if plan.coin else 'cheapest'}"), ChooseInBatch(number, COIN, NEXT)
            ),
        ),
        (
            Press("✏️ Budget…", AskInBatch(number, BUDGET)),
            Press("⏲ Stop: set" if plan.stop else "⏲ Stop: none", AskInBatch(number, STOP)),
        ),
        (Press(f"🛒 Rent {len(plan.first)}…", AskBatch(number)),) if plan.first else (),
        (Press("🔎 The list", ShowResults(plan.results)),),
    )


def _skipped(plan: BatchPlan) -> list[Html]:
    return [outcome(each) for each in plan.of(State.SKIPPED)]
