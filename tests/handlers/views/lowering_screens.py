"""The screens of lowering a bid in steps, each made of one invented world, with the view that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.domain.descent import Descent, End, Why
from bot.domain.ids import LoweringId
from bot.domain.lowering import Basis, Plan
from handlers.screen import Screen
from handlers.views import lowering, order, spot
from tests.handlers.views.world import ENDS_AT, TOKEN
from tests.handlers.views.worlds import World


def lowering_screens(world: World) -> Iterator[tuple[Callable[..., Screen], Screen]]:
    """A bid at every point of its way down, and at every end of it."""
    at, one, order_, auction, bid = world.moment, world.account, world.order, world.market, world.order.price
    way = Descent(bid, bid, bid, held=world.flag, keeps=world.flag)
    steps = (
        Plan(bid, bid, at, Basis.UNKNOWN),
        Plan(bid, bid, ENDS_AT, Basis.EXPECTED, bid, steps=1),
        Plan(bid, bid + bid, ENDS_AT, Basis.NAMED, bid, steps=world.number),
    )
    for step in steps:
        asked = lowering.confirm(
            one, order_, way, step, at, token=TOKEN, expires_at=ENDS_AT, market=auction, runway_after=world.span
        )
        yield lowering.confirm, asked
    number = LoweringId(2**63 - 1)
    for each in (*(lowering.Standing(number, way, step) for step in steps), lowering.Standing(number, way)):
        yield lowering.queued, lowering.queued(one, order_.id, each, at)
        yield order.card, order.card(one, replace(order_, spot=True), world.snapshot, at, lowering=each)
        yield spot.auction, spot.auction(one, spot.Auction(auction, lowering=each), at)
    acting = replace(way, sending=bid)
    yield lowering.queued, lowering.queued(one, order_.id, lowering.Standing(number, acting), at)
    yield lowering.nothing_to_lower, lowering.nothing_to_lower(one, order_.id, auction, bid, at)
    yield lowering.under_way, lowering.under_way(one, order_.id)
    yield lowering.over_already, lowering.over_already(one, order_.id)
    for each_way in (way, acting):
        yield lowering.dropped, lowering.dropped(one, order_.id, each_way)
    for why in Why:
        for end in (End(why, bid, world.word), End(why)):
            yield lowering.ended, lowering.ended(one, order_.id, order_.server, way, end, auction.rates)
