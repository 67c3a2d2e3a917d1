"""What a person was asked for here, as the Telegram edge needs to know it: is this text a secret, is a file wanted."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.domain.ids import UserId
from bot.domain.recipe import FILE_STEPS, SECRET_STEPS, Step, is_private_key
from bot.services.connect import find_key
from bot.services.house import House
from handlers import replies
from handlers.visit import Arrival, Secret

MOST_FILE: Final = 65_536
"""Bytes of a text file: more than any field of an order takes."""
CUT_FROM: Final = 3_900
"""Characters of a message that may be the first part of a longer text: Telegram's apps cut it up below 4,096."""


def may(house: House, user: UserId | None) -> bool:
    """Whether this installation serves this person."""
    return user is not None and (not house.allowed or user in house.allowed)


def secret_in(house: House, arrival: Arrival, text: str, *, answers: bool) -> Secret | None:
    """What answers a question for something secret is that, whatever shape it has; also where it comes a little late."""
    if answers and _step_asked(house, arrival, replies.OVERDUE) in SECRET_STEPS:
        return Secret.ANSWER
    if is_private_key(text):
        return Secret.PRIVATE_KEY
    return None if find_key(text) is None else Secret.API_KEY


def takes_file(house: House, arrival: Arrival) -> int | None:
    return MOST_FILE if _step_asked(house, arrival) in FILE_STEPS else None


def is_cut(house: House, arrival: Arrival, text: str) -> bool:
    """Whether this may be a part only of what was pasted, of a field that a file can bring whole."""
    return not arrival.file and len(text) >= CUT_FROM and takes_file(house, arrival) is not None


def _step_asked(house: House, arrival: Arrival, overdue: timedelta = timedelta()) -> Step | None:
    """The field of an order that this person is asked for here; also one whose question ended so long ago."""
    if not arrival.private or arrival.user is None or not may(house, arrival.user):
        return None
    chat = house.store.chats.find(arrival.chat)
    if chat is None:
        return None
    question = house.store.questions.find(chat.id, arrival.user, house.clock() - overdue, arrival.update)
    return replies.step_asked(question) if question else None
