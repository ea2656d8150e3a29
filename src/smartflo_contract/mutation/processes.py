"""Run a command of the user as a process: with a time limit, and the end of its output."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Thread
from time import monotonic
from typing import IO, Final, NamedTuple

from smartflo_contract.mock_server.journal.redaction import MASK, is_secret
from smartflo_contract.mutation.errors import CommandError
from smartflo_contract.schemas.printable import escape_unprintable, truncate

_TAIL_BYTES: Final = 64 * 1024
"""Size of the end of the output that is kept."""
_READ_BYTES: Final = 64 * 1024
_MAX_REASON_CHARACTERS: Final = 200
_MAX_LINES: Final = 20
_MAX_LINE_CHARACTERS: Final = 1_000
_MIN_SECRET_CHARACTERS: Final = 6
"""Shorter values are not masked: they would occur by chance."""
_DRAIN_SECONDS: Final = 1.0
"""How long the output is read on after the command has ended: a process that it has left behind may hold it open."""


class Outcome(NamedTuple):
    """The end of a command.

    Attributes:
        exit_code: its exit code; the negative number of a signal that has ended it; ``None`` after the time limit.
        seconds: how long it took.
        last_line: the last line of its output that is not blank; values of secret variables are masked.
        last_lines: the last lines of its output, likewise.
    """

    exit_code: int | None
    seconds: float
    last_line: str
    last_lines: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        """Exit code, signal or time limit; the same in every run that ends like this."""
        if self.exit_code is None:
            return "time limit"
        return f"exit code {self.exit_code}" if self.exit_code >= 0 else f"ended by {_signal_name(-self.exit_code)}"

    @property
    def reason(self) -> str:
        """Exit code, signal or time limit, and the last line of the output."""
        how = self.how if self.exit_code is not None else f"no end after {self.seconds:.1f} seconds"
        return f"{how}: {self.last_line}" if self.last_line else how


class Processes:
    """Runs commands of the user, from several threads if need be."""

    def __init__(self) -> None:
        """Start without processes."""
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_ended = False

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], *, timeout: float | None, is_shown: bool = False
    ) -> Outcome:
        """Run a command to its end, and end the processes that it has left behind in its process group.

        Args:
            command: program and arguments.
            environment: its environment.
            timeout: time limit in seconds; ``None`` for none.
            is_shown: whether its output goes to the terminal, and not into the outcome.

        Raises:
            CommandError: the program cannot be started.
        """
        start = monotonic()
        process = _start(command, environment, is_shown=is_shown)
        self._running.add(process)
        tail = _Tail(process.stdout)
        try:
            if self._is_ended:
                _end(process)
            exit_code: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:  # also after Ctrl-C, which a command in its own session does not receive
            self._running.discard(process)
            _end(process)
        seconds = monotonic() - start
        lines = _mask_secrets(tail.text(), environment, is_cut=tail.is_cut).splitlines()
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        shown = tuple(truncate(line, _MAX_LINE_CHARACTERS) for line in lines[-_MAX_LINES:])
        return Outcome(exit_code, seconds, truncate(escape_unprintable(last), _MAX_REASON_CHARACTERS), shown)

    def end(self) -> None:
        """Kill all commands that are running, and those that are started later."""
        self._is_ended = True
        for process in tuple(self._running):
            _end(process)


def _start(command: Sequence[str], environment: Mapping[str, str], *, is_shown: bool) -> "subprocess.Popen[bytes]":
    """Start a command in a process group of its own.

    Raises:
        CommandError: the program cannot be started.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - the user's command
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=None if is_shown else subprocess.PIPE,
            stderr=None if is_shown else subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = f"{truncate(command[0])}: cannot be started: {reason}"
        raise CommandError(message) from None


class _Tail:
    """Reads the output of a process in a thread, and keeps its end.

    Attributes:
        is_cut: whether the output has more than its end.
    """

    def __init__(self, stream: IO[bytes] | None) -> None:
        """Start to read."""
        self.is_cut = False
        self._stream = stream
        self._end = b""
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Return the end of the output."""
        self._thread.join(_DRAIN_SECONDS)
        return self._end.decode(errors="replace")

    def _read(self) -> None:
        if self._stream is None:
            return
        with suppress(OSError, ValueError), self._stream as stream:
            while chunk := os.read(stream.fileno(), _READ_BYTES):
                output = self._end + chunk
                self.is_cut = self.is_cut or len(output) > _TAIL_BYTES
                self._end = output[-_TAIL_BYTES:]


def _mask_secrets(text: str, environment: Mapping[str, str], *, is_cut: bool) -> str:
    """Return output of a command in which the values of secret environment variables are masked.

    Args:
        text: the output.
        environment: the environment of the command.
        is_cut: whether the output may start inside a secret; what may be part of one is left out.
    """
    secrets = {value for name, value in environment.items() if len(value) >= _MIN_SECRET_CHARACTERS and is_secret(name)}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text[max((len(secret.encode(errors="replace")) for secret in secrets), default=0) :] if is_cut else text


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill what runs in the process group of a command."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
