"""Signals while a body is read from a pipe."""

import os
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Sequence
from fcntl import ioctl
from pathlib import Path
from termios import FIONREAD
from typing import IO, Final

import psutil
import pytest

COMMAND: Final = """
import shutil
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent process may ignore the signal, as a shell does
if hasattr(signal, "SIGQUIT"):  # for programs in the background
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
from smartflo_contract.cli import main
main()
"""


def wait_for_read(pipe: IO[bytes], reader: psutil.Process) -> None:
    """Return when the reader has read everything from a pipe and waits for more.

    Python runs the handler of a signal between two instructions, or when the signal ends a system call. A signal
    that arrives after an instruction and before its system call is handled when the call returns: at the next input,
    or at the next Ctrl-C. No user is that quick; a test that sends it once its pipe accepts everything sometimes is.
    """
    unread = array("i", [1])
    while unread[0] or reader.status() != psutil.STATUS_SLEEPING:
        assert reader.status() != psutil.STATUS_ZOMBIE
        time.sleep(0.001)
        ioctl(pipe.fileno(), FIONREAD, unread)


def interrupt(folder: Path, command: Sequence[str], start: bytes, number: int) -> tuple[int, bytes, bytes, int]:
    """Return exit code, output and errors of a command that gets a signal while it reads, and its files by then."""
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *command, "-"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        process.stdin.write(start + b" " * 2**20)  # more than the pipe holds, so the command is reading
        process.stdin.flush()
        wait_for_read(process.stdin, psutil.Process(process.pid))
        files_while_reading = len(list(folder.iterdir()))
        process.send_signal(number)
        code = process.wait(60)
        output, error = process.communicate()
    return code, output, error, files_while_reading


@pytest.mark.parametrize(
    ("start", "command", "files"),
    [
        pytest.param(b"[", ["check"], 0, marks=pytest.mark.slow, id="check"),
        pytest.param(b"", ["record", "-o", "fixture.json"], 1, id="record"),
    ],
)
def test_ends_with_one_line_and_no_file(start: bytes, command: Sequence[str], files: int, tmp_path: Path) -> None:
    """The exit code is 130, and the temporary file of a recording is removed."""
    code, output, error, files_while_reading = interrupt(tmp_path, command, start, signal.SIGINT)

    assert (130, b"", b"\nsmartflo-contract: interrupted\n") == (code, output, error)  # after the ^C of a terminal
    assert (files, []) == (files_while_reading, list(tmp_path.iterdir()))


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize(
    "name", ["SIGTERM", *(pytest.param(name, marks=pytest.mark.slow) for name in ("SIGHUP", "SIGQUIT", "SIGXCPU"))]
)
def test_deletes_temporary_file_on_every_signal(name: str, tmp_path: Path) -> None:
    """The command ends by the signal, as one that does not handle it, and the temporary file of a recording is gone."""
    number = signal.Signals[name]

    assert (-number, b"", b"", 1) == interrupt(tmp_path, ["record", "-o", "fixture.json"], b"", number)
    assert [] == list(tmp_path.iterdir())
