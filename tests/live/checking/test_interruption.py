"""Ctrl-C while a body is read from a pipe."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

COMMAND: Final = """
import shutil
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent process may ignore the signal
from smartflo_contract.cli import main
main()
"""


@pytest.mark.parametrize(
    ("start", "command", "files"),
    [
        pytest.param(b"[", ["check"], 0, marks=pytest.mark.slow, id="check"),
        pytest.param(b"", ["record", "-o", "fixture.json"], 1, id="record"),
    ],
)
def test_ends_with_one_line_and_no_file(start: bytes, command: Sequence[str], files: int, tmp_path: Path) -> None:
    """The exit code is 130, and the temporary file of a recording is removed."""
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *command, "-"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        process.stdin.write(start + b" " * 2**20)  # more than the pipe holds, so the command is reading
        process.stdin.flush()
        files_while_reading = len(list(tmp_path.iterdir()))
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
        output, error = process.communicate()

    assert (130, b"", b"\nsmartflo-contract: interrupted\n") == (code, output, error)  # after the ^C of a terminal
    assert (files, []) == (files_while_reading, list(tmp_path.iterdir()))
