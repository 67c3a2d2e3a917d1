"""What a person can make happen in the simulated world: the verbs of the panel beside the chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Final

from bot.sandbox.clore import rivals
from bot.sandbox.clore.auction import Bid, worth
from bot.sandbox.clore.coins import COINS, UNIT, above
from bot.sandbox.clore.faults import Fault
from bot.sandbox.clore.model import Account, Ending, Order, Row, Server
from bot.sandbox.clore.rivals import Rivals, repriced
from bot.sandbox.clore.service import Service
from bot.sandbox.clore.world import World


class ImpossibleError(Exception):
    """The act has nothing to act on; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an act takes place: the service with its world, the account that it concerns, the act's own facts."""

    service: Service
    rivals: Rivals
    account: Account
    facts: Mapping[str, object]

    @property
    def world(self) -> World:
        return self.service.world


@dataclass(frozen=True, slots=True)
class Act:
    """A verb; without facts it takes the newest order it fits, a switch turns over."""

    run: Callable[[Stage], Row]
    label: str
    hint: str


def outbid(stage: Stage) -> Row:
    """A rival offers a twentieth more than my offer, in the same coin. Facts: `order`, `bid`."""
    mine = _my_offer(stage, active=True)
    price = _decimal(stage, "bid") or (mine.price * Decimal("1.05")).quantize(UNIT[mine.currency], ROUND_CEILING)
    if price <= mine.price:
        usd = worth(Bid(mine.id, mine.price, mine.currency), stage.world.rates)
        price = above(usd, mine.currency, stage.world.rates)
    rival = rivals.bid(stage.world, stage.service.random, _server(stage, mine.server), price, mine.currency)
    return {"order": mine.id, "server": mine.server, "offer": rival.id, "bid": price, "currency": mine.currency}


def on_demand_takes(stage: Stage) -> Row:
    """A tenant on demand takes the machine that my offer holds. Facts: `order`."""
    mine = _my_offer(stage, active=True)
    rival = rivals.rent(stage.world, stage.service.random, _server(stage, mine.server))
    return {"order": mine.id, "server": mine.server, "tenant": rival.id}


def holder_leaves(stage: Stage) -> Row:
    """Whoever holds the machine that my offer waits for goes. Facts: `order`."""
    mine = _my_offer(stage, active=False)
    holder = stage.world.holder(mine.server)
    if holder is None:
        raise ImpossibleError("nobody holds that machine")
    stage.world.end(holder.id, Ending.CANCELLED)
    return {"order": mine.id, "server": mine.server, "left": holder.id}


def raise_minimum(stage: Stage) -> Row:
    """The host asks a fifth more as the least offer. Facts: `order` or `server`, `factor`."""
    return _reprice(stage, Decimal(1), _decimal(stage, "factor") or Decimal("1.2"))


def raise_price(stage: Stage) -> Row:
    """The host asks a fifth more on demand; what runs keeps its price. Facts: `order` or `server`, `factor`."""
    return _reprice(stage, _decimal(stage, "factor") or Decimal("1.2"), Decimal(1))


def host_offline(stage: Stage) -> Row:
    """Facts: `order` or `server`."""
    return _switch_host(stage, online=False)


def host_online(stage: Stage) -> Row:
    """Facts: `order` or `server`; the last host that went offline otherwise."""
    return _switch_host(stage, online=True)


def host_gone(stage: Stage) -> Row:
    """The host takes the machine away; every order there ends. Facts: `order` or `server`."""
    server = _chosen_server(stage)
    stage.world.remove_server(server.id)
    return {"server": server.id}


def age(stage: Stage) -> Row:
    """Everything is older by `seconds` (an hour); what happens and is billed in that time happens now."""
    seconds = float(_decimal(stage, "seconds") or 3600)
    if not 0 < seconds <= 366 * 86400:
        raise ImpossibleError("seconds must be more than 0 and at most a year")
    stage.world.aged_by += seconds
    stage.world.advance(stage.service.now())
    return {"seconds": int(seconds), "aged_by": int(stage.world.aged_by)}


def drain(stage: Stage) -> Row:
    """Leaves about twenty minutes of what each coin burns now, a speck where nothing burns. Facts: `currency`."""
    for coin in _coins(stage):
        burn = stage.world.burn_per_minute(stage.account.id, coin)
        stage.world.set_balance(
            stage.account.id, coin, (20 * burn or 3 * UNIT[coin]).quantize(UNIT[coin], ROUND_CEILING)
        )
    return _balances(stage)


def deposit(stage: Stage) -> Row:
    """Adds `amount` of `currency`; without facts, 50 USD worth of every coin."""
    for coin in _coins(stage):
        amount = _decimal(stage, "amount") or above(Decimal(50), coin, stage.world.rates)
        before = stage.world.balance(stage.account.id, coin) or Decimal(0)
        stage.world.set_balance(stage.account.id, coin, before + amount)
    return _balances(stage)


def down(stage: Stage) -> Row:
    """CLORE.AI fails every request. Facts: `on`, `mode` (500, timeout, html, reset)."""
    faults = stage.service.faults
    mode = str(stage.facts.get("mode", "500"))
    if mode not in {"500", "timeout", "html", "reset"}:
        raise ImpossibleError("mode is one of 500, timeout, html, reset")
    faults.down = mode if _switched(stage, faults.down is not None) else None
    return {"on": faults.down is not None, "mode": faults.down}


def refuse(stage: Stage) -> Row:
    """The next `times` (5) requests are answered 429; with `probability` each only so likely."""
    times = int(_decimal(stage, "times") or 5)
    probability = float(_decimal(stage, "probability") or 1)
    stage.service.faults.plans.append(Fault(mode="429", times=times, probability=probability))
    return {"times": times}


def vanish_when_outbid(stage: Stage) -> Row:
    """A displaced offer ends instead of waiting. Facts: `on`."""
    stage.world.outbid_vanishes = _switched(stage, stage.world.outbid_vanishes)
    return {"on": stage.world.outbid_vanishes}


def never_deploys(stage: Stage) -> Row:
    """What is rented from now on, and my containers that do not run yet, stay as they are. Facts: `on`."""
    world = stage.world
    world.never_deploys = _switched(stage, world.never_deploys)
    for order in _mine(stage):
        young = order.started is None or world.at - order.started < order.deploys_in
        if order.hangs != world.never_deploys and (order.hangs or young):
            world.orders[order.id] = replace(order, hangs=world.never_deploys)
    return {"on": world.never_deploys}


def revoke_key(stage: Stage) -> Row:
    """The key is refused from now on, or accepted again. Facts: `on`."""
    key = stage.account.key or ""
    revoked = _switched(stage, key in stage.world.revoked)
    stage.world.revoked = stage.world.revoked | {key} if revoked else stage.world.revoked - {key}
    return {"on": revoked}


def switch_rivals(stage: Stage) -> Row:
    """Strangers bid, rent and leave every minute or so. Facts: `on`."""
    stage.rivals.on = _switched(stage, stage.rivals.on)
    return {"on": stage.rivals.on}


ACTS: Final[Mapping[str, Act]] = {
    "outbid": Act(outbid, "A rival outbids me", "Offers 5 % more for a machine that I hold on the spot market."),
    "on_demand_takes": Act(on_demand_takes, "Someone rents it on demand", "Takes a spot machine that I hold."),
    "holder_leaves": Act(holder_leaves, "The holder leaves", "The machine my bid waits for becomes free."),
    "raise_minimum": Act(raise_minimum, "Raise the minimum bid", "The host of my spot machine asks 20 % more."),
    "raise_price": Act(raise_price, "Raise the price", "The host of my machine asks 20 % more on demand."),
    "host_offline": Act(host_offline, "Host goes offline", "My newest running machine loses its connection."),
    "host_online": Act(host_online, "Host is back online", "The last machine that went offline returns."),
    "host_gone": Act(host_gone, "Host vanishes", "My newest running machine is taken away for good."),
    "age": Act(age, "One hour later", "Every rental is an hour older and that hour is billed."),
    "drain": Act(drain, "Drain the wallet", "Leaves about twenty minutes of every coin."),
    "deposit": Act(deposit, "Deposit coins", "Adds 50 USD worth of every coin."),
    "down": Act(down, "CLORE is down (on/off)", "Every request fails with HTTP 500."),
    "refuse": Act(refuse, "Refuse five requests", "The next five requests get HTTP 429."),
    "vanish_when_outbid": Act(
        vanish_when_outbid, "Outbid orders vanish (on/off)", "Otherwise they fall back to waiting."
    ),
    "never_deploys": Act(
        never_deploys, "Nothing deploys (on/off)", "What I rent from now on hangs while its container is set up."
    ),
    "revoke_key": Act(revoke_key, "Revoke my key (on/off)", "Every request with my key gets HTTP 401."),
    "rivals": Act(switch_rivals, "Rivals (on/off)", "Strangers bid, rent and leave every minute or so."),
}
"""In the order in which a panel shows them."""


def perform(name: str, stage: Stage) -> Row:
    """Raises ImpossibleError, also for an unknown name."""
    if name not in ACTS:
        raise ImpossibleError(f"unknown act; there are {', '.join(ACTS)}")
    stage.world.advance(stage.service.now())
    return {"ok": True, "act": name, **ACTS[name].run(stage)}


def _my_offer(stage: Stage, *, active: bool) -> Order:
    wanted = stage.facts.get("order")
    offers = [each for each in _mine(stage) if each.spot and each.active == active and wanted in {None, each.id}]
    if not offers:
        state = "holds a machine" if active else "waits"
        raise ImpossibleError(f"no spot order of this account {state}")
    return offers[-1]


def _mine(stage: Stage) -> list[Order]:
    return [each for each in stage.world.orders_of(stage.account.id) if each.live]


def _server(stage: Stage, number: int) -> Server:
    if number not in stage.world.servers:
        raise ImpossibleError("no such server")
    return stage.world.servers[number]


def _chosen_server(stage: Stage) -> Server:
    """`server`, that of `order`, or that of my newest active order."""
    named = _decimal(stage, "server")
    if named is not None:
        return _server(stage, int(named))
    wanted = stage.facts.get("order")
    orders = [each for each in _mine(stage) if (each.active if wanted is None else each.id == wanted)]
    if not orders:
        raise ImpossibleError("this account has no such order")
    return _server(stage, orders[-1].server)


def _switch_host(stage: Stage, *, online: bool) -> Row:
    numbers = [each.server for each in _mine(stage)]
    dark = [number for number in numbers if number in stage.world.servers and not stage.world.servers[number].online]
    server = _server(stage, dark[-1]) if online and dark and not stage.facts else _chosen_server(stage)
    stage.world.put_server(replace(server, online=online))
    return {"server": server.id, "online": online}


def _reprice(stage: Stage, on_demand: Decimal, spot: Decimal) -> Row:
    server = repriced(_chosen_server(stage), on_demand, spot)
    stage.world.put_server(server)
    return {"server": server.id, "on_demand": dict(server.on_demand), "spot": dict(server.spot)}


def _coins(stage: Stage) -> list[str]:
    coin = stage.facts.get("currency")
    if coin is not None and coin not in COINS:
        raise ImpossibleError(f"currency is one of {', '.join(COINS)}")
    return list(COINS) if coin is None else [str(coin)]


def _balances(stage: Stage) -> Row:
    return {"balances": {coin: stage.world.balance(stage.account.id, coin) for coin in COINS}}


def _switched(stage: Stage, before: bool) -> bool:
    on = stage.facts.get("on")
    return not before if on is None else bool(on)


def _decimal(stage: Stage, name: str) -> Decimal | None:
    value = stage.facts.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value <= 0:
        raise ImpossibleError(f"{name} must be a number above 0")
    return Decimal(value)
