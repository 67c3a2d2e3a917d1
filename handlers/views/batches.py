"""Several machines at once: what will be rented, the question, how far it is, and what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.domain.batch import COUNTS, MOST_WANTED, BatchPlan, Candidate, State, Why
from bot.domain.ids import BatchId
from bot.domain.ledger import Cause
from bot.domain.money import symbol
from handlers.actions import Home, ShowOrders, ShowWallets
from handlers.market_actions import ShowResults
from handlers.rent_actions import AskBatch, AskInBatch, ChooseInBatch, ShowBatch, StopBatch
from handlers.screen import Press, Row, Screen, Style
from handlers.views.errors import three_parts
from handlers.views.frame import Account, age, confirmation, label, navigation, screen, title, valid_until
from handlers.views.html import Html, code, join, say, text
from handlers.views.words import counted, exact_coin
from handlers.views.words import usd as in_usd
from handlers.word import Word

COUNT: Final = Word("count")
BUDGET: Final = Word("budget")
TEMPLATE: Final = Word("template")
COIN: Final = Word("coin")
NEXT: Final = Word("next")

CAUSES: Final[dict[Cause, str]] = {
    Cause.TAKEN: "taken by somebody else",
    Cause.PRICE_MOVED: "its price went up",
    Cause.COIN_REFUSED: "does not take this coin any more",
    Cause.OFFLINE: "not listed, or offline",
    Cause.NO_FUNDS: "the balance of its coin does not reach",
    Cause.FULL: "the account has as many orders as it may have",
    Cause.KEY_REJECTED: "CLORE.AI does not take the key",
    Cause.BUSY: "CLORE.AI takes no more requests with this key just now",
    Cause.UNREACHABLE: "CLORE.AI does not answer",
    Cause.INVALID: "the order does not fit CLORE.AI's limits; look at the template",
    Cause.TOO_LATE: "I was held up before I could send it",
    Cause.TOO_LOW: "the host asks more",
    Cause.REFUSED: "CLORE.AI refused it",
    Cause.NOT_RENTED: "no answer, and no new order is listed so far",
    Cause.ACCEPTED: "CLORE.AI took the order and does not list it yet",
    Cause.LOST: "no answer, and nothing that I could read says what happened",
}


def batch(account: Account, number: BatchId, plan: BatchPlan, now: datetime, *, problem: str | None = None) -> Screen:
    """What will be rented, while it is put together."""
    enough = len(plan.first) >= plan.wanted
    return screen(
        (
            title("🧺", f"Rent {plan.wanted} at once", counted(len(plan.candidates), "found", "found"), account),
            say("⚠️ {problem}", problem=problem) if problem else None,
            _how(plan),
            _price(plan)
            if enough
            else say("⚠️ Only {count} can be paid for now; fewer are rented then.", count=len(plan.first)),
            say("Budget {limit} a day with fees; I stop before it is passed.", limit=_dollars(plan.limit)),
            say("One after the other, on demand, never above the price shown. You confirm next."),
            age(plan.found_at, now),
        ),
        (*_choices(number, plan), navigation(ShowResults(plan.results), ShowBatch(number))),
        details=_list(plan.candidates[: 2 * plan.wanted], plan),
    )


def ask(account: Account, number: BatchId, step: Word, plan: BatchPlan, *, problem: bool = False) -> Screen:
    """Asks for a number of machines, or a budget, to be typed."""
    if step == COUNT:
        head, wanted = "How many?", say("Write how many machines, 1 to {most}.", most=MOST_WANTED)
        wrong = "That is no such number."
    else:
        head = "Which budget?"
        wanted = say(
            "Write how many dollars a day all of them may cost with fees, like 20. The first {count} cost {usd}.",
            count=len(plan.first),
            usd=_dollars(plan.usd_first),
        )
        wrong = "That is no amount."
    asked = screen(
        (
            title("✏️", head, "several at once", account),
            say("⚠️ {wrong} Nothing was changed.", wrong=wrong) if problem else None,
            wanted,
            say("Nothing is rented before you confirm it. /cancel leaves."),
        ),
        (navigation(ShowBatch(number)),),
    )
    return Screen(asked.text, asked.rows, asks=True)


def confirm(
    account: Account, plan: BatchPlan, now: datetime, *, number: BatchId, token: str, expires_at: datetime
) -> Screen:
    """The question: how many, and what they cost together."""
    count = len(plan.first)
    return screen(
        (
            title("🧺", f"Rent {count} machines?", text(plan.template or plan.draft.image, 32), account),
            _price(plan),
            say(
                "Where one is taken or dearer meanwhile, the next of the list comes, up to {limit} a day in all.",
                limit=_dollars(plan.limit),
            ),
            say("Each costs a creation fee too, unless it is cancelled within 10 minutes."),
            valid_until(expires_at, now),
            age(plan.found_at, now),
        ),
        (
            (Press("🧺 Change…", ShowBatch(number)),),
            *confirmation(
                token,
                f"Rent {count} for {_dollars(plan.usd_first)} a day",
                Style.SUCCESS,
                otherwise="◀ Rent nothing",
            ),
        ),
        details=_list([each for each in plan.candidates if each.price(plan.coin)][:count], plan),
    )


def progress(account: Account, number: BatchId, plan: BatchPlan, *, stopping: bool = False) -> Screen:
    """How far it is; at the end what came of each."""
    rented, now_asked = len(plan.rented), plan.of(State.ASKED)
    over = plan.ended is not None
    glyph, word = ("✅" if rented >= plan.wanted else "⚠️", "Rented") if over else ("⏳", "Renting")
    return screen(
        (
            title(glyph, word, say("{done} of {wanted}", done=rented, wanted=plan.wanted), account),
            _how(plan),
            say("{usd} a day with fees; budget {limit}", usd=_dollars(plan.usd_rented), limit=_dollars(plan.limit)),
            say("Asking for server {server} …", server=code(now_asked[0].server)) if now_asked else None,
            say("Stopping after this one." if now_asked else "Stopping.") if stopping and not over else None,
            *([_why(plan)] if over else []),
            _left_out(plan),
            *(_to_look_at(each) for each in plan.of(State.UNKNOWN)[:1]),
        ),
        _ways(account, number, over=over, stopping=stopping, funds=plan.cause is Cause.NO_FUNDS),
        details=[_outcome(each) for each in plan.candidates if each.state is not State.PENDING],
    )


def nothing_found(account: Account, read_at: datetime, now: datetime) -> Screen:
    """No machine of the list can be paid for."""
    return three_parts(
        title("🧺", "Nothing to rent", "several at once", account),
        say(
            "No free machine of this search takes a coin whose wallet reaches for an hour, at a price known in dollars."
        ),
        say("Nothing was rented."),
        say("Top up, or search with other conditions."),
        ((Press("💰 Wallets", ShowWallets(account.id)),), navigation(Home())),
        read=age(read_at, now),
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


def _how(plan: BatchPlan) -> Html:
    image = plan.draft.image or "no image"
    paid = symbol(plan.coin) if plan.coin else "whichever coin is cheapest"
    template = say("template {name}", name=text(plan.template, 24)) if plan.template else None
    return join((template, code(image, 48), say("paid in {coin}", coin=paid)))


def _price(plan: BatchPlan) -> Html:
    """In dollars, and beside it each coin by itself: amounts of several coins make no sum."""
    by_coin: Counter[str] = Counter()
    for price in plan.first:
        by_coin[price.price.currency] += 1
    coins = join([say("{count} in {coin}", count=count, coin=symbol(name)) for name, count in by_coin.items()], ", ")
    return say(
        "💵 The first {count} cost {usd} a day with fees ({coins})",
        count=len(plan.first),
        usd=_dollars(plan.usd_first),
        coins=coins,
    )


def _dollars(usd: Decimal) -> str:
    return in_usd(usd)


def _list(candidates: Iterable[Candidate], plan: BatchPlan) -> list[Html]:
    return [_candidate(each, plan) for each in candidates]


def _candidate(each: Candidate, plan: BatchPlan) -> Html:
    price = each.price(plan.coin)
    return say(
        "{server} {title} · {price}",
        server=code(each.server),
        title=text(each.title, 24),
        price=say("{usd} a day · {price} before fee", usd=_dollars(price.usd), price=exact_coin(price.price))
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
        (Press("✏️ Budget…", AskInBatch(number, BUDGET)),),
        (Press(f"🛒 Rent {len(plan.first)}…", AskBatch(number)),) if plan.first else (),
        (Press("🔎 The list", ShowResults(plan.results)),),
    )


def _ways(account: Account, number: BatchId, *, over: bool, stopping: bool, funds: bool) -> tuple[Row, ...]:
    if not over:
        stop: Row = () if stopping else (Press("🛑 Stop after this one", StopBatch(number)),)
        # Not in the row in which the question had its button: a second tap on that must not stop what it began.
        return (stop, (Press("📋 Rentals", ShowOrders(account.id)),), navigation(None, ShowBatch(number)))
    wallets: Row = (Press("💰 Wallets", ShowWallets(account.id)),) if funds else ()
    return ((Press("📋 Rentals", ShowOrders(account.id, fresh=True)),), wallets, navigation(Home()))


def _why(plan: BatchPlan) -> Html:
    match plan.ended:
        case Why.ALL:
            return say("All that you wanted. Each is told of when it runs.")
        case Why.BUDGET:
            return say("The rest of the list does not fit into the budget. Nothing more is rented.")
        case Why.NO_MORE:
            return say("There is no other machine in the list. Nothing more is rented.")
        case Why.STOPPED:
            return say("You stopped it. What is rented stays; nothing more is rented.")
        case Why.UNKNOWN:
            return say("I stopped: one may or may not be rented, and the next could be one too many.")
        case Why.AWAY:
            return say("I was away for long, and prices move: nothing more is rented. Ask again if you still want it.")
        case _:
            cause = CAUSES.get(plan.cause, "refused") if plan.cause else "refused"
            return say("I stopped: {cause}. That would stop the next one too.", cause=cause)


def _left_out(plan: BatchPlan) -> Html | None:
    """In short, the commonest reasons first; each one is in the details."""
    causes = Counter(each.cause for each in plan.of(State.REFUSED) if each.cause is not None)
    if not causes:
        return None
    reasons = [say("{count} {cause}", count=count, cause=_cause(cause)) for cause, count in causes.most_common(2)]
    return say("Not rented: {reasons}", reasons=join(reasons, "; "))


def _to_look_at(each: Candidate) -> Html:
    return say(
        "❔ Server {server}: {cause}. Look at the list of rentals; I go on looking for it for 30 minutes.",
        server=code(each.server),
        cause=_cause(each.cause),
    )


def _outcome(each: Candidate) -> Html:
    head = say("{server} {title}", server=code(each.server), title=text(each.title, 24))
    match each.state:
        case State.RENTED:
            order = say("rented as {order}", order=code(f"#{each.order}"))
            return join((head, order, f"{_dollars(each.usd)} a day" if each.usd is not None else None))
        case State.ASKED:
            return join((head, "asked for"))
        case State.UNKNOWN:
            return join((head, say("not known: {cause}", cause=_cause(each.cause))))
        case _:
            said = code(each.detail, 80) if each.detail else None
            return join((head, say("not rented: {cause}", cause=_cause(each.cause)), said))


def _cause(cause: Cause | None) -> str:
    return CAUSES.get(cause, cause.value) if cause is not None else "no reason known"
