"""Values come back from their JSON as they were."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest

from bot.alerts.alert import FACTS, AlertState, AlertType, Notice, Outbid
from bot.alerts.snapshot import Reading, Snapshot
from bot.domain.draft import Draft, NewOrder
from bot.domain.hosting import HostedServers, ServerConfig, ServerSettings
from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import BidChange, Cancellation, Result
from bot.domain.market import Listing
from bot.domain.spot import SpotMarket
from storage.codec import decode, encode
from storage.errors import Unreadable, Unwritable
from tests.storage.invented import invent
from tests.storage.world import NOW, notice, state

PLAIN = (Snapshot, Reading, Draft, NewOrder, HostedServers, ServerConfig, ServerSettings, Listing)
CHANGES = (Cancellation, BidChange, Result)
TIMES = 60


@pytest.mark.parametrize("as_", [*PLAIN, *CHANGES, *FACTS.values()])
def test_a_value_comes_back_as_it_was(as_: type[Any]) -> None:
    for seed in range(TIMES):
        value = invent(as_, Random(seed))
        assert decode(as_, encode(value)) == value, f"seed {seed}"


@pytest.mark.parametrize("as_", [AlertState, Notice])
@pytest.mark.parametrize("kind", AlertType)
def test_facts_come_back_as_the_type_of_their_alert(as_: type[Any], kind: AlertType) -> None:
    for seed in range(TIMES):
        lot = Random(seed)
        value = dataclasses.replace(invent(as_, lot), type=kind, facts=invent(FACTS[kind], lot))
        again = decode(as_, encode(value))
        assert again == value, f"seed {seed}"
        assert type(again.facts) is FACTS[kind]


def test_money_and_moments_are_text() -> None:
    market = SpotMarket(
        ServerId(6),
        NOW,
        minimum={"bitcoin": Decimal("0.00000030")},
        max_length=timedelta(hours=-1, microseconds=7),
    )
    body = msgspec.json.decode(encode(market))
    assert body["minimum"] == {"bitcoin": "3.0E-7"}
    assert body["read_at"] == "2022-11-02T16:00:00Z"
    again = decode(SpotMarket, encode(Snapshot(NOW, markets={ServerId(6): market}).markets[ServerId(6)]))
    assert str(again.minimum["bitcoin"]) == "3.0E-7", "every digit, the last zero too"


def test_a_field_that_an_earlier_version_did_not_have_takes_its_default() -> None:
    body = msgspec.json.decode(encode(state()))
    del body["told_stage"]
    body["forgotten"] = 1
    assert decode(AlertState, msgspec.json.encode(body)) == state()


def test_a_loss_that_an_earlier_version_wrote_is_read() -> None:
    lost = invent(Outbid, Random(1))
    body = msgspec.json.decode(encode(lost))
    del body["before"], body["lost"]
    assert decode(Outbid, msgspec.json.encode(body)) == dataclasses.replace(lost, before=None, lost=None)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type": "order.expiring"}',
        '{"type": "no.such"}',
        encode(notice()).replace("e38", "\x00"),
    ],
)
def test_what_cannot_be_read_says_so(body: str) -> None:
    with pytest.raises(Unreadable, match="Notice"):
        decode(Notice, body)


def test_what_no_row_can_hold_says_so() -> None:
    with pytest.raises(Unwritable, match="Cancellation"):
        encode(Cancellation(OrderId(1), ServerId(6), "half a character: \ud800"))
