"""The question before a machine is rented or bid for: what it costs, what is pinned, how long the money lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.ids import ServerId
from bot.domain.market import Listing
from bot.domain.money import Money, Rates, symbol
from bot.domain.recipe import Step
from bot.domain.renting import Effect
from bot.domain.wish import Wish
from handlers.rent_actions import ShowDraft
from handlers.screen import Press, Screen, Style
from handlers.views.auction import standing
from handlers.views.draft import Planned, cost_of, machine, price
from handlers.views.frame import age, confirmation, screen, title, valid_until
from handlers.views.html import Html, code, join, say, text
from handlers.views.steps import line, variables
from handlers.views.wish import promise
from handlers.views.words import coin, exact_coin, lasts, percent, worth

_DETAILS: Final = (
    Step.IMAGE,
    Step.PORTS,
    Step.ENV,
    Step.SSH,
    Step.PASSWORD,
    Step.JUPYTER,
    Step.COMMAND,
    Step.AUTOSSH,
)


@dataclass(frozen=True, slots=True)
class Replaced:
    """The machine in whose place this one is offered. `cost`: per day, with the fee; `doubtful`: whether that one was
    rented after all is not known.
    """

    server: ServerId
    cost: Money | None = None
    listing: Listing | None = None
    doubtful: bool = False


def confirm(
    planned: Planned,
    effect: Effect,
    now: datetime,
    *,
    token: str,
    expires_at: datetime,
    price_before: Money | None = None,
    replaced: Replaced | None = None,
    notes: tuple[str, ...] = (),
    stop: Wish | None = None,
) -> Screen:
    """What is shown is what is sent, to the digit. `price_before`: the price on demand that was shown before, where it
    was another one (per day, before the fee). `stop`: the condition that will be set.
    """
    draft, quote = planned.draft, planned.quote
    assert quote is not None
    what = "Place this bid?" if draft.spot else "Rent this machine?"
    return screen(
        (
            title("⚖️", what, say("server {id}", id=code(draft.server)), planned.account),
            join((machine(planned), _instead(planned, replaced) if replaced else None)),
            price(planned),
            _bid(planned, now) if draft.spot else _pinned(quote.price, price_before),
            _fees(planned),
            runway(effect, quote.price.currency, planned.rates, then="once it runs" if draft.spot else "with it"),
            join(
                (
                    say("⚠️ {notes}", notes=text(" ".join(notes), 300)) if notes else None,
                    promise(stop, quote.price.currency, cost_of(draft, quote), planned.rates, now, spot=draft.spot)
                    if stop
                    else None,
                ),
                " ",
            ),
            join((valid_until(expires_at, now), age(planned.read_at, now, planned.rates)), " "),
        ),
        (
            (Press("✏️ Change…", ShowDraft(planned.id)),),
            *confirmation(token, verb(planned), Style.SUCCESS, otherwise="◀ Not now"),
        ),
        details=[
            say("Price {price} a day before fee", price=exact_coin(quote.price)) if not draft.spot else None,
            *(line(step, draft) for step in _DETAILS),
            variables(draft),
        ],
    )


def verb(planned: Planned) -> str:
    """What the button says: the cost of a day on demand, with the fee; of a bid what is sent."""
    draft, quote = planned.draft, planned.quote
    assert quote is not None
    if draft.spot and draft.spot_price is not None:
        return f"Bid {exact_coin(Money(draft.spot_price, quote.price.currency))} a day"
    return f"Rent for {coin(cost_of(draft, quote))} a day"


def _pinned(price: Money, before: Money | None) -> Html:
    """`required_price`: at another price CLORE.AI does not start the order."""
    pinned = say("📌 Exactly {price} a day before the fee, or nothing is rented.", price=exact_coin(price))
    if before is None:
        return pinned
    moved = say("⚠️ The price moved: {before} → {after} a day.", before=exact_coin(before), after=exact_coin(price))
    return join((moved, pinned), " ")


def _bid(planned: Planned, now: datetime) -> Html:
    """Where the bid would stand."""
    draft, quote, market = planned.draft, planned.quote, planned.auction
    assert quote is not None
    assert draft.spot_price is not None
    if market is None:
        return say("Who bids could not be read just now: whether it would win is not known.")
    bid = Money(draft.spot_price, quote.price.currency)
    return standing(bid, market, planned.rates, on_demand=None, now=now)


def _fees(planned: Planned) -> Html:
    if planned.draft.spot:
        return say(
            "It costs nothing while it waits; a higher bid or an order on demand takes the machine away. CLORE.AI adds a "
            "creation fee once it runs for 10 minutes; the order shows how much."
        )
    return say("🎟 CLORE.AI adds a creation fee once 10 minutes are over; only the order shows how much.")


def runway(effect: Effect, currency: str, rates: Rates | None, *, then: str) -> Html:
    """How long the coin lasts before and after; `then`: after what."""
    name = symbol(currency)
    if effect.balance is None:
        return say("💰 Your balance of {coin} is not known.", coin=name)
    before = say("lasts {span} now", span=lasts(effect.before)) if effect.before is not None else "burns nothing now"
    after = say("{span} {then}", span=lasts(effect.after), then=then) if effect.after is not None else None
    return join((say("💰 {balance}", balance=worth(effect.balance, rates)), before, after))


def _instead(planned: Planned, replaced: Replaced) -> Html:
    """What differs from the machine before."""
    listing, before, quote = planned.listing, replaced.listing, planned.quote
    assert quote is not None
    cost = cost_of(planned.draft, quote)
    moved = (
        say("{before} → {after} a day", before=worth(replaced.cost, planned.rates), after=worth(cost, planned.rates))
        if replaced.cost is not None
        else None
    )
    country = reliability = None
    if listing is not None and before is not None:
        country = _change(before.specs.country, listing.specs.country)
        reliability = _change(_share(before), _share(listing))
    differs = [
        moved,
        say("country {change}", change=country) if country else None,
        say("reliability {change}", change=reliability) if reliability else None,
        "⚠️ whether that one was rented is not known" if replaced.doubtful else None,
    ]
    return say("🔁 instead of server {id}: {differs}", id=code(replaced.server), differs=join(differs) or "the same")


def _change(before: str | None, after: str | None) -> str | None:
    return None if before == after else f"{before or 'unknown'} → {after or 'unknown'}"


def _share(listing: Listing) -> str | None:
    return None if listing.reliability is None else percent(listing.reliability * 100)
