"""The chat page in Chromium, with a bot that follows a script: everything that a message can show, and every control."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from bot.sandbox.demo import NAME, USERNAME
from tests.journeys.browser import DESKTOP, PHONE, Page, driven
from tests.journeys.scripted import ADA, GRACE, TEAM, Stage, button, png, staged, tell_a_story

pytestmark = pytest.mark.browser

SCREENSHOTS = os.environ.get("SCREENSHOTS")
LOOKS = [
    pytest.param(DESKTOP, False, id="desktop-light"),
    pytest.param(PHONE, True, id="phone-dark"),
    *(
        [pytest.param(DESKTOP, True, id="desktop-dark"), pytest.param(PHONE, False, id="phone-light")]
        if SCREENSHOTS
        else []
    ),
]
"""Two are enough for a machine; a person who names a folder wants all four."""


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    with driven() as chrome:
        yield chrome


@pytest.fixture
def page(chrome: Chrome, stage: Stage) -> Iterator[Page]:
    page = Page(chrome, stage.address)
    yield page
    assert page.overflow() <= 0, "nothing sticks out at the side"
    page.leave()
    refused_acts = f"{stage.address}clore/sim/act "
    assert [words for words in page.complaints() if not words.startswith(refused_acts)] == []


def test_a_conversation_from_start_to_a_pressed_button(page: Page, stage: Stage) -> None:
    page.open()
    page.start()
    assert stage.heard("message")["text"] == "/start"
    stage.call("sendChatAction", chat_id=ADA, action="typing")
    page.until(lambda: page.one("#top-status").text == "typing…", "the bot to be seen typing")
    stage.send("Welcome, <b>Ada</b>", [button("Connect a key", "c", "primary")])
    page.expect("Welcome, Ada")

    page.press("Connect a key", under="Welcome")
    pressed = stage.heard("callback_query")
    assert (pressed["data"], pressed["from"]["id"]) == ("c", ADA)
    page.until(lambda: page.all(".key[aria-busy]"), "the button to wait")
    stage.call("answerCallbackQuery", callback_query_id=pressed["id"], text="One moment")
    page.toast("One moment")
    page.until(lambda: not page.all(".key[aria-busy]"), "the button to rest")

    page.say("a line <b>& another</b>")
    assert stage.heard("message")["text"] == "a line <b>& another</b>"
    page.until(lambda: "a line <b>& another</b>" in page.messages()[-1], "one's own words, as written")
    assert not page.all(".own .text strong")


def test_an_alert_waits_for_ok(page: Page, stage: Stage) -> None:
    stage.send("Cancel #12345?", [button("Cancel it", "y", "danger")])
    page.open()
    page.press("Cancel it")
    stage.call(
        "answerCallbackQuery",
        callback_query_id=stage.heard("callback_query")["id"],
        text="Only the owner may do that.",
        show_alert=True,
    )
    page.dismiss("Only the owner")
    page.until(lambda: not page.all("#alert[open]"), "it to close")


def test_formatting_is_elements_and_nothing_of_a_text_is_markup(page: Page, stage: Stage) -> None:
    soon = int(time.time()) + 3 * 3600 + 120
    stage.send(
        "<b>bold <i>both</i></b> <u>under</u> <s>gone</s> <code>x &lt; 1</code> &lt;img src=x onerror=alert(1)&gt;\n"
        f'ends <tg-time unix="{soon}" format="r">in 3 hours (UTC)</tg-time>, on <tg-time unix="{soon}" format="wDT">a day</tg-time>\n'
        '<a href="https://clore.ai/docs">docs</a> <tg-spoiler>secret</tg-spoiler> 🟢 <b>after</b>\n'
        '<pre><code class="language-sh">ssh root@host</code></pre>\n'
        "<blockquote>said before</blockquote>\n<blockquote expandable>"
        + "\n".join(f"detail {n}" for n in range(9))
        + "</blockquote>"
    )
    page.open()
    page.expect("bold both", "<img src=x onerror=alert(1)>", "in 3 hours")
    assert page.one(".text strong em").text == "both"
    assert [e.text for e in page.all(".text > strong")] == ["bold both", "after"]
    assert page.one(".text u").text == "under"
    assert page.one(".text s").text == "gone"
    assert page.one(".text code").text == "x < 1"
    assert page.one(".pre pre").text == "ssh root@host"
    assert page.one(".pre-head").text == "sh"
    assert page.one(".text a").get_attribute("href") == "https://clore.ai/docs"
    assert time.strftime("%Y", time.gmtime(soon)) in page.all(".text time[data-format]")[1].text
    assert not page.all(".text img")

    fold = page.one(".expandable .more")
    assert fold.get_attribute("aria-expanded") == "false"
    fold.click()
    assert "detail 8" in page.one(".expandable.open").text
    spoiler = page.one(".spoiler")
    spoiler.click()
    assert "shown" in str(spoiler.get_attribute("class"))
    page.one(".text code").click()
    page.toast("Copied: x < 1")
    assert page.clipboard() == "x < 1"


def test_buttons_copy_open_and_lead_into_the_private_chat(page: Page, stage: Stage) -> None:
    copies = {"text": "Copy SSH", "copy_text": {"text": "ssh root@n1 -p 10000"}}
    opens = {"text": "Web", "url": "https://example.org/x"}
    leads = {"text": "In private", "url": f"https://t.me/{USERNAME}?start=connect"}
    stage.send("Here", [copies, opens], [leads], chat=TEAM)
    page.open()
    page.enter("Render team")
    page.press("Copy SSH")
    page.toast("Copied: ssh root@n1")
    assert page.clipboard() == "ssh root@n1 -p 10000"
    assert page.one("a.key").get_attribute("href") == "https://example.org/x"
    page.press("In private")
    page.until(lambda: "/start connect" in "".join(page.messages()), "the payload in the private chat")
    assert page.one("#chats a[aria-current]").get_attribute("data-chat") == str(ADA)


def test_messages_change_vanish_and_carry_their_marks(page: Page, stage: Stage) -> None:
    first = stage.send("price 4.32")
    stage.send("quiet", disable_notification=True)
    stage.send("credentials", protect_content=True)
    key = stage.said(text="key ABCDEF")
    page.open()
    page.expect("price 4.32")
    stage.call("editMessageText", chat_id=ADA, message_id=first, text="price 5.00")
    assert "edited" in page.expect("price 5.00")
    stage.call("deleteMessage", chat_id=ADA, message_id=key)
    page.expect_gone("key ABCDEF")
    assert len(page.all("[aria-label='Sent without a sound']")) == 1
    assert len(page.all("[aria-label^='Protected']")) == 1


def test_a_question_makes_the_next_words_a_reply(page: Page, stage: Stage) -> None:
    question = stage.call(
        "sendMessage",
        chat_id=ADA,
        text="Which name?",
        reply_markup={"force_reply": True, "input_field_placeholder": "like main"},
    )
    page.open()
    page.until(lambda: page.one("#quote-text").text == "Which name?", "the question above the field")
    assert page.one("#say").get_attribute("placeholder") == "like main"
    page.say("main")
    assert stage.heard("message")["reply_to_message"]["message_id"] == question["message_id"]
    page.until(lambda: page.all(".own .reply-to"), "the quotation in the answer")
    assert not page.one("#quote").is_displayed()


def test_pictures_and_files_are_shown(page: Page, stage: Stage) -> None:
    stage.upload("sendPhoto", photo=("a.png", png(320, 180)), chat_id=ADA, caption="Spend")
    stage.upload("sendDocument", document=("audit.csv", b"when,who\n"), chat_id=ADA)
    page.open()
    page.expect("audit.csv")
    script = "return [...document.images].map((image) => image.naturalWidth)"
    page.until(lambda: page.chrome.execute_script(script) == [320], "the picture")
    assert page.one("a.file").get_attribute("download") == "audit.csv"
    page.one("#file").send_keys(str(Path(__file__)))
    assert stage.heard("message")["document"]["file_name"] == Path(__file__).name


def test_the_command_menu_completes(page: Page, stage: Stage) -> None:
    commands = [("orders", "Rentals and bids"), ("wallets", "Balances"), ("order", "One rental")]
    stage.call("setMyCommands", commands=[{"command": name, "description": what} for name, what in commands])
    stage.said(text="/start")
    stage.heard("message")
    page.open()
    page.one("#commands").click()
    page.until(lambda: len(page.all("#menu li")) == 3, "all commands")
    page.one("#say").send_keys("/ord")
    page.until(lambda: len(page.all("#menu li")) == 2, "those that begin so")
    page.one("#say").send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert stage.heard("message")["text"] == "/order"
    page.enter("Render team")
    page.until(lambda: page.one("#top-title").text == "Render team", "the group")
    page.one("#say").send_keys("/wal", Keys.ENTER)
    assert stage.heard("message")["text"] == f"/wallets@{USERNAME}"


def test_the_bot_is_asked_inline_in_any_chat(page: Page, stage: Stage) -> None:
    page.open()
    page.enter("Render team")
    page.one("#say").send_keys(f"@{USERNAME} 4090")
    asked = stage.heard("inline_query")
    assert (asked["query"], asked["from"]["id"]) == ("4090", ADA)
    link = [[{"text": "Open in the bot", "url": f"https://t.me/{USERNAME}?start=s7"}]]
    results = [article("s7", "4x RTX 4090", link), article("s8", "2x RTX 4090", link)]
    stage.call("answerInlineQuery", inline_query_id=asked["id"], results=results)
    page.until(lambda: len(page.all("#menu li.result")) == 2, "what the bot found")
    page.one("#say").send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    chosen = stage.heard("message")
    assert (chosen["text"], chosen["via_bot"]["username"]) == ("It is a 2x RTX 4090", USERNAME)
    page.until(lambda: page.all(".own .via"), "one's own message, by way of the bot")
    assert page.one("#say").get_attribute("value") == ""
    page.until(lambda: page._click(".own .key", "Open in the bot"), "its button")
    assert stage.heard("message")["text"] == "/start s7"


def article(number: str, title: str, rows: list[list[dict[str, str]]]) -> dict[str, object]:
    content = {"message_text": f"It is a <b>{title}</b>", "parse_mode": "HTML"}
    return {
        "type": "article",
        "id": number,
        "title": title,
        "description": "$8.4 a day",
        "input_message_content": content,
        "reply_markup": {"inline_keyboard": rows},
    }


def test_two_people_have_their_own_chats_and_one_in_common(page: Page, stage: Stage) -> None:
    stage.send("for Ada only")
    stage.send("for both", chat=TEAM)
    page.open()
    page.expect("for Ada only")
    page.be("Grace")
    page.until(lambda: page.one("#chats a[aria-current]").get_attribute("data-chat") == str(GRACE), "her own chat")
    assert "for Ada only" not in "".join(page.messages())
    page.enter("Render team")
    page.say("/status")
    told = stage.heard("message")
    assert (told["from"]["id"], told["chat"]["id"]) == (GRACE, TEAM)
    page.be("Ada")
    page.expect("/status")
    assert page.one("li.other .sender").text == "Grace" or "Grace" in page.expect("/status")


def test_what_is_said_elsewhere_is_counted_until_it_is_read(page: Page, stage: Stage) -> None:
    page.open()
    for number in (1, 2):
        stage.send(f"alert {number}", chat=TEAM)
    badge = "#chats a[data-chat='%s'] .badge"
    page.until(lambda: [mark.text for mark in page.all(badge % TEAM)] == ["2"], "two unread")
    assert page.chrome.title.startswith("(2)")
    page.enter("Render team")
    page.until(lambda: not page.all(badge % TEAM), "none unread")

    for number in range(9):
        stage.send(f"line {number}" + "\nof several" * 6, chat=TEAM)
    page.expect("line 8")
    page.chrome.execute_script("document.getElementById('scroller').scrollTop = 0")
    page.until(lambda: page.one("#newest").is_displayed(), "the way down")
    stage.send("the newest", chat=TEAM)
    page.until(lambda: page.one("#newest-count").text == "1", "one below")
    page.one("#newest").click()
    page.until(lambda: not page.one("#newest").is_displayed(), "to be at the end")


def test_the_panel_moves_the_marketplace_and_the_guide_follows(page: Page, stage: Stage) -> None:
    page.open()
    assert len(page.all("#acts .act")) == len(httpx.get(f"{stage.address}clore/sim/acts").json())
    assert "Somebody offers" in page.act("A rival outbids me")
    assert page.steps_done() == ["outbid"]
    page.until(lambda: "waiting" in page.one("#orders").text, "the order to have lost its machine")
    assert "no spot order" in page.act("A rival outbids me")
    page.act("CLORE is down")
    page.until(lambda: page.one("[data-act=down]").get_attribute("aria-checked") == "true", "the switch to be on")
    assert httpx.get(f"{stage.address}clore/sim/state").json()["down"]
    page.one("#copy-key").click()
    page.toast("Copied: DEMO_KEY")
    assert page.clipboard() == httpx.get(f"{stage.address}demo.json").json()["key"]
    page.hide_world()
    assert page.one("#app").get_attribute("data-world") == "closed"


def test_a_phone_shows_the_list_or_a_chat_and_the_panel_as_a_drawer(page: Page, stage: Stage) -> None:
    stage.send("hello", [button("A rather long label of a button", "1"), button("Another one", "2")])
    page.open(PHONE)
    assert page.one("#sidebar").is_displayed()
    assert not page.one("#conversation").is_displayed()
    page.enter(NAME, "Ada")
    page.expect("hello")
    assert not page.one("#sidebar").is_displayed()
    page.show_world()
    assert page.one("#conversation").get_attribute("inert") is not None
    page.one("#world-close").send_keys(Keys.ESCAPE)
    page.until(lambda: page.one("#app").get_attribute("data-world") == "closed", "the drawer to close")
    page.back()
    page.until(lambda: page.one("#sidebar").is_displayed(), "the list")
    page.chrome.back()
    page.until(lambda: page.one("#conversation").is_displayed(), "the way back of the phone")


def test_everything_can_be_reached_by_keyboard_and_has_a_name(page: Page, stage: Stage) -> None:
    stage.send("hello <tg-spoiler>you</tg-spoiler>", [button("Press", "1")])
    page.open()
    script = """
    const named = (e) => e.getAttribute('aria-label') || e.labels?.length || e.textContent.trim() || e.getAttribute('title');
    return [...document.querySelectorAll('button, a, textarea, input:not([hidden])')].filter((e) => !named(e)).map((e) => e.outerHTML)
    """
    assert page.chrome.execute_script(script) == []
    key = page.one("#messages .key")
    page.chrome.execute_script("arguments[0].focus()", key)
    key.send_keys(Keys.ENTER)
    assert stage.heard("callback_query")["data"] == "1"


@pytest.mark.parametrize(("size", "dark"), LOOKS)
def test_it_looks_good(page: Page, stage: Stage, tmp_path: Path, size: tuple[int, int], dark: bool) -> None:
    """Takes the pictures that a person should look at; a machine only sees that nothing is cut off."""
    folder = Path(SCREENSHOTS or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    tell_a_story(stage)
    page.open(size, dark=dark)
    name = f"{'phone' if size == PHONE else 'desktop'}-{'dark' if dark else 'light'}"
    if size == PHONE:
        page.picture(folder, f"{name}-list")
        page.enter(NAME, "Ada")
    page.expect("Outbid")
    page.picture(folder, f"{name}-chat")
    clipped = (
        "return [...document.querySelectorAll('.key span')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert page.chrome.execute_script(clipped) == 0
    page.act("A rival outbids me")
    page.picture(folder, f"{name}-world")
    if size == PHONE:
        page.hide_world()
        page.back()
    page.enter("Render team")
    page.expect("Spend of the week")
    assert page.picture(folder, f"{name}-group").stat().st_size > 20_000
