"""The search in inline mode: public data, no account, an answer within seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.hands import taps
from tests.journeys.markets import fleet, stranger
from tests.journeys.stories import BOB, by_hand
from tests.stage import ADA, Json, Stage

pytestmark = pytest.mark.looptime


async def test_the_same_search_gives_articles_that_open_the_card(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await stranger(stage, *fleet(25))
        answer = await _asks(stage, "4090 <60")
        assert len(answer["results"]) == 20
        first = answer["results"][0]
        assert first["title"].startswith("4x RTX 4090 · $8.4")
        assert "per GPU · DE · reliability 99.1 %" in first["description"]
        assert "a day with fee" in first["text"]
        assert "Data and rate from" in first["text"]
        ((opens,),) = first["reply_markup"]["inline_keyboard"]
        assert opens["url"].endswith("?start=s100")


async def test_what_cannot_be_read_or_found_is_said_in_an_article(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await stranger(stage, *fleet(1))
        (article,) = (await _asks(stage, "4090 ram>=banana"))["results"]
        assert article["title"] == "I do not understand “ram”"
        assert "For example" in article["description"]
        (article,) = (await _asks(stage, "3090"))["results"]
        assert article["title"] == "Nothing found"


async def test_a_marketplace_that_does_not_answer_is_said_to_be_so(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await stranger(stage, *fleet(1))
        stage.clore.fault("timeout", operation="marketplace", times=None)
        began = stage.seconds()
        (article,) = (await _asks(stage, "4090"))["results"]
        assert article["title"] == "CLORE.AI does not answer"
        assert stage.seconds() - began < 8
        stage.clore.heal()


async def test_only_those_who_may_use_the_bot_get_anything(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings={"BOT_ALLOWED_USERS": str(ADA)}) as stage:
        await stranger(stage, *fleet(1))
        await stage.post("user", id=BOB, first_name="Bob", language_code="en")
        assert (await _asks(stage, "4090", user=BOB))["results"] == []
        assert len((await _asks(stage, "4090"))["results"]) == 1
        assert [call.params["is_personal"] for call in stage.telegram.calls.find("answerInlineQuery")] == [True, True]


async def test_who_asks_too_often_gets_nothing_and_is_still_answered_in_the_chat(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        found = [len((await _asks(stage, "4090"))["results"]) for _ in range(22)]
        assert found[0] == 1
        assert found[-1] == 0
        await ada.says("/market 4090")
        await ada.sees("1 machine")


async def test_a_result_chosen_in_the_bots_own_chat_is_no_word_to_the_bot(tmp_path: Path) -> None:
    """Not even where it waits for words."""
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        await ada.says("/market")
        await ada.sees("find a machine")
        await taps(ada, "Search", "What do you look for?")
        before = len(await ada.from_bot())
        answer = await _asks(stage, "4090")
        chosen = {"query": answer["query"], "result": answer["results"][0]["id"]}
        await stage.post("inline/choose", chat=ADA, user=ADA, **chosen)
        await ada.says("3080")
        await ada.sees("Nothing found", "RTX 3080")
        assert len(await ada.from_bot()) == before + 1


async def test_nothing_of_an_inline_query_is_stored(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await stranger(stage, *fleet(1))
        await _asks(stage, "4090")
        assert stage.store is not None
        assert stage.store.db.fetch("SELECT * FROM inbox") == []


async def _asks(stage: Stage, text: str, *, user: int = ADA) -> Json:
    return await stage.post("inline", user=user, query=text)
