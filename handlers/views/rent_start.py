"""Why a machine cannot be rented, each with the next step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.ids import NO_RESULTS, DraftId, OrderId, ResultsId, ServerId
from bot.domain.market import Listing
from bot.domain.money import Money, Rates, symbol
from bot.domain.renting import Coin
from bot.domain.spending import Wallet
from handlers.actions import Action, Connect, ShowOrder, ShowOrders, ShowWallets
from handlers.market_actions import ShowMarket, WatchServer
from handlers.rent_actions import AskRent, NextCandidate, ShowDraft, ShowStep, StartRent
from handlers.screen import Press, Row, Screen
from handlers.views.draft import back_of
from handlers.views.errors import three_parts
from handlers.views.frame import Account, age, navigation, title
from handlers.views.html import code, join, say, text
from handlers.views.words import coin, exact_coin, worth
from handlers.word import Word

NOT_RENTED = "Nothing was rented."


def no_account() -> Screen:
    return three_parts(
        title("🔑", "No account yet", "renting needs a CLORE.AI key"),
        say("There is no account in this chat that could rent."),
        say(NOT_RENTED),
        say("Connect a key: it takes a minute, and the message that holds it is deleted."),
        ((Press("🔑 Connect", Connect()), Press("🔎 Market", ShowMarket())), navigation()),
    )


def nothing_open() -> Screen:
    """`/rent` without a number, and no draft."""
    return three_parts(
        title("📝", "No draft", "nothing is being put together"),
        say("A rental begins with a machine."),
        say(NOT_RENTED),
        say("Search the market, or write {usage} with a server's number.", usage=code("/rent 123")),
        ((Press("🔎 Market", ShowMarket()),), navigation()),
    )


def not_listed(
    server: ServerId, read_at: datetime, now: datetime, *, draft: DraftId | None = None, results: ResultsId = NO_RESULTS
) -> Screen:
    return three_parts(
        title("❔", "Not listed", say("server {id}", id=code(server))),
        say("The marketplace does not show this server: it is hidden, offline, or gone."),
        say(NOT_RENTED),
        say("Take another one."),
        (_below(back_of(results), draft),),
        read=age(read_at, now),
    )


def own_machine(server: ServerId, account: Account) -> Screen:
    return three_parts(
        title("⛔", "Your own machine", say("server {id}", id=code(server)), account),
        say("CLORE.AI does not rent a machine to its own host."),
        say(NOT_RENTED),
        say("Take another one."),
        ((Press("🔎 Market", ShowMarket()),), navigation()),
    )


def taken(
    listing: Listing,
    read_at: datetime,
    now: datetime,
    *,
    bids: bool,
    draft: DraftId | None = None,
    results: ResultsId = NO_RESULTS,
) -> Screen:
    """Rented on demand by somebody else. `bids`: it has a spot price, so that a bid can wait for it."""
    bid = (Press("⚖️ Bid…", StartRent(listing.id, spot=True, results=results)),) if bids else ()
    return three_parts(
        title("🔒", "Taken", say("server {id}", id=code(listing.id))),
        say("{machine} is rented on demand by somebody else.", machine=listing.specs.title),
        say(NOT_RENTED),
        say("A bid can wait until it is free, or I tell you when it is.")
        if bids
        else say("I can tell you when it is free."),
        (
            (*bid, Press("🔔 Tell me", WatchServer(listing.id, on=True))),
            (Press("🔎 Market", ShowMarket()),),
            _below(back_of(results), draft),
        ),
        read=age(read_at, now),
    )


def no_price(
    listing: Listing, read_at: datetime, now: datetime, *, spot: bool, other: bool, results: ResultsId
) -> Screen:
    """The host asks no price of this kind in a coin that it takes. `other`: it does of the other kind."""
    kind, instead = ("spot", "On demand…") if spot else ("on demand", "⚖️ Bid instead…")
    way = (Press(instead, StartRent(listing.id, spot=not spot, results=results)),) if other else ()
    return three_parts(
        title("❔", "No price", say("server {id}", id=code(listing.id))),
        say("{machine} has no price {kind} in a coin that its host takes.", machine=listing.specs.title, kind=kind),
        say(NOT_RENTED),
        say("Take the other kind.") if other else say("Take another machine."),
        (way, (Press("🔎 Market", ShowMarket()),), _below(back_of(results))),
        read=age(read_at, now),
    )


def no_coin(
    account: Account,
    listing: Listing,
    offered: Iterable[Coin],
    wallets: Iterable[Wallet],
    read_at: datetime,
    now: datetime,
    *,
    results: ResultsId = NO_RESULTS,
) -> Screen:
    """Every balance is known, and none is of a coin that the host takes."""
    takes = join((symbol(each.name) for each in offered), ", ")
    held = [wallet.money for wallet in wallets if wallet.money is not None and wallet.money.amount > 0]
    mine = join((coin(money) for money in held[:4]), ", ") or "nothing"
    return three_parts(
        title("🪙", "No coin for it", say("server {id}", id=code(listing.id)), account),
        say("The host takes {takes}; you hold {mine}.", takes=takes, mine=mine),
        say(NOT_RENTED),
        say("Top up one of these coins, or take another machine."),
        (
            (
                Press("💰 Wallets", ShowWallets(account.id)),
                Press("🔁 Try again", StartRent(listing.id, results=results)),
            ),
            (Press("🔎 Market", ShowMarket()),),
            _below(back_of(results)),
        ),
        read=age(read_at, now),
    )


def coin_refused(account: Account, draft: DraftId, currency: str, read_at: datetime, now: datetime) -> Screen:
    """The host took this coin when the draft began, and does not any more."""
    return three_parts(
        title("🪙", "Coin not taken", symbol(currency), account),
        say("The host does not take {coin} any more.", coin=symbol(currency)),
        say(NOT_RENTED),
        say("Choose another coin."),
        ((Press("🪙 Other coin…", ShowStep(draft, Word("coin"))),), _below(ShowDraft(draft), draft)),
        read=age(read_at, now),
    )


def too_little(
    account: Account,
    draft: DraftId,
    cost: Money,
    balance: Money,
    rates: Rates | None,
    read_at: datetime | None,
    now: datetime,
) -> Screen:
    """The balance does not reach for the first hour. `cost`: per day, with the fee."""
    return three_parts(
        title("💸", "Not enough", symbol(cost.currency), account),
        say("An hour costs {hour}; you hold {balance}.", hour=worth(cost / 24, rates), balance=exact_coin(balance)),
        say(NOT_RENTED),
        say("Pay in another coin, or top up."),
        (
            (Press("🪙 Other coin…", ShowStep(draft, Word("coin"))), Press("💰 Wallets", ShowWallets(account.id))),
            _below(ShowDraft(draft), draft),
        ),
        read=age(read_at, now, rates),
    )


def full(account: Account, draft: DraftId, active: int, limit: int, read_at: datetime | None, now: datetime) -> Screen:
    """The account has as many active orders as CLORE.AI allows it."""
    return three_parts(
        title("📚", "Too many orders", "the account is full", account),
        say("CLORE.AI allows this account {limit} active orders, and {active} are active.", limit=limit, active=active),
        say(NOT_RENTED),
        say("Cancel one that you do not need, then ask again."),
        (
            (Press("📋 Rentals", ShowOrders(account.id)),),
            navigation(ShowDraft(draft), AskRent(draft)),
        ),
        read=age(read_at, now),
    )


def no_candidate(draft: DraftId, machine: str, read_at: datetime, now: datetime, results: ResultsId) -> Screen:
    """No other machine like it is free and takes a coin that I hold."""
    return three_parts(
        title("❔", "No other one", text(machine, 48)),
        say("No other free machine like this takes a coin that you hold."),
        say(NOT_RENTED),
        say("Search with other conditions; the draft is kept."),
        (
            (Press("🔎 Market", back_of(results)),),
            navigation(ShowDraft(draft), NextCandidate(draft)),
        ),
        read=age(read_at, now),
    )


def undecided(account: Account, server: ServerId) -> Screen:
    """What became of the first request is not known yet, so nothing is offered in its place."""
    return three_parts(
        title("⏳", "Still checking", say("server {id}", id=code(server)), account),
        say("Whether this server was rented is not known yet."),
        say("Nothing else was rented: it could be two machines then."),
        say("Wait for the outcome; it is told in a minute or so."),
        ((Press("📋 Rentals", ShowOrders(account.id, fresh=True)),), navigation()),
    )


def no_rental(account: Account, order: OrderId) -> Screen:
    """The earlier rental is in no list."""
    return three_parts(
        title("❔", "Not found", code(f"#{order}"), account),
        say("CLORE.AI does not list this rental any more, so its image and ports are not known."),
        say(NOT_RENTED),
        say("Take a machine from the market."),
        ((Press("🔎 Market", ShowMarket()), Press("📋 Rentals", ShowOrders(account.id))), navigation()),
    )


def nothing_like_it(account: Account, order: OrderId, machine: str, read_at: datetime, now: datetime) -> Screen:
    """Neither the machine of an earlier rental is free, nor one like it."""
    return three_parts(
        title("❔", "Nothing like it", code(f"#{order}"), account),
        say("Neither that machine nor another {machine} is free in a coin that you hold.", machine=text(machine, 48)),
        say(NOT_RENTED),
        say("Search with other conditions."),
        ((Press("🔎 Market", ShowMarket()), Press("Open order", ShowOrder(account.id, order))), navigation()),
        read=age(read_at, now),
    )


def _below(back: Action, draft: DraftId | None = None, refresh: Action | None = None) -> Row:
    """The next similar machine is asked for at once: from the last row, where the question has its way out."""
    other = (Press("⏭ Next similar", NextCandidate(draft)),) if draft is not None else ()
    return (Press("◀ Back", back), *other, *navigation(None, refresh))
