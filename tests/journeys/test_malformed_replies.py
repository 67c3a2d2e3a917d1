"""CLORE.AI answers rubbish while the bot watches and while people look: nothing is believed, nothing breaks."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from bot.alerts.snapshot import Snapshot
from tests.journeys.stories import bid, by_hand, ends, polled, rental, renter, sent, told
from tests.stage import Stage, staged

pytestmark = pytest.mark.looptime

RUBBISH: list[bytes | str] = [
    "",
    "null",
    "[]",
    "{}",
    '"ok"',
    '{"code":0}',
    '{"code":"zero"}',
    '{"code":NaN}',
    '{"code":1e999}',
    '{"code":7}',
    '{"code":null,"orders":[],"wallets":[],"market":{}}',
    '{"code":0,"orders":null,"wallets":null,"market":null}',
    '{"code":0,"orders":{},"wallets":"none","market":[1]}',
    '{"code":0,"orders":[null],"wallets":[null],"market":{"offers":[null],"server":7}}',
    '{"code":0,"orders":[{"id":"x"}],"wallets":[{"balance":1}],"market":{"offers":[{"bid":1}]}}',
    '{"code":0,"orders":[{"id":1}],"wallets":[{"name":5}],"market":{"offers":{}}}',
    '{"code":0,"orders":[{"id":1,"si":1,"price":"NaN","ct":1,"mrl":1}],"wallets":[7],"market":{"offers":7}}',
    '{"code":0,"orders":[[1,2,3]],"wallets":[[]],"market":{"offers":[[]]}}',
    '{"code":0,"orders":[{"id":1,"si":5001,"pri',
    "<html><head><title>502</title></head><body>Bad Gateway</body></html>",
    "[" * 5000,
    b"\xff\xfe\x00\x01",
    b"\x1f\x8b\x08\x00rubbish",
    '{"code":0,"orders":' + "9" * 4000 + "}",
]
WATCHED = ("my_orders", "spot_marketplace", "wallets", "marketplace")


async def test_rubbish_in_every_answer_of_the_watch_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"BOT_POLL_SECONDS": "20"}
    async with staged(tmp_path, demo=False, servers=0, settings=settings) as stage:
        await renter(stage, rental(stage, 1), bid(stage, 2), rental(stage, 3))
        await polled(stage)
        before = _lists(stage)
        for operation in WATCHED:
            served = len([call for call in stage.clore.calls() if call.fault == "canned"])
            for body in RUBBISH:
                stage.clore.answer(operation, body)
            if operation != "marketplace":
                await _served(stage, served + len(RUBBISH))
            assert _lists(stage) == before, operation
        assert not sent(stage, "#")
        assert not sent(stage, "Critical")
        assert [line for line in caplog.records if line.exc_info or line.levelno >= logging.ERROR] == []
        stage.clore.heal()
        ends(stage, 1)
        stage.clore.act("outbid", key=stage.clore.calls()[-1].key, order=2)
        await told(stage, "Rental ended", "#1")
        await told(stage, "Outbid", "#2")


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        ("/orders", "my_orders"),
        ("/wallets", "wallets"),
        ("/servers", "my_servers"),
        ("/order 2", "spot_marketplace"),
        ("/bid 2 0.00003", "spot_marketplace"),
        ("/cancel 1", "my_orders"),
    ],
)
async def test_rubbish_before_a_person_is_a_clear_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, command: str, operation: str
) -> None:
    async with staged(tmp_path, demo=False, servers=0) as stage:
        ada = await renter(stage, rental(stage, 1), bid(stage, 2))
        for body in (
            '{"code":0}',
            "<html></html>",
            '{"code":0,"orders":[{}],"wallets":[{}],"servers":[{}],"market":{}}',
        ):
            stage.clore.answer(operation, body, times=None)
            last = (await ada.last())["message_id"]
            await ada.says(command)
            answer = await ada.sees("", after=last)
            assert "went wrong on my side" not in answer["text"]
            stage.clore.heal()
        assert [line for line in caplog.records if line.exc_info or line.levelno >= logging.ERROR] == []


async def _served(stage: Stage, count: int) -> None:
    while len([call for call in stage.clore.calls() if call.fault == "canned"]) < count:
        await polled(stage, operation="my_orders")


def _snapshot(stage: Stage) -> Snapshot:
    assert stage.store is not None
    row = stage.store.db.fetch("SELECT id FROM keys")[0]
    snapshot = stage.store.keys.snapshot(row["id"])
    assert snapshot is not None
    return snapshot


def _lists(stage: Stage) -> object:
    """What is stored of the account, apart from when it was read and how far it has come."""
    known = _snapshot(stage)
    assert known.orders is not None
    assert known.wallets is not None
    offers = {server: [offer.id for offer in market.offers] for server, market in known.markets.items()}
    return [order.id for order in known.orders.orders], [wallet.currency for wallet in known.wallets], offers


async def test_half_a_character_costs_only_its_name(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        row = {**rental(stage, 1), "specs": {"gpu": "\ud800"}}
        stage.clore.answer("my_orders", json.dumps({"orders": [row], "limit": 3, "code": 0}), times=None)
        before = stage.clock()
        await polled(stage, 2, operation="my_orders")
        assert stage.store is not None
        key = stage.store.db.fetch("SELECT id FROM keys")[0]["id"]
        snapshot = stage.store.keys.snapshot(key)
        assert snapshot is not None
        assert snapshot.orders_at is not None
        assert snapshot.orders_at > before
