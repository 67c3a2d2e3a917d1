"""The person's side and the test's controls over HTTP: JSON in, JSON out, errors as `{"error": ...}`."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.telegram import members, page, person
from bot.sandbox.telegram.asked import Impossible, Wanted, chat_of, user_of
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.refusal import Refusal
from bot.sandbox.telegram.world import GROUP_ANONYMOUS_BOT, Chat, Json, Member, User

Act = Callable[[Core, Wanted], Any | Awaitable[Any]]

_INLINE_WAIT_S = 10.0
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


def routes(core: Core) -> list[Route]:
    """Every path below /sim."""
    posts = [Route(f"/{path}", _post(core, act), methods=["POST"]) for path, act in ACTS.items()]
    gets = [Route(f"/{path}", _get(core, look), methods=["GET"]) for path, look in page.LOOKS.items()]
    return [*posts, *gets, Route("/events", _events(core)), Route("/file/{file_id}", _file(core))]


def add_user(core: Core, body: Wanted) -> Json:
    return {"id": core.world.add_user(body).id}


def add_chat(core: Core, body: Wanted) -> Json:
    if body["type"] not in ("group", "supergroup", "channel"):
        raise Impossible("a chat is a group, a supergroup or a channel")
    chat = core.world.add_chat(body["type"], body["title"], body.get("id"), is_forum=body.get("is_forum", False))
    chat.username = body.get("username")
    for index, number in enumerate(body.get("members", [])):
        status = "creator" if index == 0 else "member"
        chat.members[number] = Member(user_of(core, number), status)
    owner = next((member.user for member in chat.members.values()), core.bot)
    if (status := body.get("bot", "member")) != "left":
        members.change(core, chat, core.bot, status=status, by=owner)
    return {"id": chat.id}


def change_member(core: Core, body: Wanted) -> Json:
    chat, user = chat_of(core, body["chat"]), user_of(core, body["user"])
    return _change(core, chat, user, body, body.get("by", user.id))


def change_bot(core: Core, body: Wanted) -> Json:
    chat = chat_of(core, body["chat"])
    owner = next((member.user.id for member in chat.members.values() if member.administers), core.bot.id)
    return _change(core, chat, core.bot, body, body.get("by", owner))


def block(core: Core, body: Wanted) -> Json:
    members.block(core, chat_of(core, body["user"]), blocked=body["blocked"])
    return {"ok": True}


def deactivate(core: Core, body: Wanted) -> Json:
    user_of(core, body["user"]).deactivated = True
    return {"ok": True}


def migrate(core: Core, body: Wanted) -> Json:
    return {"id": person.migrate(core, chat_of(core, body["chat"])).id}


def open_topic(core: Core, body: Wanted) -> Json:
    chat = chat_of(core, body["chat"])
    return {"message_thread_id": person.open_topic(core, chat, body["name"], _by(core, chat, body))}


def close_topic(core: Core, body: Wanted) -> Json:
    chat = chat_of(core, body["chat"])
    person.close_topic(core, chat, body["topic"], _by(core, chat, body))
    return {"ok": True}


def delete_topic(core: Core, body: Wanted) -> Json:
    person.delete_topic(core, chat_of(core, body["chat"]), body["topic"])
    return {"ok": True}


def message(core: Core, body: Wanted) -> Json:
    return person.write(core, chat_of(core, body["chat"]), user_of(core, body["user"]), body).message


def edit(core: Core, body: Wanted) -> Json:
    chat, user = chat_of(core, body["chat"]), user_of(core, body["user"])
    return person.edit(core, chat, body["message"], user, body["text"]).message


def replay(core: Core, body: Wanted) -> Json:
    if not core.updates.replay(body["update_id"]):
        raise Impossible("no such update is known", 404)
    return {"ok": True}


def share(core: Core, body: Wanted) -> Json:
    chat, user, shared = chat_of(core, body["chat"]), user_of(core, body["user"]), chat_of(core, body["shared_chat"])
    return person.share(core, chat, user, body["request_id"], shared).message


def start(core: Core, body: Wanted) -> Json:
    if not _PAYLOAD.fullmatch(body.get("payload") or ""):
        raise Impossible("a link carries at most 64 characters of A-Z, a-z, 0-9, _ and -")
    chat = chat_of(core, body["chat"]) if body.get("chat") else None
    return person.start(core, user_of(core, body["user"]), body.get("payload") or "", chat).message


async def inline(core: Core, body: Wanted) -> Json:
    """Asks the bot inline, and answers with its answer and the number of the query, or 504."""
    if not core.inline:
        raise Impossible("the bot has no inline mode")
    number, answer = core.queries.ask_inline()
    query = {"id": number, "from": user_of(core, body["user"]).wire(), "query": body["query"]}
    core.emit("inline_query", query | {"offset": body.get("offset", ""), "chat_type": body.get("chat_type", "sender")})
    try:
        async with asyncio.timeout(body.get("wait", _INLINE_WAIT_S)):
            return await answer
    except TimeoutError:
        raise Impossible("the bot did not answer", 504) from None


def choose(core: Core, body: Wanted) -> Json:
    """Sends one of the results of an inline query to any chat."""
    result = core.queries.shown(body["query"], body["result"])
    if result is None:
        raise Impossible("the bot showed no such result", 404)
    return person.choose(core, chat_of(core, body["chat"]), user_of(core, body["user"]), result).message


def press(core: Core, body: Wanted) -> Json:
    return person.press(core, chat_of(core, body["chat"]), user_of(core, body["user"]), body)


def seen(core: Core, body: Wanted) -> Json:
    chat = chat_of(core, body["chat"])
    chat.seen[body["user"]] = max(chat.messages, default=0)
    return {"ok": True}


def clock(core: Core, body: Wanted) -> Json:
    core.ahead += body["advance"]
    return {"now": core.time()}


def flood(core: Core, body: Wanted) -> Json:
    try:
        core.flood.change(body)
    except KeyError as unknown:
        raise Impossible(f"no such limit: {unknown.args[0]}") from None
    return asdict(core.flood.limits)


def fault(core: Core, body: Wanted) -> Json:
    if unknown := set(body) - {field.name for field in fields(Fault)}:
        raise Impossible(f"a fault has no {', '.join(sorted(unknown))}")
    wanted = Fault(**body)
    if not (wanted.code or wanted.delay or wanted.drop or wanted.retry_after is not None or wanted.after):
        raise Impossible("a fault needs a code, a delay, a retry_after, drop or after")
    core.faults.waiting.append(wanted)
    return {"ok": True}


def settings(core: Core, body: Wanted) -> Json:
    core.privacy = body.get("privacy", core.privacy)
    core.inline = body.get("inline", core.inline)
    core.callback_life = body.get("callback_life", core.callback_life)
    return {"privacy": core.privacy, "inline": core.inline, "callback_life": core.callback_life}


def reset(core: Core, body: Wanted) -> Json:  # noqa: ARG001 - the shape of an act
    core.reset()
    return {"ok": True}


ACTS: dict[str, Act] = {
    "user": add_user,
    "chat": add_chat,
    "member": change_member,
    "bot": change_bot,
    "block": block,
    "deactivate": deactivate,
    "migrate": migrate,
    "topic": open_topic,
    "topic/close": close_topic,
    "topic/delete": delete_topic,
    "message": message,
    "edit": edit,
    "replay": replay,
    "share": share,
    "start": start,
    "inline": inline,
    "inline/choose": choose,
    "press": press,
    "seen": seen,
    "clock": clock,
    "flood": flood,
    "fault": fault,
    "settings": settings,
    "reset": reset,
}


def _change(core: Core, chat: Chat, user: User, body: Json, by: int) -> Json:
    status: str | None = body.get("status")
    rights: dict[str, bool] | None = body.get("rights")
    if status is None and rights is None:
        raise Impossible("a status or rights are needed")
    if status is not None and status not in members.STATUSES:
        raise Impossible(f"nobody has the status {status}")
    members.change(core, chat, user, status=status, rights=rights, by=user_of(core, by))
    return {"ok": True}


def _by(core: Core, chat: Chat, body: Wanted) -> Json:
    if "user" in body:
        return {"from": user_of(core, body["user"]).wire()}
    owner = next((member.user for member in chat.members.values() if member.administers), None)
    return {"from": GROUP_ANONYMOUS_BOT if owner is None else owner.wire()}


def _post(core: Core, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            wanted = json.loads(body) if body else {}
        except ValueError:
            return _error(400, "the body is not JSON")
        return await _told(act, core, wanted)

    return endpoint


def _get(core: Core, look: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await _told(look, core, dict(request.query_params))

    return endpoint


async def _told(act: Act, core: Core, wanted: Json) -> Response:
    """The answer of an act, or why it cannot be."""
    try:
        return JSONResponse(await finished(act(core, Wanted(wanted))))
    except Impossible as why:
        return _error(why.status, str(why), **why.more)
    except Refusal as why:
        return _error(400, why.description)


async def finished(result: Any) -> Any:
    """What an act or a look returned, waited for if it takes time."""
    return await result if asyncio.iscoroutine(result) else result


def _error(status: int, why: str, **more: Any) -> Response:
    return JSONResponse({"error": why, **more}, status_code=status)


def _events(core: Core) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:  # noqa: ARG001 - the shape of an endpoint
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingResponse(core.events.stream(), media_type="text/event-stream", headers=headers)

    return endpoint


def _file(core: Core) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        file = core.files.by_id(request.path_params["file_id"])
        if file is None:
            return _error(404, "there is no such file")
        name = file.name.encode("ascii", "replace").decode().replace('"', "'")
        headers = {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return Response(file.content, media_type=file.mime_type, headers=headers)

    return endpoint
