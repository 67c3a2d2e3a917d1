"""What people do with the marketplace and with rentals, each story once from its beginning to its end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final

from bot.sandbox.clore.model import Ending
from tests.faults.played import PATIENCE, Played, Story
from tests.journeys import machines
from tests.journeys.markets import BTC_IN_USD, fleet, listed
from tests.journeys.renting import CREATE
from tests.journeys.stories import SERVER, auction, bid, coins, offer, rental
from tests.stage import shown

LOST: Final = ("timeout_executed", "reset_executed", "500_executed", "reset", "500")
SELDOM: Final = 41
"""Points between two kills where the first doubt ends it: some are to come to a better end."""
TOKEN: Final = "hunter2-hunter2"
MINUTE: Final = 60
SOON: Final = {"lag": (1.0, 1.0)}
"""A new order is listed after a second."""


async def _connects(it: Played, **market: Any) -> str:
    key = it.stage.clore.add_key()
    it.stage.secrets += [key]
    it.stage.clore.load({"rates": {"bitcoin": BTC_IN_USD}, "wallets": coins(), "orders": [], **market}, key=key)
    await it.says(f"/connect {key}", "Connected")
    return key


# Searching


async def _searches(it: Played) -> None:
    """Found, filtered, turned, saved, marked, and all of it taken back."""
    it.stage.clore.add_key()
    (account,) = it.stage.clore.world.accounts.values()
    market = {"servers": [*fleet(8), listed(200, gpu="1x NVIDIA GeForce RTX 3090")], "rates": {"bitcoin": BTC_IN_USD}}
    it.stage.clore.load(market, key=account.key)
    await it.says("/market x4", "8 machines", "1. 4x RTX 4090")
    await it.taps("Filters", "8 machines fit now")
    await it.taps("Show 8", "8 machines", "1. 4x RTX 4090")
    await it.taps("▶", "7. 4x RTX 4090")
    await it.taps("◀", "1. 4x RTX 4090")
    await it.ada.presses("💾 Save")
    await it.taps("💾 Saved ✓", "Saved searches · 1 search")
    await it.taps("4 GPUs", "1. 4x RTX 4090")
    await it.taps("1 · ", "Free · server 100")
    await it.taps("☆ Favourite", "★ favourite")
    await it.ada.presses("🚫 Block")
    await it.taps("🚫 Blocked ✓", "Free · server 100")
    await it.taps("☆ Favourite", "★ favourite")
    await it.says("/market", "find a machine")
    await it.taps("★ Marked 1", "Marked servers · 1 mark")
    await it.taps("✖ Take away", "Taken away", "0 marks")
    await it.taps("↩ Undo", "Marked servers · 1 mark")
    await it.says("/market", "find a machine")
    await it.taps("💾 Saved 1", "Saved searches · 1 search")
    await it.taps("✖", "Deleted: 4 GPUs", "0 searches")
    await it.taps("Save it again", "Saved searches · 1 search")


# Renting


async def _rents(it: Played) -> None:
    """A template, a draft, a rental that is kept and that ends by a stop condition which was moved."""
    await _connects(it, servers=fleet(3))
    await it.says("/templates", "Templates", "none yet")
    await it.taps("New template", "Name of the template")
    await it.says("usual", "Template", "usual", "Image")
    await it.taps("Image", "Docker Hub")
    await it.taps("PyTorch", "pytorch/pytorch:latest")
    await it.says("/market 4090", "3 machines")
    await it.taps("1 · ", "Free · server 100")
    await it.taps("Rent…", "Draft", "4x RTX 4090")
    await it.taps("Template", "step 1/12")
    await it.taps("📄 usual", "Draft", "pytorch/pytorch:latest")
    await it.taps("Image", "step 4/12")
    await it.taps("Ubuntu 22.04", "step 4/12", "Set.", "cloreai/ubuntu22.04-cuda12")
    await it.taps("Next ▶", "step 5/12")
    await it.says("22/tcp 8888/http", "step 5/12", "Set.")
    await it.taps("Next ▶", "step 6/12", "Your message is deleted at once")
    it.stage.secrets += [TOKEN]
    await it.says(f"TOKEN={TOKEN}", "Set.", "1 variable")
    await it.taps("◀ Back", "Draft", "1 variable")
    await it.taps("Rent…", "Rent this machine?", "1 variable")
    order = await it.rents()
    call = it.stage.clore.calls(operation=CREATE)[-1]
    assert isinstance(call.body, dict)
    it.stage.secrets += [call.body["ssh_password"]]
    await it.sees("Running", "ssh root@", f"#{order}")
    await it.sees("Does it work?", f"#{order}")
    access = await it.taps("Show access", "Access", "SSH password")
    assert re.findall(r"^SSH password (\S+)$", shown(access), re.MULTILINE) == [call.body["ssh_password"]]
    await it.taps("Keep it", "Kept", "I follow it no more")
    await it.taps("📋 Order", "Ends")
    await it.taps("⏲ Stop…", "Stop conditions", "None is set")
    await it.taps("✏️ Time…", "Stop at which time?")
    await it.says("in 5 min", "✅ Set")
    await it.taps("⏰ Time +1 h", "✅ Moved")

    await asyncio.sleep(45 * MINUTE)
    await it.sees("Stops soon", f"#{order}")
    await asyncio.sleep(10 * MINUTE)
    await it.sees("Stopping", f"#{order}")
    await it.sees("Cancelled", f"#{order}", "gone from CLORE.AI's list")


def _loses(mode: str) -> Callable[[Played], Awaitable[None]]:
    """A rental whose answer is lost by this fault."""

    async def lost(it: Played) -> None:
        await _connects(it, servers=fleet(3))
        await it.says("/rent 101", "Draft", "4x RTX 4090")
        it.stage.clore.fault(mode, operation=CREATE)
        await it.taps("Rent…", "Rent this machine?")
        await it.rents()

    return lost


async def _hangs(it: Played) -> None:
    """A machine that never runs: given back with a report, its host blocked, the next one asked about."""
    key = await _connects(it, servers=fleet(3))
    it.stage.clore.act("never_deploys", key=key, on=True)
    await it.says("/rent 100", "Draft", "4x RTX 4090")
    await it.taps("Rent…", "Rent this machine?")
    order = await it.rents()
    await it.sees("Not running", f"#{order}")
    await it.taps("Cancel with a report", "Cancel this rental?", "A report of")
    # Where the press before comes again after a kill, its answer may stand in the place of "✅ Cancelled".
    await it.confirms("🛑 Cancel rental", f"#{order}", "is gone from CLORE.AI's list")
    await it.says("/server 100", "server 100")
    await it.ada.presses("Block owner")
    await it.taps("🚫 Owner ✓", "server 100")
    await it.taps("⏭ Next candidate", "Rent this machine?", "server 101")
    await it.taps("◀ Not now", "kept")


async def _moves(it: Played) -> None:
    """From a rental to a cheaper one that is as good."""
    own = machines.machine(SERVER + 7, 0.0002)
    others = [machines.machine(number, 0.0009) for number in range(900, 906)]
    servers = [own, machines.machine(31, 0.0001), machines.machine(32, 0.00005), *others]
    order = rental(it.stage, 7, price=0.0002, specs=machines.SPECS)
    await _connects(it, servers=servers, orders=[order])
    await it.says("/order 7", "#7", "Ends")
    await it.taps("💡 Cheaper?", "Cheaper equivalents", "#7")
    await it.taps("Rent 32", "Draft", "2x RTX 4090")
    await it.taps("Rent…", "Rent this machine?")
    await it.rents()


async def _tidies_up(it: Played) -> None:
    """Every deletion that is asked about: kept once, then gone, with the question."""
    await _connects(it, servers=fleet(3))
    await it.says("/templates", "Templates", "none yet")
    await it.taps("New template", "Name of the template")
    await it.says("usual", "Template", "usual", "Image")
    await it.taps("Delete", "Delete this template?")
    await it.taps("Keep it", "Kept")
    await it.says("/templates", "Templates", "1 of 20")
    await it.taps("usual", "Template · usual")
    await it.taps("Delete", "Delete this template?")
    await it.confirms("Delete usual", "Deleted", "usual")
    await it.says("/accounts", "Accounts")
    await it.taps("main", "acct main")
    await it.taps("Remove", "Remove this account?")
    await it.confirms("Remove", "Removed")


PRICES: Final = (0.0001, 0.00011, 0.00012, 0.00013, 0.00014)


async def _asks_for_several(it: Played) -> None:
    others = [machines.machine(number, 0.0009) for number in range(900, 906)]
    servers = [*(machines.machine(number, price) for number, price in enumerate(PRICES, 1)), *others]
    await _connects(it, servers=servers)
    await it.says("/market 4090 x2 sort:price", "RTX 4090")
    await it.taps("🛒 Rent several…", "Rent 2 at once")
    await it.taps("3", "Rent 3 at once")
    await it.taps("✏️ Budget…", "Which budget?")
    await it.says("8", "Budget $8 a day")
    await it.taps("🛒 Rent 3…", "Rent 3 machines?")


async def _several(it: Played) -> None:
    await _asks_for_several(it)
    await it.confirms("Rent 3 for", "of 3", buys=3)
    report = await it.sees("Rented", "of 3")
    rented = len(it.stage.bought())
    assert f"{rented} of 3" in shown(report), shown(report)
    if "one too many" in shown(report):  # a kill between the row and the request: whether it left cannot be known
        it.in_doubt = 3 - rented


async def _stopped(it: Played) -> None:
    """Told to stop once the first is rented, unless that ends in doubt."""
    await _asks_for_several(it)
    await it.confirms("Rent 3 for", "of 3", buys=3)
    if "one too many" not in shown(await it.sees_either("rented as #", "one too many")):
        await it.ada.presses("🛑 Stop after this one")
    report = await it.sees("Rented", "of 3")
    assert f"{len(it.stage.bought())} of 3" in shown(report), shown(report)


async def _lowers(it: Played) -> None:
    """A bid that goes down in two steps, ten minutes apart, after one question."""
    bids = [bid(it.stage, 5, 0.00002)]
    await _connects(it, orders=bids, markets={str(SERVER + 5): auction(offer(5, 0.00002))})
    await it.says("/bid 5 0.0000184", "Lower this bid?")
    await it.confirms("Lower to 0.0000184 BTC", "Bid not changed")
    await it.taps("in time…", "Lower as soon as allowed?")
    await it.confirms("Lower to 0.0000184 BTC", "⏬ To 0.0000184 BTC")
    await asyncio.sleep(20 * MINUTE)  # a kill within a reading puts the next step off by two minutes
    await it.sees("✅", "Lowered", "went from 0.00002 BTC to 0.0000184 BTC")
    await it.says("/order 5", "#5", "0.0000184 BTC a day before fee")
    steps = [call for call in it.stage.clore.calls(operation="set_spot_price") if call.executed]
    prices = [call.body["desired_price"] for call in steps if isinstance(call.body, dict)]
    assert list(dict.fromkeys(prices)) == [Decimal("0.000019"), Decimal("0.0000184")], prices


async def _guards(it: Played) -> None:
    """A bid that is raised by itself when it loses, lowered when the rival is gone, and left alone over its ceiling."""
    bids = [bid(it.stage, 5, 0.00002)]
    key = await _connects(it, orders=bids, markets={str(SERVER + 5): auction(offer(5, 0.00002))})
    await it.says("/order 5", "#5")
    await it.taps("🛡 Guard…", "Guard off", "Ceiling")
    await it.taps("💰 Ceiling…", "Nothing is in force before you confirm it")
    await it.says("0.00003", "✅ Chosen")
    await it.taps("🛡 Switch on…", "Switch the guard on?")
    await it.confirms("🛡 Switch on: up to", "Guard on")
    await _until(it, lambda: _bid(it, 5) < Decimal("0.00002"), "a step down where less holds it too")
    rival: Any = it.stage.clore.act("outbid", key=key, order=5, bid=Decimal("0.000025"))["offer"]
    await _until(it, lambda: _bid(it, 5) == Decimal("0.00002501"), "a raise")
    await it.sees("🛡", "0.00002501 BTC")
    it.stage.clore.world.end(rival, Ending.CANCELLED)
    await _until(it, lambda: _bid(it, 5) < Decimal("0.00002501"), "a step down")
    it.stage.clore.act("outbid", key=key, order=5, bid=Decimal("0.00004"))
    await it.sees("Guard stopped")
    await it.says("/order 5", "#5", "Guard stopped")
    await it.taps("🛡 Guard…", "above its ceiling")
    await it.taps("⚪ Switch off", "Guard off")
    steps = [call.body for call in it.stage.clore.calls(operation="set_spot_price") if call.executed]
    prices = [step["desired_price"] for step in steps if isinstance(step, dict)]
    assert max(prices) <= Decimal("0.00003"), prices


def _bid(it: Played, order: int) -> Decimal:
    return it.stage.clore.world.orders[order].price


async def _until(it: Played, holds: Callable[[], bool], what: str) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while not holds():
        assert loop.time() < end, f"{what} did not come within {PATIENCE:g} s\n{await it.ada.screenful()}"
        await asyncio.sleep(1)


STORIES: Final = {
    story.name: story
    for story in (
        Story("search", _searches),
        Story("rent", _rents, SOON),
        *(Story(f"lost: {mode}", _loses(mode)) for mode in LOST),
        Story("hangs", _hangs, SOON),
        Story("cheaper", _moves, SOON),
        Story("tidy up", _tidies_up),
        Story("lowers", _lowers),
        Story("guards", _guards),
        Story("several", _several, SOON, every=SELDOM),
        Story("stopped", _stopped, SOON, exactly=False, every=SELDOM),
    )
}
