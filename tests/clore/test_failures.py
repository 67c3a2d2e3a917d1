"""What each failure is called, what is repeated, and what never is."""

from __future__ import annotations

import asyncio
import gzip
import logging
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from bot.clore import errors, verdict
from bot.clore.client import KeyedClient
from bot.clore.document import Document
from bot.clore.errors import CloreError, InvalidInput, KeyRejected, OutcomeUnknown, Refused, Unavailable, Unreadable
from bot.clore.exchange import MAX_BODY_BYTES
from bot.domain.hosting import ServerSettings
from bot.domain.ids import OrderId, ServerId
from tests.clore.other_side import KEY, NO_ORDERS, OK, OtherSide, Reply, Unread, answer, clore_over, loop_time
from tests.clore.test_pacing import new_order

pytestmark = pytest.mark.looptime

HOUR = timedelta(hours=1)
SETTINGS = ServerSettings("Michael", True, 96 * HOUR, Decimal("0.0001"), Decimal(0))

READS: dict[str, Callable[[KeyedClient], Awaitable[object]]] = {
    "wallets": lambda client: client.wallets(),
    "my_servers": lambda client: client.my_servers(),
    "server_config": lambda client: client.server_config("Michael"),
    "marketplace": lambda client: client.marketplace(),
    "my_orders": lambda client: client.my_orders(),
    "spot_marketplace": lambda client: client.spot_marketplace(ServerId(6)),
}
CHANGES: dict[str, Callable[[KeyedClient], Awaitable[object]]] = {
    "set_server_settings": lambda client: client.set_server_settings(SETTINGS),
    "set_spot_price": lambda client: client.set_spot_price(OrderId(39), Decimal("0.0000032")),
    "cancel_order": lambda client: client.cancel_order(OrderId(39)),
    "create_order": lambda client: client.create_order(new_order()),
}

HTML = httpx.Response(403, text="<html>error 1010</html>")
DATABASE_ERROR = answer(500, code=1)
DOUBTFUL: dict[str, Reply] = {
    "database error": DATABASE_ERROR,
    "database error with HTTP 200": answer(200, code=1),
    "HTTP 500": httpx.Response(500),
    "HTTP 502 page": httpx.Response(502, text="<html>Bad gateway</html>"),
    "page": httpx.Response(200, text="<html>hello</html>"),
    "edge block": HTML,
    "redirect": httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
    "empty": httpx.Response(200),
    "cut off": httpx.Response(200, content=b'{"code": 0, "ord'),
    "null": httpx.Response(200, content=b"null"),
    "list": httpx.Response(200, content=b"[]"),
    "no code": answer(200, orders=[]),
    "code of another type": answer(200, code=[0]),
    "code that is a truth value": answer(200, code=False),
    "unknown code": answer(200, code=99),
    "NaN": httpx.Response(200, content=b'{"code": 0, "limit": NaN}'),
    "read timeout": httpx.ReadTimeout("slow"),
    "reset": httpx.ReadError("reset"),
    "write broke": httpx.WriteError("reset"),
    "protocol": httpx.RemoteProtocolError("nonsense"),
}
NEVER_LEFT: dict[str, Reply] = {
    "refused connection": httpx.ConnectError("refused"),
    "connect timeout": httpx.ConnectTimeout("slow"),
    "no free connection": httpx.PoolTimeout("full"),
}
WORDS = {
    "server-already-rented": errors.AlreadyRented,
    "server_already_rented": errors.AlreadyRented,
    "currency-not-allowed": errors.CurrencyNotAllowed,
    "not_enough_balance": errors.NotEnoughBalance,
    "Not-Enough-Balance": errors.NotEnoughBalance,
    "server-offline": errors.ServerOffline,
    "too_low_price": errors.PriceTooLow,
    "something new & strange": errors.Refused,
    "exceeded_max_step": errors.Refused,  # without its figure there is nothing to offer
    "can_lower_every_600_seconds": errors.Refused,
}


async def failure(deed: Awaitable[object]) -> CloreError:
    with pytest.raises(CloreError) as caught:
        await deed
    return caught.value


def test_every_code_of_the_reference_has_a_meaning() -> None:
    assert [code.value for code in verdict.Code] == list(range(7))
    meant = [
        [type(verdict.verdict(told(code), changes=changes)).__name__ for changes in (False, True)]
        for code in verdict.Code
    ]
    assert meant == [
        ["Document", "Document"],
        ["Unavailable", "OutcomeUnknown"],
        ["InvalidInput", "InvalidInput"],
        ["KeyRejected", "KeyRejected"],
        ["Unavailable", "Unavailable"],
        ["RateLimited", "RateLimited"],
        ["Refused", "Refused"],
    ]


def told(code: int) -> verdict.Answer:
    return verdict.Answer(200, Document(b'{"code": %d, "error": "no"}' % code))


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("deed", ["create_order", "set_spot_price"])
async def test_a_refusal_is_known_by_its_word_whatever_the_status(status: int, word: str, deed: str) -> None:
    other = OtherSide(answer(status, code=6, error=word))
    refusal = await failure(CHANGES[deed](other.client()))
    assert type(refusal) is WORDS[word]
    assert isinstance(refusal, Refused)
    assert refusal.text == word
    assert len(other.seen) == 1


async def test_a_price_that_is_too_low_names_the_minimum() -> None:
    other = OtherSide(httpx.Response(200, content=b'{"code":6,"error":"too_low_price","min_price":3.10e-6}'))
    refusal = await failure(CHANGES["create_order"](other.client()))
    assert isinstance(refusal, errors.PriceTooLow)
    assert refusal.minimum == Decimal("0.0000031")


async def test_a_refusal_whose_figures_cannot_be_read_is_still_a_refusal() -> None:
    reply = httpx.Response(200, content=b'{"code":6,"error":"exceeded_max_step","max_step":"\xff"}')
    refusal = await failure(CHANGES["set_spot_price"](OtherSide(reply).client()))
    assert (type(refusal), str(refusal)) == (Refused, "CLORE.AI refused: exceeded_max_step")


async def test_a_refusal_without_a_reason_says_so() -> None:
    refusal = await failure(CHANGES["create_order"](OtherSide(answer(code=6)).client()))
    assert str(refusal) == "CLORE.AI refused: no reason given"


@pytest.mark.parametrize("status", [200, 401, 403, 500])
async def test_a_bad_key_is_rejected_and_not_tried_again(status: int) -> None:
    for deed in (*READS.values(), *CHANGES.values()):
        other = OtherSide(answer(status, code=3))
        assert isinstance(await failure(deed(other.client())), KeyRejected)
        assert len(other.seen) == 1


async def test_http_401_without_a_code_is_a_rejected_key_too() -> None:
    assert isinstance(await failure(READS["wallets"](OtherSide(httpx.Response(401, text="no")).client())), KeyRejected)


@pytest.mark.parametrize("deed", CHANGES)
@pytest.mark.parametrize("reply", DOUBTFUL)
async def test_a_doubtful_change_is_an_unknown_outcome_and_never_repeated(deed: str, reply: str) -> None:
    other = OtherSide(DOUBTFUL[reply], OK)
    assert isinstance(await failure(CHANGES[deed](other.client())), OutcomeUnknown)
    assert len(other.seen) == 1


@pytest.mark.parametrize("deed", READS)
@pytest.mark.parametrize("reply", DOUBTFUL)
async def test_a_failed_read_is_unavailable_and_never_an_empty_list(deed: str, reply: str) -> None:
    other = OtherSide(DOUBTFUL[reply])
    assert isinstance(await failure(READS[deed](other.client())), Unavailable)


@pytest.mark.parametrize("deed", [*READS, *CHANGES])
@pytest.mark.parametrize("reply", NEVER_LEFT)
async def test_what_never_left_is_unavailable(deed: str, reply: str) -> None:
    other = OtherSide(NEVER_LEFT[reply])
    assert isinstance(await failure({**READS, **CHANGES}[deed](other.client())), Unavailable)
    assert len(other.seen) == (1 if deed in CHANGES else 3)


@pytest.mark.parametrize("reply", ["database error", "HTTP 500", "HTTP 502 page", "read timeout", "reset"])
async def test_a_read_is_repeated_after_what_passes(reply: str) -> None:
    other = OtherSide(DOUBTFUL[reply], DOUBTFUL[reply], NO_ORDERS)
    assert (await other.client().my_orders()).orders == ()
    assert len(other.seen) == 3


@pytest.mark.parametrize("reply", ["edge block", "page", "no code", "redirect", "cut off", "unknown code"])
async def test_a_read_is_not_repeated_after_nonsense(reply: str) -> None:
    other = OtherSide(DOUBTFUL[reply])
    assert isinstance(await failure(other.client().my_orders()), Unreadable)
    assert len(other.seen) == 1


async def test_repeats_wait_with_full_jitter() -> None:
    other = OtherSide(DATABASE_ERROR)
    await failure(other.clore(jitter=[1.0]).keyed(KEY).my_orders())
    assert other.beginnings == [0.0, 2.0, 6.0]
    other = OtherSide(DATABASE_ERROR)
    await failure(other.clore(jitter=[0.0]).keyed(KEY).my_orders())
    began = other.beginnings[0]
    assert [round(at - began, 6) for at in other.beginnings] == [0.0, 1.3, 2.6]


async def test_others_go_while_a_read_waits_for_its_repeat() -> None:
    other = OtherSide(DATABASE_ERROR, answer(code=0, orders=[], wallets=[]))
    client = other.clore(jitter=[1.0]).keyed(KEY)
    slow = asyncio.ensure_future(client.my_orders())
    await asyncio.sleep(0)
    await client.wallets()
    assert loop_time() == 1.3
    await slow


@pytest.mark.parametrize("word", ["order_not_found", "order-not-found", "Order does_not_exist", "already_cancelled"])
async def test_cancelling_what_is_gone_is_done(word: str) -> None:
    await OtherSide(answer(code=6, error=word)).client().cancel_order(OrderId(39))


async def test_a_cancellation_can_be_refused() -> None:
    assert isinstance(
        await failure(OtherSide(answer(code=6, error="not_yours")).client().cancel_order(OrderId(39))), Refused
    )


async def test_a_cancelled_change_says_whether_it_had_left() -> None:
    other = OtherSide(OK, seconds=5.0)
    client = other.client()
    left: list[str] = []
    running = asyncio.ensure_future(client.cancel_order(OrderId(1), leaving=lambda: left.append("first")))
    waiting = asyncio.ensure_future(client.cancel_order(OrderId(2), leaving=lambda: left.append("second")))
    await asyncio.sleep(1)
    running.cancel()
    waiting.cancel()
    results = await asyncio.gather(running, waiting, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError, asyncio.CancelledError]
    assert left == ["first"]
    assert len(other.seen) == 1


async def test_a_change_whose_leaving_fails_does_not_leave() -> None:
    other = OtherSide(OK)

    def disk_full() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await other.client().create_order(new_order(), leaving=disk_full)
    assert other.seen == []


WRONG: dict[str, tuple[Callable[[KeyedClient], Awaitable[object]], list[str]]] = {
    "a report that is too long": (lambda client: client.cancel_order(OrderId(1), "x" * 2_049), ["issue"]),
    "no price": (lambda client: client.set_spot_price(OrderId(1), Decimal(0)), ["desired_price"]),
    "a price that is no number": (lambda client: client.set_spot_price(OrderId(1), Decimal("NaN")), ["desired_price"]),
    "no name": (lambda client: client.server_config(" "), ["server_name"]),
    "everything": (
        lambda client: client.set_server_settings(
            ServerSettings("", True, timedelta(minutes=90), Decimal(-1), Decimal("Infinity"))
        ),
        ["name", "on_demand", "spot", "mrl"],
    ),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_named_before_anything_is_sent(name: str) -> None:
    deed, fields = WRONG[name]
    other = OtherSide(OK)
    wrong = await failure(deed(other.client()))
    assert isinstance(wrong, InvalidInput)
    assert [problem.where for problem in wrong.problems] == fields
    assert other.seen == []


async def test_clores_own_complaint_about_the_input_is_kept() -> None:
    wrong = await failure(OtherSide(answer(code=2, error="bad image")).client().create_order(new_order()))
    assert isinstance(wrong, InvalidInput)
    assert (wrong.problems, wrong.text) == ((), "bad image")


@pytest.mark.parametrize("key", ["3", "code", "a", "0"])
async def test_a_short_slip_for_a_key_is_a_rejected_key(key: str) -> None:
    clore = OtherSide(answer(code=3)).clore()
    assert isinstance(await failure(clore.keyed(key).wallets()), KeyRejected)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel", "x" * 257, "tab\t"])
def test_what_cannot_be_a_key_is_no_header(key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        OtherSide(OK).clore().keyed(key)
    assert not key or key not in str(caught.value)


def unread(size: int, encoding: str) -> KeyedClient:
    """A client that gets an answer of so many bytes, packed as the encoding says."""
    frame = b'{"code":0,"orders":[],"pad":"%s"}'
    body = frame % (b"0" * (size - len(frame) + 2))
    content = gzip.compress(body, 1) if encoding == "gzip" else body
    return clore_over(Unread(content, encoding)).keyed(KEY)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_a_body_beyond_the_cap_is_refused(encoding: str) -> None:
    assert (await unread(MAX_BODY_BYTES, encoding).my_orders()).orders == ()
    assert isinstance(await failure(unread(MAX_BODY_BYTES + 1, encoding).my_orders()), Unreadable)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
async def test_packings_that_were_not_asked_for_are_not_unpacked(encoding: str) -> None:
    assert isinstance(await failure(unread(100, encoding).my_orders()), Unreadable)


async def test_an_answer_that_has_begun_had_a_request_whatever_its_end_is_called() -> None:
    """Some transports call every broken connection a connect timeout."""
    client = clore_over(Unread(b'{"code":', breaks=httpx.ConnectTimeout("gone"))).keyed(KEY)
    assert isinstance(await failure(client.create_order(new_order())), OutcomeUnknown)


async def test_a_body_that_cannot_be_unpacked_is_a_lost_answer() -> None:
    client = clore_over(Unread(b"this is not gzip", "gzip")).keyed(KEY)
    assert isinstance(await failure(client.create_order(new_order())), OutcomeUnknown)
    assert isinstance(await failure(client.my_orders()), Unavailable)


async def test_no_text_of_ours_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    replies: list[Reply] = [
        *DOUBTFUL.values(),
        *NEVER_LEFT.values(),
        answer(code=3, error=KEY),
        answer(code=2, error=f"bad {KEY}"),
        answer(code=6, error=f"who is {KEY}?"),
    ]
    texts = []
    for reply in replies:
        client = OtherSide(reply).client()
        for deed in (client.create_order(new_order()), client.my_orders()):
            caught = await failure(deed)
            texts += [repr(caught), str(caught), "".join(traceback.format_exception(caught)), repr(vars(caught))]
        texts += [repr(client), repr(OtherSide(reply).clore())]
    assert any("who is ***?" in text for text in texts)
    assert not any(KEY in text for text in (*texts, caplog.text))


def test_every_error_is_drawn_in_the_outline() -> None:
    classes = {
        name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, CloreError)
    }
    drawn = {line.split()[0] for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")}
    assert drawn == classes
