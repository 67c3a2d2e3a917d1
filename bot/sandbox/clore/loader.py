"""An exact world from raw rows, in the shapes in which the API itself shows them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import cast

from bot.sandbox.clore import billing
from bot.sandbox.clore.coins import BITCOIN
from bot.sandbox.clore.model import Account, Order, Row, Server, Wallet
from bot.sandbox.clore.rivals import FIRST_RIVAL
from bot.sandbox.clore.world import World

NOT_MINE = FIRST_RIVAL
STRANGER = 1


def load(world: World, account: Account, raw: Mapping[str, object]) -> None:
    """Replaces what `raw` names and leaves the rest.

    `servers`: marketplace rows, from now on the whole market but for machines of accounts with a key. `my_servers` (with `server_config`: configs by name): the
    machines of this account. `orders`: rows of my_orders, all of this account; what a row leaves out is not shown.
    `wallets`: its rows. `markets`: by server id, `market` of spot_marketplace; offers with `my` are this account's, who
    is `active` stays so until something changes there. `rates`: USD by coin. `limit`: most active orders. Raises
    KeyError, TypeError or ValueError for rows that lack what identifies them.
    """
    if "rates" in raw:
        world.rates.update(_prices(raw["rates"]))
    if "limit" in raw:
        world.add_account(replace(account, limit=int(cast(int, raw["limit"]))), world.wallets[account.id])
    if "wallets" in raw:
        _replace_wallets(world, account, _rows(raw["wallets"]))
    if "servers" in raw:
        _replace_market(world, _rows(raw["servers"]))
    if "my_servers" in raw:
        _replace_machines(world, account, _rows(raw["my_servers"]), _row(raw.get("server_config", {})))
    if "orders" in raw:
        _replace_orders(world, account, _rows(raw["orders"]))
    for number, market in _row(raw.get("markets", {})).items():
        _replace_offers(world, account, int(number), _row(market))


def market_server(row: Mapping[str, object]) -> Server:
    """From a row of marketplace."""
    price = _row(row.get("price", {}))
    known = {"id", "owner", "mrl", "price", "rented", "specs"}
    usd = price.get("usd")
    return Server(
        id=_whole(row["id"]),
        owner=_whole(row.get("owner", STRANGER)),
        mrl_hours=_whole(row.get("mrl", 24)),
        on_demand=_prices(price.get("on_demand", {})),
        spot=_prices(price.get("spot", {})),
        usd=None if usd is None else _row(usd),
        specs=_row(row.get("specs", {})),
        extras={name: value for name, value in row.items() if name not in known},
    )


def order(world: World, account: Account, row: Mapping[str, object]) -> Order:
    """From a row of my_orders; on demand it runs, as an offer it waits unless its market says otherwise."""
    created = float(_whole(row["ct"])) + world.aged_by
    expired = bool(row.get("expired", False))
    price = _decimal(row["price"])
    spend = _decimal(row.get("spend", 0))
    runs = not expired and not row.get("spot", False)
    return Order(
        id=_whole(row["id"]),
        account=account.id,
        server=_whole(row["si"]),
        spot=bool(row.get("spot", False)),
        price=price,
        currency=str(row.get("currency", BITCOIN)),
        fee=_decimal(row.get("fee", 0)),
        creation_fee=_decimal(row.get("creation_fee", 0)),
        mrl_seconds=_whole(row["mrl"]),
        created=created,
        image=str(row.get("image", "")),
        visible_from=world.at,
        active=runs,
        started=created if runs else None,
        billed_from=world.at if runs else None,
        minutes=int(spend * billing.MINUTES_A_DAY / price + Decimal("0.5")) if price else 0,
        spend=spend,
        ended=world.at if expired else None,
        loaded=dict(row),
    )


def _replace_market(world: World, rows: list[Row]) -> None:
    for server in list(world.servers.values()):
        if server.owner not in world.accounts:
            _forget_server(world, server.id)
    for row in rows:
        server = market_server(row)
        world.put_server(server)
        if row.get("rented"):
            world.put_order(_stranger(world, server.id, world.next_order_id(), spot=False))
            world.contend(server.id)


def _replace_machines(world: World, account: Account, rows: list[Row], configs: Row) -> None:
    for server in list(world.servers.values()):
        if server.owner == account.id:
            _forget_server(world, server.id)
    for row in rows:
        config = _row(configs.get(str(row["name"]), {}))
        world.put_server(_machine(world, account, row, config))


def _machine(world: World, account: Account, row: Row, config: Row) -> Server:
    number = row.get("id", config.get("id"))
    known = {"id", "name", "connected", "visibility", "pricing", "online", "min_spot_pricing", "init_token", "specs"}
    return Server(
        id=max(world.servers, default=0) + 1 if number is None else _whole(number),
        owner=account.id,
        name=str(row["name"]),
        mrl_hours=_whole(config.get("mrl", 24)),
        on_demand=_without_old_coin(_prices(row.get("pricing", {}))),
        spot=_without_old_coin(_prices(row.get("min_spot_pricing", {}))),
        specs=_row(row.get("specs", {})),
        public=row.get("visibility") == "public",
        online=bool(row.get("online", False)),
        connected=bool(row.get("connected", False)),
        init_token=str(row.get("init_token", "")),
        id_shown="id" in row,
        hosting={name: value for name, value in row.items() if name not in known},
        background_job=_row(config.get("background_job", {})),
    )


def _replace_orders(world: World, account: Account, rows: list[Row]) -> None:
    for old in world.orders_of(account.id):
        world.forget_order(old.id)
    for row in sorted(rows, key=lambda each: _whole(each["id"])):
        world.forget_order(_whole(row["id"]))
        world.put_order(order(world, account, row))


def _replace_offers(world: World, account: Account, number: int, market: Row) -> None:
    _set_market(world, number, _row(market.get("server", {})))
    if "currency_rates_in_usd" in market:
        world.rates.update(_prices(market["currency_rates_in_usd"]))
    for old in world.live_at(number):
        if old.spot and old.account != account.id:
            world.forget_order(old.id)
    for row in _rows(market.get("offers", [])):
        _put_offer(world, account, number, row)


def _set_market(world: World, number: int, row: Row) -> None:
    blank = Server(id=number, owner=STRANGER, mrl_hours=24, on_demand={}, spot={BITCOIN: Decimal("1e-8")}, specs={})
    server = world.servers.get(number, blank)
    world.put_server(
        replace(
            server,
            spot=_prices(row["min_pricing"]) if "min_pricing" in row else server.spot,
            mrl_hours=_whole(row["mrl"]) // 3600 if "mrl" in row else server.mrl_hours,
            public=row.get("visibility", "public") == "public",
            online=bool(row.get("online", True)),
        )
    )


def _put_offer(world: World, account: Account, number: int, row: Row) -> None:
    identity = _whole(row["offer_id"])
    mine = bool(row.get("my", False))
    known = world.orders.get(identity)
    if known is None or known.account != account.id or not mine:
        world.forget_order(identity)
        known = _stranger(world, number, identity, spot=True)
    active = bool(row.get("active", False))
    runs = active and world.servers[number].online
    world.put_order(
        replace(
            known,
            account=account.id if mine else NOT_MINE,
            price=_decimal(row["bid"]),
            currency=str(row.get("currency", BITCOIN)),
            active=active,
            started=(known.started or known.created) if active else None,
            billed_from=(known.billed_from or world.at) if runs else None,
        )
    )


def _stranger(world: World, number: int, identity: int, *, spot: bool) -> Order:
    """An order of somebody else; also the start of an offer of the account that no row of my_orders describes."""
    server = world.servers[number]
    return Order(
        id=identity,
        account=NOT_MINE,
        server=number,
        spot=spot,
        price=server.on_demand.get(BITCOIN, Decimal("0.00001")),
        currency=BITCOIN,
        fee=billing.FEE_PERCENT["spot" if spot else "on-demand"],
        creation_fee=Decimal(0),
        mrl_seconds=server.mrl_hours * 3600,
        created=world.at,
        image="cloreai/ubuntu20.04-jupyter",
        visible_from=world.at,
    )


def _forget_server(world: World, number: int) -> None:
    for tenant in world.live_at(number):
        if tenant.account not in world.accounts:
            world.forget_order(tenant.id)
    world.servers.pop(number, None)


def _replace_wallets(world: World, account: Account, rows: list[Row]) -> None:
    world.wallets[account.id] = {}
    for wallet in map(_wallet, rows):
        world.wallets[account.id][wallet.name] = wallet
        if wallet.balance is not None:
            world.set_balance(account.id, wallet.name, wallet.balance)


def _wallet(row: Row) -> Wallet:
    balance, deposit, fee = row.get("balance"), row.get("deposit"), row.get("withdrawal_fee")
    return Wallet(
        str(row["name"]),
        None if balance is None else _decimal(balance),
        None if deposit is None else str(deposit),
        None if fee is None else _decimal(fee),
    )


def _without_old_coin(prices: dict[str, Decimal]) -> dict[str, Decimal]:
    return {coin: price for coin, price in prices.items() if coin != "usd"}


def _rows(value: object) -> list[Row]:
    if not isinstance(value, list):
        raise TypeError("a list of rows is needed")
    return [_row(each) for each in value]


def _row(value: object) -> Row:
    """A JSON object; an empty list stands for an empty one."""
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise TypeError("a row is a JSON object")
    return {str(name): item for name, item in value.items()}


def _prices(value: object) -> dict[str, Decimal]:
    return {coin: _decimal(price) for coin, price in _row(value).items()}


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError("a number is needed")
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _whole(value: object) -> int:
    return int(_decimal(value))
