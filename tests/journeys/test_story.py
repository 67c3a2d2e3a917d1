"""The story of the demo, from a fresh start to the bid won back: a person in the browser, the real bot in between."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox.demo import NAME
from tests.journeys.browser import Page, driven
from tests.journeys.demo import demo

pytestmark = [pytest.mark.browser, pytest.mark.process]

SLOW = 40.0
"""Seconds: a watch every five, each of its requests behind the pace of the API."""


def test_a_stranger_connects_cancels_is_outbid_and_wins_back() -> None:
    with driven() as chrome, demo() as played:
        page = Page(chrome, played.ready())
        facts = httpx.get(f"{page.address}demo.json").json()
        page.open()
        connect(page, facts["key"])
        rent_a_machine(page, facts["key"])
        cancel_it(page)
        be_outbid_and_win_back(page)
        assert page.steps_done() == ["connect", "orders", "rent", "cancel", "outbid", "raise"]
        assert page.complaints() == []
        assert httpx.get(f"{page.address}telegram/sim/lint").json() == []
        page.leave()
        assert played.stop() == 0


def connect(page: Page, key: str) -> None:
    """The message with the key is gone, and the key stands nowhere."""
    page.start()
    page.expect("Welcome")
    page.say("/connect")
    page.expect("Send your API key")
    page.say(key)
    page.expect("Connected", f"key ending in {key[-4:]}", within=SLOW)
    page.expect_gone(key)


def rent_a_machine(page: Page, key: str) -> None:
    """Found in one line, rented with two taps from its card; it runs, and ends by itself in an hour."""
    page.say("/market 3090 <4")
    page.expect("machines", "RTX 3090 24 GB", "a day")
    page.press("1 · $", under="RTX 3090 24 GB")
    page.expect("Free", "you can pay with each", within=SLOW)
    page.press("🛒 Rent…", under="Free")
    page.expect("Draft", "on demand", within=SLOW)
    page.press("🛒 Rent…", under="Draft")
    page.expect("Rent this machine?", "or nothing is rented", within=SLOW)
    page.press("Rent for", under="Rent this machine?")
    ordered = f"{page.address}clore/sim/calls?operation=create_order&key={key}"
    page.until(lambda: httpx.get(ordered).json()["calls"], "the order to be sent", SLOW)
    older = {"act": "age", "key": key, "seconds": 30}  # the container runs by then
    httpx.post(f"{page.address}clore/sim/act", json=older).raise_for_status()
    page.expect("Running", "ssh root@", "shown once", within=SLOW)
    page.say("/orders")
    page.expect("Rentals", "RTX 3090", within=SLOW)
    page.press("RTX 3090", under="Rentals")
    page.expect("Running", "Ends")
    page.press("⏲ Stop…", under="Ends")
    page.expect("Stop conditions", "None is set")
    page.press("⏱ In 1 h", under="Stop conditions")
    page.expect("✅ Set.", "To be cancelled")
    page.press("◀ Back", under="Stop conditions")


def cancel_it(page: Page) -> None:
    """It is called cancelled once it is gone from the list."""
    page.expect("on demand", "SSH", "Ends")
    page.press("🛑 Cancel", under="Ends")
    page.expect("Cancel this rental?", "This cannot be undone")
    page.press("Cancel rental #", under="Cancel this rental?")
    page.expect("Cancelled", within=SLOW)


def be_outbid_and_win_back(page: Page) -> None:
    """The alert comes unasked; two taps later the machine is held again, and the alert says so."""
    assert "lost it" in page.act("A rival outbids me")
    page.expect("Outbid", "would win it now", within=SLOW)
    page.press("Raise to", under="Outbid")
    page.expect("Raise this bid?")
    page.press("Raise to", under="Raise this bid?")
    page.expect("Bid changed", "holds the machine", within=SLOW)
    page.expect("Resolved", "Outbid", within=SLOW)
    page.enter(NAME, "Grace")
    assert "Outbid" not in "".join(page.messages()), "nobody else is told"
