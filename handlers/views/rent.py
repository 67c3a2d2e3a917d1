"""The steps of the wizard: what each asks for, what it offers, what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.domain.ids import TemplateId
from bot.domain.money import Money, plain, round_up, symbol, unit, with_fee
from bot.domain.quote import Quote
from bot.domain.recipe import SECRET_STEPS, TYPED_STEPS, Step, Unread
from bot.domain.renting import Can, Coin
from bot.domain.spot import NoAnswer, SpotMarket, Winning, winning_bid
from bot.domain.wish import Wish, offered
from handlers.actions import Action, Nothing
from handlers.rent_actions import AskStep, Choose, SaveTemplate, ShowDraft, ShowStep
from handlers.screen import Press, Row, Screen
from handlers.views.auction import REASONS, unheld
from handlers.views.draft import Planned, coin_word, machine
from handlers.views.frame import Account, age, copying, in_pairs, label, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.steps import SHORT, choices, example, gone, prompt, refusal, value, variables
from handlers.views.wish import NONE, in_words
from handlers.views.words import counted, exact_coin, number, percent, worth
from handlers.word import Word

MOST_OFFERED: Final = 6
MOST_LINES: Final = 4
MOST_DIGITS: Final = 8
WINNING: Final = Word("win")
LEAST: Final = Word("min")
ON_DEMAND: Final = Word("demand")
SPOT: Final = Word("spot")
NO_STOP: Final = Word("none")


class Template(Protocol):
    """What a screen needs to know of a template."""

    @property
    def id(self) -> TemplateId: ...

    @property
    def name(self) -> str: ...

    @property
    def damaged(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about an answer that was just given. `refused`: why it is not taken.

    `deleted`: what became of its message, where that held a secret. `asks`: the next text answers this step.
    """

    note: str | None = None
    refused: Unread | None = None
    deleted: bool | None = None
    asks: bool = True


@dataclass(frozen=True, slots=True)
class Offered:
    """What a step offers: how it stands, lines that explain it while it is asked for, a row of buttons for each value."""

    lines: tuple[Html | None, ...] = ()
    rows: tuple[Row, ...] = ()
    help: tuple[Html | None, ...] = ()
    details: tuple[Html | None, ...] = ()


ASKED: Final = Said()


def step_screen(planned: Planned, step: Step, offered: Offered, now: datetime, told: Said = ASKED) -> Screen:
    """One step, with its place among the others. A step that takes text asks for it, unless it was just answered."""
    asked, place = prompt(step), planned.steps.index(step)
    typed = step in TYPED_STEPS or step in {Step.PRICE, Step.STOP}
    asks = typed and told.asks
    market = step in {Step.KIND, Step.COIN, Step.PRICE}
    subject = join((f"step {place + 1}/{len(planned.steps)}", say("server {id}", id=code(planned.draft.server))))
    shown = screen(
        (
            title(asked.glyph, asked.name, subject, planned.account),
            *refusal(told.refused),
            say("ℹ️ {note}", note=text(told.note, 300)) if told.note else None,
            *offered.lines,
            *(offered.help if asks else ()),
            _leaving(step, told, asks=asks),
            age(planned.read_at, now, planned.rates) if market else None,
        ),
        (
            copying("📋 Copy the suggestion", told.refused.suggestion if told.refused else None),
            *offered.rows,
            (Press("✏️ Write it…", AskStep(planned.id, Word(step.value))),) if typed and not asks else (),
            _pager(planned, place),
            navigation(ShowDraft(planned.id)),
        ),
        details=(machine(planned) if market else None, *offered.details),
    )
    return replace(shown, asks=asks)


def _leaving(step: Step, told: Said, *, asks: bool) -> Html | None:
    """How a question is left, and what becomes of an answer that is secret."""
    after = gone(deleted=told.deleted)
    if after is None and asks and step in SECRET_STEPS:
        after = say("Your message is deleted at once.")
    return join((say("/cancel leaves.") if asks else None, after), " ") or None


def of_field(planned: Planned, step: Step) -> Offered:
    """A step of the setup: what may be written stands in the same words as for a template."""
    asked = prompt(step)
    buttons = [
        Press(label(one.label), Choose(planned.id, Word(step.value), one.word)) for one in choices(step, planned.draft)
    ]
    now = say("Now: {value}", value=value(step, planned.draft))
    lines = tuple(Html(one) for one in asked.lines)
    details = (variables(planned.draft),) if step is Step.ENV else ()
    if step not in TYPED_STEPS:
        return Offered((now, *lines), _rows(buttons))
    return Offered((now,), _rows(buttons), help=(*lines, example(step)), details=details)


def accounts(planned: Planned, others: Sequence[Account]) -> Offered:
    buttons = [
        Press(
            label(_ticked(account.name, account.id == planned.account.id)), _choose(planned, Step.ACCOUNT, account.id)
        )
        for account in [one for one in others if _fits(one.id)][:MOST_OFFERED]
    ]
    return Offered((say("Which account rents and pays."),), _rows(buttons))


def templates(planned: Planned, saved: Sequence[Template]) -> Offered:
    """The templates of this chat, and a way to keep this very setup."""
    known = [one for one in saved if _fits(one.id) and not one.damaged]
    buttons = [Press(label(f"📄 {one.name}"), _choose(planned, Step.TEMPLATE, one.id)) for one in known[:MOST_OFFERED]]
    more, damaged = len(known) - MOST_OFFERED, sum(one.damaged for one in saved)
    return Offered(
        (
            say("A template takes the place of image, ports, variables, keys and commands of this draft.")
            if saved
            else say("No template is saved yet. Save this setup as one, and the next rental takes two taps."),
            say("Now: {name}", name=planned.template) if planned.template else None,
            say("/templates shows {count} more.", count=more) if more > 0 else None,
            say("⚠️ {count} cannot be used: see /templates.", count=counted(damaged, "damaged one", "damaged ones"))
            if damaged
            else None,
        ),
        (*((one,) for one in buttons), (Press("💾 Save as template…", SaveTemplate(planned.id)),)),
    )


def kinds(planned: Planned, on_demand: Quote | None, spot: Quote | None) -> Offered:
    """On demand or a bid, each with its price in the draft's coin, or in the best one."""
    listing = planned.listing
    taken = listing is not None and listing.rented
    demanded = (
        say(
            "On demand: {price} a day with {fee} fee{taken}.",
            price=worth(on_demand.per_day, planned.rates),
            fee=percent(on_demand.fee_percent),
            taken=", but it is rented by somebody else now" if taken else "",
        )
        if on_demand
        else say("On demand: the host names no price.")
    )
    bid = (
        say(
            "Spot: bids from {price} a day before the fee; a higher bid or an order on demand takes the machine away.",
            price=worth(spot.price, planned.rates, to_the_digit=True),
        )
        if spot
        else say("Spot: this server has no spot price.")
    )
    now_spot = planned.draft.spot
    buttons = [
        *(
            [Press(_ticked("On demand", not now_spot), Choose(planned.id, Word(Step.KIND.value), ON_DEMAND))]
            if on_demand
            else []
        ),
        *([Press(_ticked("Spot bid", now_spot), Choose(planned.id, Word(Step.KIND.value), SPOT))] if spot else []),
    ]
    return Offered((demanded, bid), in_pairs(buttons))


def coins(planned: Planned) -> Offered:
    """The coins that the host takes; those that I do not hold say so and are no buttons."""
    able = [coin for coin in planned.coins if coin.can is not Can.NOT_HELD]
    buttons = [
        Press(
            label(
                _ticked(
                    f"{symbol(coin.name)}: {number(coin.quote.per_day.amount)} a day",
                    coin.name == planned.draft.currency,
                )
            ),
            Choose(planned.id, Word(Step.COIN.value), coin_word(coin.name)),
        )
        for coin in able[:MOST_OFFERED]
    ]
    what = say("What the machine costs with the fee, and what you hold:")
    lines = tuple(coin_line(coin, planned) for coin in planned.coins)
    return Offered((what, *lines[:MOST_LINES]), tuple((one,) for one in buttons), details=lines[MOST_LINES:])


def coin_line(coin: Coin, planned: Planned) -> Html:
    """`60 CLORE (≈ $1) a day · you hold 12 CLORE`."""
    return join((say("{price} a day", price=worth(coin.quote.per_day, planned.rates)), _held(coin)))


def _held(coin: Coin) -> Html:
    if coin.can is Can.NOT_HELD:
        return say("you hold none of it")
    if coin.balance is None:
        return say("your balance is not known")
    balance = worth(coin.balance, None)
    if coin.can is Can.TOO_LITTLE:
        return say("⚠️ you hold {balance}: less than an hour", balance=balance)
    return say("you hold {balance}", balance=balance)


def prices(planned: Planned, quote: Quote, on_demand: Quote | None) -> Offered:
    """What to bid: the host's least, what would win now, and what the machine costs on demand."""
    least, coin, draft, market = round_up(quote.price), quote.price.currency, planned.draft, planned.auction
    winning = winning_bid(market, coin, rates=planned.rates or market.rates) if market else None
    bid = Money(draft.spot_price, coin) if draft.spot_price is not None else None
    spent = (
        say(
            "Now: {bid} a day, {cost} with fee.",
            bid=exact_coin(bid),
            cost=worth(with_fee(bid, quote.fee_percent), planned.rates),
        )
        if bid is not None
        else None
    )
    takes = say("The host takes {least} or more.", least=worth(least, planned.rates, to_the_digit=True))
    demanded = (
        say("On demand it costs {price} a day with fee.", price=worth(on_demand.per_day, planned.rates))
        if on_demand
        else None
    )
    ask = say(
        "Write your bid per day for the whole machine in {coin}, before the fee, in steps of {step}.",
        coin=symbol(coin),
        step=plain(unit(coin)),
    )
    use: list[Press] = []
    if isinstance(winning, Winning):
        use.append(
            Press(
                label(f"Bid {exact_coin(winning.bid)}: would win"), Choose(planned.id, Word(Step.PRICE.value), WINNING)
            )
        )
    if not isinstance(winning, Winning) or winning.bid != least:
        use.append(
            Press(label(f"Bid {exact_coin(least)}: the least"), Choose(planned.id, Word(Step.PRICE.value), LEAST))
        )
    lines = (spent, join((takes, _winning(winning, market)), " "), demanded)
    return Offered(lines, tuple((one,) for one in use), help=(ask,))


def _winning(winning: Winning | NoAnswer | None, market: SpotMarket | None) -> Html:
    match winning:
        case None:
            return say("Who bids could not be read just now.")
        case NoAnswer(reason=reason):
            return say(REASONS.get(reason, "No comparison can be made."))
        case Winning(bid=bid) if market is not None and unheld(market):
            return say("{bid} would be the highest bid, but no bid holds the machine now.", bid=exact_coin(bid))
        case Winning(bid=bid, beats=None):
            return say("{bid} would win now: nobody else bids.", bid=exact_coin(bid))
        case Winning(bid=bid, beats=beats):
            assert beats is not None
            return say("{bid} would win now, above {rival}.", bid=exact_coin(bid), rival=exact_coin(beats.bid))


def stops(planned: Planned, now: datetime) -> Offered:
    """When it is to be cancelled: never, after a span below its maximum length, or when what is written is met."""

    def choose(value: Word) -> Choose:
        return Choose(planned.id, Word(Step.STOP.value), value)

    length = planned.listing.max_length if planned.listing else None
    counted = "the bid, also while it waits" if planned.draft.spot else "its beginning"
    return stops_offered(planned.stop, planned.draft.currency, length, now, counted=counted, choose=choose)


def stops_offered(
    stop: Wish | None,
    coin: str | None,
    length: timedelta | None,
    now: datetime,
    *,
    counted: str,
    choose: Callable[[Word], Action],
) -> Offered:
    """`coin`: what is paid with, once chosen; `length`: the maximum one, where known; `counted`: where a span begins."""
    lines = (
        say("Now: {value}", value=in_words(stop, coin, now) if stop else NONE),
        say("When it is met I cancel the rental: everything on it is lost. I warn you before."),
        say("A span counts from {counted}.", counted=counted),
    )
    written = say(
        "Write a span, a time like {time} in UTC, a cost like {cost}, or a runway like {runway}.",
        time=code("14:30"),
        cost=code("2 usd"),
        runway=code("runway 6 h"),
    )
    spans = [
        Press(
            _ticked(f"After {hours // 24} d" if hours > 24 else f"After {hours} h", _is_after(stop, hours)),
            choose(after(hours)),
        )
        for hours in offered(length)
    ]
    none = Press(_ticked("None", stop is None), choose(NO_STOP))
    return Offered(lines, in_pairs([none, *spans]), help=(written,))


def _is_after(stop: Wish | None, hours: int) -> bool:
    return stop is not None and stop.after == timedelta(hours=hours)


def after(hours: int) -> Word:
    """What the button of a span carries."""
    return Word(f"h{hours}")


def hours_after(value: Word) -> int | None:
    """The span of a button; `None`: there is no such button."""
    return next((hours for hours in offered(None) if after(hours) == value), None)


def _pager(planned: Planned, place: int) -> Row:
    """The arrows stay in their places; at an end one does nothing, so that no double tap goes further than it."""
    known = planned.steps

    def turn(to: int) -> ShowStep:
        return ShowStep(planned.id, Word(known[to].value))

    back = Press("◀", turn(place - 1)) if place else Press("·", Nothing())
    onward = Press("Next ▶", turn(place + 1)) if place + 1 < len(known) else Press("·", Nothing())
    return (back, Press(f"{place + 1}/{len(known)}", Nothing()), onward)


def _choose(planned: Planned, step: Step, value: int) -> Choose:
    return Choose(planned.id, Word(step.value), Word(str(value)))


def _fits(number: int) -> bool:
    """Rows are numbered from 1 on: no installation comes near the longest number that a button's word holds."""
    return len(str(number)) <= MOST_DIGITS


def _ticked(words: str, chosen: bool) -> str:
    return f"✓ {words}" if chosen else words


def _rows(buttons: Iterable[Press]) -> tuple[Row, ...]:
    found = list(buttons)
    return in_pairs(found) if all(len(one.label) <= SHORT for one in found) else tuple((one,) for one in found)
