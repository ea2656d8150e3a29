"""The command as a user runs it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="run")
def _run(tmp_path: object) -> Run:
    """Return the function that runs the command in an empty folder, without any SMARTFLO_ variable but those given."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")}
        return subprocess.run(
            [sys.executable, "-m", "smartflo_contract", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=str(tmp_path),
            env=clean | {"PYTHONWARNINGS": "error"} | variables,
        )

    return run
