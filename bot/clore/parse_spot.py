"""spot_marketplace to `SpotMarket`."""

from __future__ import annotations

from datetime import datetime

from bot.clore import values
from bot.clore.document import Document
from bot.clore.errors import Unreadable
from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, Money, Rates
from bot.domain.spot import Offer, SpotMarket

_PUBLIC = "public"


def spot_market(document: Document, server: ServerId, read_at: datetime) -> SpotMarket:
    """The whole auction or `Unreadable`: a bid that was left out would make a wrong winning bid."""
    market = document.get("market")
    if values.flag(document.get("exists")) is False:
        return SpotMarket(server=server, read_at=read_at, exists=False)
    if not isinstance(market, dict) or not isinstance(offers := market.get("offers"), list):
        raise Unreadable("CLORE.AI's answer has no list of offers")
    about = values.fields(market.get("server"))
    return SpotMarket(
        server=server,
        read_at=read_at,
        offers=tuple(_offer(row) for row in offers),
        minimum=values.amounts(about.get("min_pricing")),
        max_length=values.seconds(about.get("mrl")),
        public=about.get("visibility", _PUBLIC) == _PUBLIC,
        online=values.flag(about.get("online")),
        rates=_rates(market.get("currency_rates_in_usd"), read_at),
    )


def _offer(row: object) -> Offer:
    """A bid. Where no coin is named it is bitcoin (recorded replies)."""
    offer = values.fields(row)
    number, bid = values.whole(offer.get("offer_id")), values.number(offer.get("bid"))
    coin = offer.get("currency", BITCOIN)
    if number is None or bid is None or not isinstance(coin, str):
        raise Unreadable("CLORE.AI's answer holds an offer without its number, bid or coin")
    return Offer(
        id=OrderId(number),
        bid=Money(bid, coin),
        active=values.flag(offer.get("active")) is True,
        mine=values.flag(offer.get("my")) is True,
    )


def _rates(value: object, at: datetime) -> Rates | None:
    rates = {coin: rate for coin, rate in values.amounts(value).items() if rate > 0}
    return Rates(usd=rates, at=at) if rates else None
