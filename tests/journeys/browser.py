"""A person at the chat page: Chromium without a window, and verbs for what a hand and an eye do there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

Seen = TypeVar("Seen")

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DRIVER = "chromedriver"
DESKTOP, PHONE = (1280, 860), (390, 844)
PATIENCE_SECONDS = 10.0
GLANCE_SECONDS = 0.05
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-US",
)

EYE = r"""
const seen = (element) => element.checkVisibility({ visibilityProperty: true })
const read = (element) => (seen(element) ? element.innerText.replaceAll("\u00a0", " ").trim() : "")
const all = (selector) => [...document.querySelectorAll(selector)]
"""
"""What selenium's own `text` and `is_displayed` tell, for a whole page at one go: they ask the browser for each element."""


def chromium() -> tuple[str, str]:
    """Where Chromium and its driver are. Without them a test is skipped, but fails in CI."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = shutil.which(DRIVER)
    if browser and driver:
        return browser, driver
    reason = "no Chromium: install the Debian packages chromium and chromium-driver to press the page's buttons"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def driven() -> Iterator[Chrome]:
    """Chromium with an empty profile that is gone afterwards."""
    browser, driver = chromium()
    with TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = browser
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        chrome = Chrome(options=options, service=Service(driver))
        try:
            yield chrome
        finally:
            chrome.quit()


class Page:
    """The chat page as a person uses it. Every wait ends with what stands on the page, if it was in vain."""

    def __init__(self, chrome: Chrome, address: str) -> None:
        self.chrome = chrome
        self.address = address

    # Getting there

    def open(self, size: tuple[int, int] = DESKTOP, *, dark: bool = False) -> None:
        """Loads the page in a window of this size."""
        width, height = size
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 720}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
        origin = {"origin": self.address.rstrip("/"), "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        self.chrome.execute_cdp_cmd("Browser.grantPermissions", origin)
        self.leave()
        self.chrome.get(self.address)
        self.until(lambda: self.all("html[data-ready]"), "the page to be ready")

    def leave(self) -> None:
        """Closes the page, and with it the stream of events."""
        self.chrome.get("about:blank")

    def enter(self, title: str, whose: str = "") -> None:
        """Opens a chat of the list, `whose` telling two private chats apart."""
        wanted = [title, f"as {whose}"] if whose else [title]
        self.until(lambda: self._click("#chats a", *wanted), f"the chat {title} {whose}")
        self.until(lambda: self.all("#chats a[aria-current]"), "it to be open")

    def back(self) -> None:
        """To the list, on a phone."""
        self.one("#back").click()

    def be(self, name: str) -> None:
        """From now on this person writes and presses."""
        self.until(lambda: self._click("#people button", name, hidden=True), f"{name} in the switch")
        self.until(lambda: name in self.person, f"to be {name}")

    @property
    def person(self) -> str:
        return str(self.one("#people [aria-checked=true]").get_attribute("title"))

    # The chat

    def start(self) -> None:
        """Presses START in a private chat that is still empty."""
        self.until(lambda: self._click("#start", "START"), "the START button")

    def say(self, text: str) -> None:
        """Writes and sends by Enter."""
        field: WebElement = self.until(lambda: self._shown("#say"), "the message field")
        field.clear()
        field.send_keys(text, Keys.ENTER)

    def press(self, label: str, *, under: str = "") -> None:
        """Presses the newest button with these words, below the newest message with the words of `under`."""
        self.until(lambda: self._press(label, under), f"a button {label!r} under a message with {under!r}")

    def expect(self, *words: str, within: float = PATIENCE_SECONDS) -> str:
        """Waits for a message of somebody else that holds all these words; its text, newest first."""
        return self.until(lambda: self._heard(words), f"a message with {words}", within)

    def expect_gone(self, *words: str, within: float = PATIENCE_SECONDS) -> None:
        """Waits until no message, one's own included, holds these words."""
        found = f"no message with {words}"
        self.until(lambda: not any(all(word in text for word in words) for text in self.messages()), found, within)

    def messages(self) -> list[str]:
        """What is written, oldest first: buttons not included."""
        return self._texts("#messages li[data-id] .bubble, #messages li.service")

    def buttons(self) -> list[str]:
        """All labels below messages, from top to bottom."""
        return self._texts("#messages .key")

    def toast(self, *words: str) -> str:
        """Waits for a toast."""
        return self.until(lambda: self._reads("#toasts .toast", words), f"a toast with {words}")

    def dismiss(self, *words: str) -> str:
        """Waits for an alert box with these words and presses OK."""
        text = self.until(lambda: self._reads("#alert[open] p", words), f"an alert with {words}")
        self.one("#alert button").click()
        return text

    def clipboard(self) -> str:
        """What was copied last."""
        return str(self.chrome.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])"))

    # The world

    def act(self, label: str) -> str:
        """Presses a button of the panel; what it says came of it."""
        self.show_world()
        button: Any = self.until(lambda: self._found("#acts .act", label), f"the act {label!r}")
        self.chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        self.chrome.execute_script("document.getElementById('outcome').replaceChildren()")
        button.click()
        return self.until(lambda: self._reads("#outcome", (label,)), f"the outcome of {label!r}")

    def show_world(self) -> None:
        """Opens the panel where it is a drawer, or closed."""
        if self.one("#app").get_attribute("data-world") == "closed":
            next(button for button in self.all(".world-toggle") if button.is_displayed()).click()
        self.until(lambda: self._shown("#guide"), "the panel")

    def hide_world(self) -> None:
        self.one("#world-close").click()

    def steps_done(self) -> list[str]:
        """Which steps of the guide have their tick: connect, orders, rent, cancel, outbid, raise."""
        return [str(step.get_attribute("data-step")) for step in self.all("#guide li.done")]

    # The eye

    def picture(self, folder: Path, name: str) -> Path:
        """A screenshot as a PNG."""
        file = folder / f"{name}.png"
        self.chrome.save_screenshot(str(file))
        return file

    def complaints(self) -> list[str]:
        """What the browser wrote to its console: errors of scripts, refused loads."""
        return [entry["message"] for entry in self.chrome.get_log("browser")]  # type: ignore[no-untyped-call]

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.chrome.execute_script(script))

    def one(self, selector: str) -> WebElement:
        return self.chrome.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.chrome.find_elements(By.CSS_SELECTOR, selector)

    def until(self, look: Callable[[], Seen], what: str, within: float = PATIENCE_SECONDS) -> Seen:
        """Looks again until there is something to see."""
        patience = WebDriverWait(
            self.chrome, within, GLANCE_SECONDS, ignored_exceptions=[StaleElementReferenceException, WebDriverException]
        )
        try:
            return patience.until(lambda _: look())
        except TimeoutException:
            there = "\n---\n".join(self.messages())
            raise AssertionError(f"waited {within} s for {what}. On the page:\n{there}\n{self.complaints()}") from None

    def _look(self, script: str, *arguments: Any) -> Any:
        return self.chrome.execute_script(EYE + script, *arguments)

    def _texts(self, selector: str) -> list[str]:
        found: list[str] = self._look("return all(arguments[0]).map(read)", selector)
        return found

    def _found(self, selector: str, *words: str, hidden: bool = False) -> WebElement | None:
        script = """
        const [selector, words, attribute] = arguments
        return all(selector).find((one) => seen(one) && words.every((word) => one[attribute].includes(word))) ?? null
        """
        found: WebElement | None = self._look(script, selector, words, "textContent" if hidden else "innerText")
        return found

    def _click(self, selector: str, *words: str, hidden: bool = False) -> bool:
        element = self._found(selector, *words, hidden=hidden)
        if element is not None:
            element.click()
        return element is not None

    def _shown(self, selector: str) -> Any:
        element = self.one(selector)
        return element if element.is_displayed() else None

    def _press(self, label: str, under: str) -> bool:
        script = """
        const [label, under] = arguments
        for (const row of all("#messages li.other").reverse()) {
            const keys = [...row.querySelectorAll(".key")].filter((key) => read(key).includes(label))
            if (keys.length && read(row).includes(under)) return keys.at(-1)
        }
        return null
        """
        key: WebElement | None = self._look(script, label, under)
        if key is not None:
            key.click()
        return key is not None

    def _heard(self, words: tuple[str, ...]) -> str:
        return self._reads("#messages li.other .bubble", words)

    def _reads(self, selector: str, words: tuple[str, ...]) -> str:
        """The newest text with all these words."""
        texts = reversed(self._texts(selector))
        return next((text for text in texts if text and all(word in text for word in words)), "")
