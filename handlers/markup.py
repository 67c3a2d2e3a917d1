"""A screen's buttons as Telegram's keyboards."""

from __future__ import annotations

import logging
from typing import Final, assert_never

from telegram import CopyTextButton, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from handlers.actions import encode
from handlers.screen import Button, Copy, Link, Press, Screen

log = logging.getLogger(__name__)

MOST_COPIED: Final = 256


def keyboard(screen: Screen) -> InlineKeyboardMarkup | None:
    """The buttons of a screen, or none. A copy button whose text Telegram would refuse is left out, not the screen."""
    rows = [[_button(button) for button in row if _fits(button)] for row in screen.rows]
    rows = [row for row in rows if row]
    return InlineKeyboardMarkup(rows) if rows else None


def question() -> ForceReply:
    """Opens the answer to a question for the person asked, so that it reaches a bot in privacy mode."""
    return ForceReply(selective=True)


def _button(button: Button) -> InlineKeyboardButton:
    match button:
        case Press(label, action, style):
            return InlineKeyboardButton(label, callback_data=encode(action), style=style)
        case Copy(label, text):
            return InlineKeyboardButton(label, copy_text=CopyTextButton(text))
        case Link(label, url):
            return InlineKeyboardButton(label, url=url)
    assert_never(button)


def _fits(button: Button) -> bool:
    if isinstance(button, Copy) and not 1 <= len(button.text) <= MOST_COPIED:
        log.warning("a copy button %r is left out: its text has %d characters", button.label, len(button.text))
        return False
    return True
