"""A process with the barest bot of python-telegram-bot: whatever is said, one message answers it."""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("PTB_TIMEDELTA", "1")  # before telegram is imported

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, CallbackContext, MessageHandler, filters

ANSWER = "\n".join(f"#{number}  RTX 3090  running  $1.23 a day  ends in 2 d 4 h" for number in range(38, 46))


async def answer(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
    assert update.effective_chat is not None
    await context.bot.send_message(update.effective_chat.id, ANSWER)


async def ready(_: Application[Any, Any, Any, Any, Any, Any]) -> None:
    sys.stdout.write("it is ready\n")
    sys.stdout.flush()


def run(root: str, token: str) -> None:
    application = ApplicationBuilder().token(token).base_url(f"{root}/bot").post_init(ready).build()
    application.add_handler(MessageHandler(filters.ALL, answer))
    application.run_polling(allowed_updates=["message"])


if __name__ == "__main__":
    run(*sys.argv[1:])
