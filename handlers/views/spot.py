"""The auction of one server as a ladder: who holds it and why, who waits, and what it takes to win it now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Final, assert_never

from bot.domain.ids import NO_RESULTS, ResultsId
from bot.domain.ladder import Hold, Ladder, Rung, ToWin, hold, ladder, over, standing, to_win
from bot.domain.market import Listing, OnDemand
from bot.domain.money import USD, Money, Rates, symbol, with_fee
from bot.domain.quote import cheapest, fee_of
from bot.domain.renting import Can
from bot.domain.spending import Wallet
from bot.domain.spot import NoAnswer, Offer, SpotMarket, minimum_bid, winning_bid
from handlers.actions import AskPrice, AskRaise, ShowOrder
from handlers.guard_actions import ShowGuard
from handlers.market_actions import ShowAuction, ShowServer
from handlers.rent_actions import StartRent
from handlers.screen import Press, Row, Screen
from handlers.views.auction import REASONS, against_on_demand, stands, why_nobody, why_unheld
from handlers.views.auction import ladder as to_the_digit
from handlers.views.frame import Account, Failure, age, navigation, screen, title
from handlers.views.html import Html, code, join, say, tidy, when
from handlers.views.lowering import Standing as Lowering
from handlers.views.lowering import line, stop
from handlers.views.machine import day_price, named, prices
from handlers.views.words import coin, counted, duration, exact, number, usd, worth

MOST_RUNGS: Final = 10
MOST_APART: Final = 3
MOST_COINS: Final = 2
"""Of what wins now; further coins are folded."""

_DOLLARS: Final = 7
_BID: Final = 17
"""Columns of a table that is 30 wide."""

HEADS: Final[dict[Hold, tuple[str, str]]] = {
    Hold.NO_AUCTION: ("⚫", "No auction"),
    Hold.MINE: ("🟢", "Held by your bid"),
    Hold.RIVAL: ("🔨", "Held by another bid"),
    Hold.OFFLINE: ("🔴", "Offline"),
    Hold.ON_DEMAND: ("🔒", "Rented on demand"),
    Hold.HIDDEN: ("🙈", "Hidden"),
    Hold.NO_BID: ("❔", "Held by no bid"),
    Hold.NOBODY: ("⚪", "Nobody bids"),
}


@dataclass(frozen=True, slots=True)
class Linked:
    """A bid of another account of the same chat. `name`: of that account."""

    name: str
    offer: Offer


@dataclass(frozen=True, slots=True)
class Auction:
    """What is known of an auction and around it.

    `listing`: `None` where the marketplace does not list the server; `listed_at`: when it was read, `None` where it could
    not be. `on_demand`: what it says of the server. `rates`: those of the auction itself, else others. `wallets`: `None` where not known. `provided`: it is an own
    machine. `results`: the list that it was found in. `lowering`: what lowers my best bid, `guard`: that its guard is on.
    `linked`: bids of the chat's other accounts.
    `failed`: why the bids are not newer.
    """

    market: SpotMarket
    listing: Listing | None = None
    listed_at: datetime | None = None
    on_demand: OnDemand | None = None
    rates: Rates | None = None
    wallets: tuple[Wallet, ...] | None = None
    provided: bool = False
    results: ResultsId = NO_RESULTS
    lowering: Lowering | None = None
    linked: tuple[Linked, ...] = ()
    guard: Html | None = None
    failed: Failure | None = None

    @property
    def hold(self) -> Hold:
        return hold(self.market, rented=self.on_demand.rented if self.on_demand else None)

    @property
    def taken(self) -> bool:
        """Whether no bid wins it now, however high."""
        return self.hold in {Hold.ON_DEMAND, Hold.NO_BID}


def auction(account: Account, shown: Auction, now: datetime) -> Screen:
    """The whole auction; bids to the digit and the host's prices are folded."""
    market, steps = shown.market, ladder(shown.market, shown.rates)
    return screen(
        (
            title(*HEADS[shown.hold], say("auction of server {server}", server=code(market.server)), account),
            _machine(shown),
            join((_holder(shown, now), _mine(shown, steps)), " "),
            _table(steps),
            join((_legend(steps), _apart(steps, shown.rates), _linked(shown)), " ") or None,
            join((line(shown.lowering, now) if shown.lowering else _to_win(shown, steps), shown.guard), " ") or None,
            _host(shown),
            age(market.read_at, now, shown.rates, failed=shown.failed),
        ),
        _rows(account, shown, steps.own),
        details=_details(shown, steps, now),
    )


def _machine(shown: Auction) -> Html:
    """What it is, and what a tenant on demand pays for it."""
    listing = shown.listing
    if listing is None and shown.listed_at is None:
        return say("The marketplace could not be read, so the price on demand is not known.")
    if listing is None:
        return say("The marketplace does not list this server now, so its price on demand is not known.")
    quote = cheapest(listing, shown.rates)
    demanded = say("on demand {price}", price=day_price(quote, shown.rates)) if quote else "not offered on demand"
    return join((named(listing), demanded, "yours: CLORE.AI does not rent it to you" if shown.provided else None))


def _holder(shown: Auction, now: datetime) -> Html:
    """Who has the machine, or why nobody's bid has it."""
    market, found = shown.market, shown.hold
    match found:
        case Hold.NO_AUCTION:
            return say(REASONS[NoAnswer.NO_MARKET])
        case Hold.MINE | Hold.RIVAL:
            held = Html("")
        case Hold.OFFLINE if not market.offers:
            held = say("Nobody bids, and the server is offline.")
        case Hold.OFFLINE | Hold.NO_BID:
            held = why_nobody(market, shown.on_demand, now)
        case Hold.ON_DEMAND:
            held = why_unheld(shown.on_demand, market.read_at, now)
        case Hold.HIDDEN:
            held = say("No bid holds the machine.")
        case Hold.NOBODY:
            held = _free(shown, now)
        case _:
            assert_never(found)
    if market.holder is not None:
        whose = "Your bid" if market.holder.mine else "Another bid"
        held = say(
            "{whose} of {bid} a day holds the machine.",
            whose=whose,
            bid=worth(market.holder.bid, shown.rates, to_the_digit=True),
        )
        if market.online is False:
            held = join((held, say("The server is offline.")), " ")
    return join((held, say(REASONS[NoAnswer.HIDDEN]) if not market.public else None), " ")


def _free(shown: Auction, now: datetime) -> Html:
    if shown.on_demand is None:
        return say("Nobody bids. Whether it is rented on demand is not known.")
    read = when(shown.on_demand.read_at, now)
    return say("Nobody bids, and the marketplace shows it as free on demand (read {read}).", read=read)


def _mine(shown: Auction, steps: Ladder) -> Html | None:
    """Where my best bid stands, if it waits or holds the machine."""
    own = steps.own
    found = standing(shown.market, own.id, shown.rates) if own else None
    if own is None or found is None:
        return None
    others = sum(offer.mine for offer in shown.market.offers) - 1
    more = say("{count} of yours too.", count=counted(others, "other bid is", "other bids are")) if others else None
    if own.active:
        return more
    bid = worth(own.bid, shown.rates, to_the_digit=True)
    return join((say("Your bid of {bid} waits: {stands}.", bid=bid, stands=stands(found, shown.rates)), more), " ")


def _table(steps: Ladder) -> Html | None:
    """At most 30 columns and ten rows: place, `>` active, `*` mine, dollars a day, the bid in its own coin."""
    if not steps.rungs:
        return None
    in_dollars = steps.coin == USD
    head = f"{'#':>2}   {'$/day':>{_DOLLARS}} bid" if in_dollars else f"{'#':>2}   bid"
    lines = [head, *(_line(rung, in_dollars=in_dollars) for rung in steps.shown(MOST_RUNGS))]
    return Html(f"<pre>{escape(chr(10).join(lines), quote=False)}</pre>")


def _line(rung: Rung, *, in_dollars: bool) -> str:
    signs = (">" if rung.offer.active else " ") + ("*" if rung.offer.mine else " ")
    dollars = f"{_short(rung.worth.amount):>{_DOLLARS}} " if in_dollars else ""
    return f"{rung.place % 100:>2}{signs} {dollars}{_cell(rung.offer.bid)}".rstrip()


def _short(amount: Decimal) -> str:
    """With as many digits as there is room for: neighbours are often close."""
    for least, decimals in ((Decimal(1_000), 0), (Decimal(100), 2), (Decimal(1), 3), (Decimal("0.01"), 4)):
        if least <= amount < 10**_DOLLARS:
            return f"{amount:.{decimals}f}"
    return tidy(number(amount, 2), _DOLLARS)


def _cell(bid: Money) -> str:
    """To the digit where there is room; else rounded; the details have every digit."""
    name = tidy(symbol(bid.currency), 8)
    whole, rounded = f"{exact(bid.amount)} {name}", f"{number(bid.amount)} {name}"
    return whole if len(whole) <= _BID else tidy(rounded, _BID)


def _legend(steps: Ladder) -> Html | None:
    if not steps.rungs:
        return None
    signs = (
        "a day before fee",
        "> holds it" if any(rung.offer.active for rung in steps.rungs) else None,
        "* yours" if any(rung.offer.mine for rung in steps.rungs) else None,
    )
    left = len(steps.rungs) - MOST_RUNGS
    more = f"{left} more bids" if left > 0 else None
    odd = "a higher bid waits: CLORE.AI may count with other rates" if steps.out_of_order else None
    return join((*signs, more, odd)) or None


def _linked(shown: Auction) -> Html | None:
    """Two accounts of one chat that bid against each other only make the machine dearer."""
    if not shown.linked:
        return None
    bids = join(
        (
            say(
                "{bid} of acct {name}{holds}",
                bid=worth(each.offer.bid, shown.rates, to_the_digit=True),
                name=tidy(each.name, 32),
                holds=", which holds it" if each.offer.active else "",
            )
            for each in shown.linked[:MOST_APART]
        ),
        "; ",
    )
    left = len(shown.linked) - MOST_APART
    return say("👥 Yours too: {bids}{more}.", bids=bids, more=f" and {left} more" if left > 0 else "")


def _apart(steps: Ladder, rates: Rates | None) -> Html | None:
    """The bids that nothing is claimed of."""
    if not steps.apart:
        return None
    first = sorted(steps.apart, key=lambda offer: (not offer.active, not offer.mine))
    named_ones = join((_apart_bid(offer, rates) for offer in first[:MOST_APART]), ", ")
    left = len(first) - MOST_APART
    return say(
        "⚠️ Not compared, for want of a rate: {bids}{more}.",
        bids=named_ones,
        more=f" and {left} more" if left > 0 else "",
    )


def _apart_bid(offer: Offer, rates: Rates | None) -> Html:
    marks = join(("holds it" if offer.active else None, "yours" if offer.mine else None), ", ")
    bid = worth(offer.bid, rates, to_the_digit=True)
    return say("{bid} ({marks})", bid=bid, marks=marks) if marks else say("{bid}", bid=bid)


def _to_win(shown: Auction, steps: Ladder) -> Html | None:
    """What wins now: for my bid what it would have to be, else what a new one takes in each coin that can pay."""
    if not shown.market.exists:
        return None
    return _with_mine(shown, steps.own) if steps.own else _anew(shown)


def _with_mine(shown: Auction, own: Offer) -> Html | None:
    market, rates = shown.market, shown.rates
    winning = winning_bid(market, own.bid.currency, own=own.id, rates=rates)
    if isinstance(winning, NoAnswer):
        return None if winning.reason in {NoAnswer.HIDDEN, NoAnswer.OFFLINE} else _reason(market, winning)
    found = standing(market, own.id, rates)
    if own.active:
        cost = with_fee(own.bid, fee_of(spot=True))
        saved = against_on_demand(cost, shown.listing, rates)
        steps = say("lowering goes in small steps, one every 10 minutes") if found and found.less is not None else None
        return say("Your bid {parts}.", parts=join((stands(found, rates) if found else None, saved, steps)))
    if winning.bid <= own.bid:
        return say("No other bid is higher, so there is nothing to raise.")
    return say(
        "🏁 {bid} {wins}{over}.",
        bid=worth(winning.bid, rates, to_the_digit=True),
        wins="would be in front"
        if shown.taken
        else "wins it now"
        if shown.failed is None
        else "would have won it then",
        over=_over(over(winning, rates)),
    )


def _anew(shown: Auction) -> Html | None:
    found = to_win(shown.market, shown.listing, shown.wallets, shown.rates)
    able = [each for each in found if each.coin.can is not Can.NOT_HELD]
    if shown.provided or not shown.market.public or shown.market.online is False:
        return None
    if not found:
        return say("The host asks no price for bids in a coin that it takes.")
    if not able:
        names = join((symbol(each.coin.name) for each in found), ", ")
        return say("The host takes {names}; you hold none of it.", names=names)
    named_ones = [line for each in able[:MOST_COINS] if (line := _one_coin(each, shown.rates)) is not None]
    if not named_ones:
        return next((_reason(shown.market, each.winning) for each in able if isinstance(each.winning, NoAnswer)), None)
    what = "In front of the other bids" if shown.taken else "Wins it now" if shown.failed is None else "Won it then"
    return say("🏁 {what}: {bids}.", what=what, bids=join(named_ones, "; or "))


def _one_coin(each: ToWin, rates: Rates | None) -> Html | None:
    if isinstance(each.winning, NoAnswer):
        return None
    bid = worth(each.winning.bid, rates, to_the_digit=True)
    held = "(⚠️ you hold less than an hour of it)" if each.coin.can is Can.TOO_LITTLE else None
    return join((say("{bid}{over}", bid=bid, over=_over(each.over)), held), " ")


def _over(margin: Money | None) -> str:
    """By how much a bid is over the next one."""
    return f", {coin(margin)} over the next" if margin is not None else ""


def _reason(market: SpotMarket, answer: NoAnswer) -> Html:
    if answer.reason == NoAnswer.NO_RATE and not market.offers:
        return say("The host's least bid is not known in a coin that you hold.")
    return say(REASONS.get(answer.reason, "No comparison can be made."))


def _host(shown: Auction) -> Html | None:
    """The minimum, whether the machine is there for bids, and for how long."""
    market = shown.market
    if not market.exists:
        return None
    own = ladder(market, shown.rates).own
    preferred = own.bid.currency if own else next(iter(market.minimum), USD)
    least = minimum_bid(market, preferred, shown.rates)
    online = {True: "online", False: "offline", None: "online or not: not told"}[market.online]
    return join(
        (
            say("The host takes {least} or more", least=worth(least, shown.rates, to_the_digit=True))
            if least is not None
            else "The host's least bid is not known",
            online,
            "visible" if market.public else "hidden",
            say("at most {span}", span=duration(market.max_length)) if market.max_length is not None else None,
        )
    )


def _details(shown: Auction, steps: Ladder, now: datetime) -> Iterator[Html | None]:
    market, rates = shown.market, shown.rates
    if market.exists and market.offers:
        yield from to_the_digit(market, steps.own.id if steps.own else None, rates, now, most=MOST_RUNGS)
    if steps.coin == USD and (compared := _compared_at(steps.rungs, rates)):
        yield say("Compared at {rates}", rates=compared)
    if steps.own is None:
        yield from _other_coins(to_win(market, shown.listing, shown.wallets, rates), rates)
    if shown.listing is not None:
        yield from prices(shown.listing, rates, spot=True)
        yield from prices(shown.listing, rates, spot=False)
    if shown.listed_at is not None:
        yield say("Marketplace read {when}", when=when(shown.listed_at, now))
    if market.exists:
        yield say(
            "A higher bid, or a tenant on demand, takes the machine from its holder; an equal bid is not known to."
        )


def _compared_at(rungs: Sequence[Rung], rates: Rates | None) -> Html:
    names = dict.fromkeys(rung.offer.bid.currency for rung in rungs)
    known = [(name, rates.of(name)) for name in names if name != USD] if rates else []
    return join(
        (say("1 {name} = {usd}", name=symbol(name), usd=usd(rate)) for name, rate in known if rate is not None), ", "
    )


def _other_coins(found: Iterable[ToWin], rates: Rates | None) -> Iterator[Html]:
    able = [each for each in found if each.coin.can is not Can.NOT_HELD]
    for each in able[MOST_COINS:]:
        if line := _one_coin(each, rates):
            yield say("Or {bid}", bid=line)


def _rows(account: Account, shown: Auction, own: Offer | None) -> tuple[Row, ...]:
    """What leads to a question about a bid stands above the last row but one: a double tap must not confirm it."""
    market, server = shown.market, shown.market.server
    below = navigation(ShowServer(server, shown.results), ShowAuction(server, shown.results, fresh=True))
    if own is not None:
        change = (
            *(() if own.active else (Press("📈 Raise bid…", AskRaise(account.id, own.id)),)),
            Press("✏️ Set price…", AskPrice(account.id, own.id)),
            Press("🛡 Guard…", ShowGuard(account.id, own.id)),
        )
        return (
            change,
            (stop(shown.lowering.lowering),) if shown.lowering else (),
            (Press("Open order", ShowOrder(account.id, own.id)),),
            below,
        )
    if shown.provided or shown.listing is None or not market.exists:
        return (below,)
    bid = (Press("🔨 Bid…", StartRent(server, spot=True, results=shown.results)),) if market.public else ()
    rent = () if shown.listing.rented else (Press("🛒 Rent…", StartRent(server, results=shown.results)),)
    return ((*bid, *rent), below)
