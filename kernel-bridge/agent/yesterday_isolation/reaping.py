"""The parent of the isolated program: hands signals on, reaps, and reports how the program ended."""

from __future__ import annotations

import os
import select
import signal
import sys
from typing import NoReturn

from . import system
from .config import Config
from .control import Control

HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGURG, signal.SIGUSR1)


def start_program(config: Config, capabilities: frozenset[int]) -> int:
    """Forks; the program leads a session and a group of its own."""
    program = os.fork()
    if program == 0:
        _program(config, capabilities)
    return program


def _program(config: Config, capabilities: frozenset[int]) -> NoReturn:
    try:
        os.setsid()
        for number in HANDED_ON:
            signal.signal(number, signal.SIG_DFL)
        system.drop_capabilities(capabilities)
        os.chdir(config.cwd)
        os.execvp(config.argv[0], config.argv)
    except OSError as problem:
        print(f"{config.argv[0]} could not be started: {problem}", file=sys.stderr, flush=True)
    os._exit(127)


def hand_on(program: int) -> None:
    """Signals to this process are for the program's group."""

    def send(number: int, frame: object) -> None:
        try:
            os.killpg(program, number)
        except ProcessLookupError:
            pass

    for number in HANDED_ON:
        signal.signal(number, send)


def reap(program: int, control_folder: str) -> int:
    """Serves requests until the program ends; returns its exit code."""
    control = Control(control_folder)
    hand_on(program)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == program:
            return exit_code(status)
        if ended == 0:
            readable, _, _ = select.select([control.fileno(), wake], [], [])
            if wake in readable:
                os.read(wake, 100)
            if control.fileno() in readable:
                control.answer()


def exit_code(status: int) -> int:
    """Of a wait status, as a shell reports it."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def end_as(status: int) -> int:
    """Ends this process as the wait status says another one ended: by its signal, or with the returned exit code."""
    if not os.WIFSIGNALED(status):
        return os.WEXITSTATUS(status)
    return end_by(os.WTERMSIG(status))


def end_by(number: int) -> int:
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number
