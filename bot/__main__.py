"""`python -m bot`: the bot; `python -m bot demo`: the bot between a simulated Telegram and a simulated CLORE.AI."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import BadSettings, Settings, load_settings
from bot.logs import keep_out_of_logs, log_loop_errors, start_logs

if TYPE_CHECKING:
    from storage.store import Store

os.environ.setdefault("PTB_TIMEDELTA", "1")  # before telegram is imported: without it a 429 is a deprecation warning

log = logging.getLogger("bot")

BAD_SETTINGS = 2
ANOTHER_INSTANCE = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 after a stop, 1 for a failure, 2 for settings, 3 for another instance."""
    asked = _parser().parse_args(arguments)
    match asked.command:
        case "demo":
            return _demo(asked.port, asked.seed)
        case "run-or-demo" if not _has_token():
            sys.stdout.write("TELEGRAM_BOT_TOKEN is not set, so this is the demo.\n")
            return _demo(asked.port, asked.seed)
        case _:
            return _run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="The Telegram bot for CLORE.AI rentals.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, text in (
        ("demo", "the bot between a simulated Telegram and a simulated CLORE.AI, with a chat page in the browser"),
        ("run-or-demo", "the bot where TELEGRAM_BOT_TOKEN is set, else the demo"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--port", type=int, default=8787, help="of the demo's page; a busy one takes the next")
        command.add_argument("--seed", type=int, default=0, help="of the demo's marketplace")
    return parser


def _has_token() -> bool:
    try:
        return bool(load_settings(os.environ, Path.cwd(), token_required=False).telegram_token)
    except BadSettings:
        return True  # the run names what is wrong


def _demo(port: int, seed: int) -> int:
    from bot.sandbox.demo import demo

    return demo(port, seed)


def _run() -> int:
    try:
        settings = load_settings(os.environ, Path.cwd())
    except BadSettings as error:
        sys.stderr.write("The settings are not usable:\n" + "".join(f"  - {one}\n" for one in error.problems))
        return BAD_SETTINGS
    start_logs(settings.log_level, settings.log_format)
    keep_out_of_logs(*settings.secrets)
    for name in settings.misspelt:
        log.warning("%s is set, and no setting has this name", name)
    return _with_store(settings)


def _with_store(settings: Settings) -> int:
    from storage.errors import AlreadyRunning, StorageError
    from storage.lock import InstanceLock
    from storage.master_keys import load_master_keys
    from storage.store import holds_sealed, open_store

    try:
        with InstanceLock.take(settings.database):
            keys = load_master_keys(
                settings.master_keys, settings.master_key_file, holds_sealed=holds_sealed(settings.database)
            )
            keep_out_of_logs(*(key.text for key in keys.keys))
            if keys.created:
                log.warning("made the master key %s: back it up, apart from the database", keys.created)
            store = open_store(settings.database, keys)
            try:
                return asyncio.run(_serve(settings, store))
            finally:
                store.close()
    except AlreadyRunning as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all
        return ANOTHER_INSTANCE
    except StorageError as error:
        log.error("the database cannot be used: %s", error)  # noqa: TRY400 - the sentence says it all
        return BAD_SETTINGS


async def _serve(settings: Settings, store: Store) -> int:
    """Runs until a signal comes, or until the app ends by itself."""
    from telegram.error import InvalidToken

    from bot.app import World, assemble
    from bot.clore.transport import HonestTransport, open_http

    loop = asyncio.get_running_loop()
    log_loop_errors(loop)
    async with open_http() as http:
        app = assemble(settings, store, World(clore=http, telegram=HonestTransport))
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, app.ended.set)
        starting = asyncio.create_task(app.start())
        ended = asyncio.create_task(app.ended.wait())
        await asyncio.wait({starting, ended}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if starting.done():
                starting.result()
                gc.freeze()  # what lives as long as the process is looked at by no collection: shorter pauses
                await ended
        except InvalidToken:
            log.error("Telegram does not accept TELEGRAM_BOT_TOKEN; BotFather shows the right one")  # noqa: TRY400
            app.exit_code = BAD_SETTINGS
        for task in (starting, ended):
            task.cancel()
        await asyncio.gather(starting, ended, return_exceptions=True)
        await app.stop()
        return app.exit_code


if __name__ == "__main__":
    sys.exit(main())
