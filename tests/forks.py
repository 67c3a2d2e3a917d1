"""The bot as a process that has its imports behind it: forked off a process of the tests that has done nothing else.

A start is a real process with a number, a folder, an environment and a log of its own, but takes a tenth of the time of
`python -m bot`, most of which is imports. The tests talk to the server over its standard input, a socket: a byte for each
start, with two files beside it, the log and a socket of that start. On that one the settings of the start come in and the
process's number and exit code go out, each as a line.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

from bot.sandbox.child import ROOT, environment

STDIN, STDOUT, STDERR = 0, 1, 2
FAILED = 1
MODULES = ("bot.__main__", "bot.app", "bot.clore.transport", "storage.store")
"""What `python -m bot` imports before it is ready, some of it late."""


class Fork:
    """A started bot; as much of asyncio's `Process` as the tests use."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._writer = writer
        self._ended = asyncio.create_task(self._end(reader))

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """The exit code, below zero for a signal."""
        return await asyncio.shield(self._ended)

    async def _end(self, reader: asyncio.StreamReader) -> int:
        self.returncode = int(await reader.readline())
        self._writer.close()
        return self.returncode


async def fork(folder: Path, variables: Mapping[str, str], out: IO[bytes]) -> Fork:
    """`python -m bot` in this folder with these variables of the environment, which says everything to `out`."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(_server(), [b"+"], [out.fileno(), theirs.fileno()])
    reader, writer = await asyncio.open_connection(sock=ours)
    writer.write(json.dumps([str(folder), dict(variables)]).encode() + b"\n")
    return Fork(int(await reader.readline()), reader, writer)


@cache
def _server() -> socket.socket:
    """One for all tests of this process; it ends when nobody can talk to it any more."""
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"], cwd=ROOT, env=environment(os.environ, {}), stdin=theirs.fileno()
        )

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def serve() -> None:
    """Forks as often as it is asked to. There is one thread, and nothing is open that two processes must not share."""
    for module in MODULES:
        import_module(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits with a start is not waited for
    with socket.socket(fileno=os.dup(STDIN)) as asked:
        while True:
            word, (*files,), _, _ = socket.recv_fds(asked, 1, 2)
            if not word:
                return
            if os.fork() == 0:
                asked.close()
                _attend(*files)
            for file in files:
                os.close(file)


def _attend(out: int, told: int) -> NoReturn:
    """Starts one bot, waits for its end, and ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with socket.socket(fileno=told) as talk, talk.makefile("rw") as lines:
        folder, variables = json.loads(lines.readline())
        pid = os.fork()
        if pid == 0:
            os.close(told)
            _be_the_bot(out, folder, variables)
        print(pid, file=lines, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), file=lines, flush=True)
    os._exit(0)


def _be_the_bot(out: int, folder: str, variables: dict[str, str]) -> NoReturn:
    from bot.__main__ import main

    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, number in ((nothing, STDIN), (out, STDOUT), (out, STDERR)):
        os.dup2(file, number)
    os.close(out)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    code = FAILED
    try:
        code = main([])
    except BaseException:  # noqa: BLE001 - told as the interpreter tells it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
