"""What became of an order that was to be made, in words, and the next step in one tap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.ids import OrderId
from bot.domain.ledger import Creation
from bot.domain.money import Money, Rates
from bot.domain.rental import Order
from bot.domain.stops import Condition
from handlers.actions import ShowOrder, ShowOrders, ShowWallets
from handlers.market_actions import ShowMarket, ShowServer
from handlers.rent_actions import AskRent, NextCandidate, ShowDraft, ShowStep, ShowStops
from handlers.screen import Press, Row, Screen
from handlers.views.errors import Untouched, three_parts
from handlers.views.frame import Account, age, label, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.rental import day_price, number, smaller_prices
from handlers.views.stops import in_words
from handlers.views.words import duration, exact_coin
from handlers.word import Word

COIN = Word("coin")
PRICE = Word("price")


def renting(account: Account, creation: Creation) -> Screen:
    """While the request is under way."""
    word = "Placing the bid" if _spot(creation) else "Renting"
    return screen(
        (_head("⏳", word, creation, account), _what(creation), say("Asked CLORE.AI; waiting for the order …"))
    )


def checking(account: Account, creation: Creation) -> Screen:
    """No clear answer came: it is being looked for."""
    return screen(
        (
            _head("🔎", "Checking", creation, account),
            _what(creation),
            say("I did not get a clear answer. The order may exist."),
            say("I look for it in CLORE.AI's list, for up to two minutes; nothing is sent again."),
        ),
        (_list(account), navigation()),
    )


def rented(
    account: Account,
    creation: Creation,
    order: OrderId,
    now: datetime,
    *,
    seen: Order | None = None,
    read_at: datetime | None = None,
    rates: Rates | None = None,
    late: timedelta | None = None,
    stops: Iterable[Condition] = (),
) -> Screen:
    """my_orders lists it. `seen`: its row, where that is at hand. `late`: it showed up so long after the request.

    `stops`: the conditions that are set for it.
    """
    spot, ends = _spot(creation), [in_words(each, now) for each in stops]
    return screen(
        (
            title("✅", "Bid placed" if spot else "Rented", number(order), account),
            _what(creation, priced=seen is None),
            join((day_price(seen, rates), smaller_prices(seen))) if seen is not None else None,
            say("Found after all, {span} after I had asked for it.", span=duration(late)) if late is not None else None,
            say("It gets the machine while no other bid is higher; while it waits it costs nothing.")
            if spot
            else say("The machine is being prepared now, which takes a minute or a few."),
            None if spot else say("Cancelled within its first 10 minutes, it costs no creation fee."),
            say("⏲ I cancel it {conditions}, and warn you before.", conditions=join(ends, ", or ")) if ends else None,
            age(read_at, now, rates) if read_at is not None else None,
        ),
        (
            (
                Press("Open order", ShowOrder(account.id, order, fresh=True)),
                Press("📋 Rentals", ShowOrders(account.id)),
            ),
            (Press("⏲ Stop…", ShowStops(account.id, order)),),
            navigation(),
        ),
    )


# Certainly not rented


def price_moved(account: Account, creation: Creation, price: Money) -> Screen:
    was = exact_coin(creation.price) if creation.price is not None else "what was confirmed"
    return _refused(
        account,
        creation,
        say("The host changed the price: {was} → {now} a day before fee.", was=was, now=exact_coin(price)),
        say("You confirmed the old price, so I did not take the new one."),
        (
            (_again(creation, f"💰 At {exact_coin(price)} a day…"),),
            *(((_machine(creation),),) if creation.draft is not None else ()),
        ),
        lead=_next(creation),
    )


def taken(account: Account, creation: Creation, own: OrderId | None) -> Screen:
    """`own`: the order by which this very account has the machine."""
    if own is not None:
        return _refused(
            account,
            creation,
            say("This account has rented the machine already: {order}.", order=number(own)),
            say("Open that order; it cannot be rented twice."),
            ((Press("Open order", ShowOrder(account.id, own, fresh=True)),),),
            lead=_next(creation),
        )
    return _refused(
        account,
        creation,
        say("Somebody else has rented this machine."),
        say("Take the next one like it, or bid for it on the spot market."),
        lead=_next(creation),
    )


def offline(account: Account, creation: Creation) -> Screen:
    return _refused(
        account,
        creation,
        say("The machine is offline: CLORE.AI cannot reach it."),
        say("Take the next one like it."),
        lead=_next(creation),
    )


def coin_refused(account: Account, creation: Creation) -> Screen:
    return _refused(
        account,
        creation,
        say("The host does not take {coin}.", coin=creation.new.currency),
        say("Pay in another coin, or take the next machine like it."),
        (_other_coin(creation),),
        lead=_next(creation),
    )


def no_funds(account: Account, creation: Creation) -> Screen:
    return _refused(
        account,
        creation,
        say("There is not enough {coin} in the wallet.", coin=creation.new.currency),
        say("Pay in another coin, or deposit some first."),
        (_other_coin(creation), (Press("💰 Wallet and deposit", ShowWallets(account.id, fresh=True)),)),
    )


def too_low(account: Account, creation: Creation, least: Money | None) -> Screen:
    """`least`: what the host takes, where CLORE.AI names it."""
    takes = say("The host takes {least} a day or more.", least=exact_coin(least)) if least is not None else ""
    name = "Other bid…" if least is None else f"Bid {exact_coin(least)} or more…"
    change = () if creation.draft is None else (Press(label(name), ShowStep(creation.draft, PRICE)),)
    return _refused(
        account,
        creation,
        join((say("The bid is less than the host takes."), takes), " "),
        say("Bid more, or take another machine."),
        (change,),
        lead=_next(creation),
    )


def full(account: Account, creation: Creation, most: int | None) -> Screen:
    """`most`: how many active orders the account may have, where that is known."""
    count = say(" ({most})", most=most) if most is not None else ""
    return _refused(
        account,
        creation,
        say("This account has as many active orders as CLORE.AI allows it{count}.", count=count),
        say("End one of them first."),
        ((Press("📋 Rentals", ShowOrders(account.id, fresh=True)),),),
        lead=_again(creation, "🔁 Try again…"),
    )


def refused(account: Account, creation: Creation, error: str) -> Screen:
    """CLORE.AI said no with a word that has no sentence of its own here; its word is shown as it came."""
    return _refused(
        account,
        creation,
        say("CLORE.AI refused: {error}", error=code(error, 200)),
        say("Change the order, or take another machine."),
        (_change(creation),),
        lead=_next(creation),
    )


def invalid(account: Account, creation: Creation, problem: str) -> Screen:
    """The request itself was wrong, by its own limits or by CLORE.AI's."""
    return _refused(
        account,
        creation,
        say("CLORE.AI cannot take the order as it is: {problem}", problem=text(problem, 200)),
        say("Change the order, then ask again. Machines of one's own cannot be rented either."),
        (_change(creation),),
        lead=_next(creation),
    )


def busy(account: Account, creation: Creation, wait: timedelta) -> Screen:
    return _refused(
        account,
        creation,
        say("CLORE.AI takes no more requests with this key just now. It refused this one each time I asked."),
        say("Safe to try again in {wait}.", wait=duration(wait)),
        lead=_again(creation, "🔁 Try again…"),
    )


def unreachable(account: Account, creation: Creation) -> Screen:
    return _refused(
        account,
        creation,
        say("CLORE.AI did not answer when I looked at your orders, so I did not send this one."),
        say("Safe to try again in a minute."),
        lead=_again(creation, "🔁 Try again…"),
    )


def interrupted(account: Account, creation: Creation) -> Screen:
    """Confirmed, and not sent in time."""
    return three_parts(
        _head("⏹", "Not sent", creation, account),
        join(
            (_what(creation), say("I was held up before I could send this, or CLORE.AI was too busy to take it.")), "\n"
        ),
        say(Untouched.RENT),
        say("If you still want it, ask again."),
        (_out(creation, _again(creation, "🔁 Ask again…")),),
    )


# Nobody knows


def probably_not(account: Account, creation: Creation, watched_until: datetime, now: datetime) -> Screen:
    """No clear answer, and my_orders was read again and again without a new order."""
    return three_parts(
        _head("❔", "Unknown, probably not rented", creation, account),
        join(
            (
                _what(creation),
                say("CLORE.AI gave no clear answer, and its list shows no new order of this machine since."),
            ),
            "\n",
        ),
        _not_again(watched_until, now),
        say("Should you rent it again now, look at the list first: it could be two."),
        (_list(account), _out(creation, _again(creation, "🔁 Ask again…"))),
    )


def not_listed_yet(account: Account, creation: Creation, watched_until: datetime, now: datetime) -> Screen:
    """CLORE.AI said that it made the order, and does not list it."""
    return three_parts(
        _head("❔", "Accepted, not listed yet", creation, account),
        join((_what(creation), say("CLORE.AI took the order, but its list does not show it yet.")), "\n"),
        _not_again(watched_until, now),
        say("It may be rented and cost money: look at the list before you rent another one."),
        (_list(account), _out(creation)),
    )


def lost(account: Account, creation: Creation, watched_until: datetime, now: datetime) -> Screen:
    """Neither a clear answer, nor a list to look at."""
    return three_parts(
        _head("❔", "Outcome unknown", creation, account),
        join(
            (_what(creation), say("I did not get a clear answer, and CLORE.AI's list of orders cannot be read.")), "\n"
        ),
        _not_again(watched_until, now),
        say("The order may exist and cost money: look at the list before you rent another one."),
        (_list(account), _out(creation)),
    )


def never_seen(account: Account, creation: Creation, looked_for: timedelta) -> Screen:
    """Looked for to the end, with answers."""
    return three_parts(
        _head("⏹", "Not rented", creation, account),
        join(
            (
                _what(creation),
                say("No order of this machine was listed within {span}.", span=duration(looked_for)),
            ),
            "\n",
        ),
        say("As far as anybody can tell nothing was rented. I look no longer, and send nothing by myself."),
        say("Safe to rent again: a new press is needed."),
        (_list(account), _out(creation, _again(creation, "🔁 Ask again…"))),
    )


def given_up(account: Account, creation: Creation) -> Screen:
    """Looked for to the end, and nothing could be read."""
    return three_parts(
        _head("❔", "Outcome unknown", creation, account),
        join((_what(creation), say("CLORE.AI's list of orders could not be read all this time.")), "\n"),
        say("I look no longer, and send nothing by myself."),
        say("The order may exist and cost money: look at the list before you rent another one."),
        (_list(account), _out(creation, _again(creation, "🔁 Ask again…"))),
    )


def _refused(
    account: Account,
    creation: Creation,
    happened: Html,
    advice: Html,
    ways: tuple[Row, ...] = (),
    *,
    lead: Press | None = None,
) -> Screen:
    """`lead`: the way on that ends in a question."""
    head = _head("⛔", "Bid not placed" if _spot(creation) else "Not rented", creation, account)
    happened = join((_what(creation), happened), "\n")
    return three_parts(head, happened, say(Untouched.RENT), advice, (*ways, _out(creation, lead)))


def _not_again(watched_until: datetime, now: datetime) -> Html:
    return say(
        "I do not send it again by myself. I go on looking for {span}, and tell you if it shows up.",
        span=duration(max(watched_until - now, timedelta())),
    )


def _head(glyph: str, word: str, creation: Creation, account: Account) -> Html:
    return title(glyph, word, say("server {id}", id=code(creation.server)), account)


def _what(creation: Creation, *, priced: bool = True) -> Html:
    """`2x RTX 4090 · on demand · 0.0001 BTC a day before fee`."""
    price = creation.price
    return join(
        (
            text(creation.title, 48),
            say("server {id}", id=code(creation.server)) if not priced else None,
            "spot" if _spot(creation) else "on demand",
            say("{price} a day before fee", price=exact_coin(price)) if priced and price is not None else None,
        )
    )


def _spot(creation: Creation) -> bool:
    return creation.new.spot_price is not None


def _list(account: Account) -> Row:
    return (Press("📋 Look at the list", ShowOrders(account.id, fresh=True)),)


def _again(creation: Creation, name: str) -> Press:
    """Leads to a new confirmation. Without its draft, to the machine from which one begins."""
    return _machine(creation) if creation.draft is None else Press(label(name), AskRent(creation.draft))


def _next(creation: Creation) -> Press:
    """Leads to the confirmation of another machine. Without its draft, to where one is found."""
    if creation.draft is None:
        return Press("🔍 Search", ShowMarket())
    return Press("⏭ Next similar", NextCandidate(creation.draft))


def _machine(creation: Creation) -> Press:
    return Press("🖥 The machine", ShowServer(creation.server, fresh=True))


def _other_coin(creation: Creation) -> Row:
    if creation.draft is None:
        return (_machine(creation),)
    return (Press("🪙 Other coin…", ShowStep(creation.draft, COIN)),)


def _change(creation: Creation) -> Row:
    return () if creation.draft is None else (Press("✏️ Change the order", ShowDraft(creation.draft)),)


def _out(creation: Creation, lead: Press | None = None) -> Row:
    """The last row. What leads to a question stands in it, since the answer that spends stands in the row above."""
    out = navigation(None if creation.draft is None else ShowDraft(creation.draft))
    return out if lead is None else (*out[:-1], lead, out[-1])
