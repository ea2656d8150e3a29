"""The command, run in process or as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from click.testing import CliRunner

from smartflo_contract.cli import main
from smartflo_contract.factories import lead


class Result(NamedTuple):
    """Exit code and output of the command."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


def without_variables(**variables: str) -> dict[str, str]:
    """Return the environment with these SMARTFLO_ variables only."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")} | variables


@pytest.fixture(name="run")
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs the command in process, in an empty folder, with these SMARTFLO_ variables only."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SMARTFLO_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, stdin: bytes = b"", **variables: str) -> Result:
        command = click.Command("main", callback=lambda: main(arguments))
        result = CliRunner().invoke(command, input=stdin, env=variables, catch_exceptions=False)
        return Result(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(name="run_process")
def _run_process(tmp_path: Path) -> Run:
    """Return a function that runs the command as a process, in an empty folder."""

    def run(*arguments: str, **variables: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "smartflo_contract", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
            cwd=tmp_path,
            env=without_variables(**{"PYTHONWARNINGS": "error"} | variables),
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(name="leads", scope="session")
def _leads() -> list[dict[str, Any]]:
    """Return thirty valid leads."""
    return [{**lead(0, 8668, index)} for index in range(30)]


@pytest.fixture(name="responses")
def _responses(tmp_path: Path, leads: list[dict[str, Any]]) -> Path:
    """Return a folder with responses: good.json, bad.json (breaks), odd.json (surprises)."""
    contents = {
        "good": leads,
        "bad": [{**lead, "priority": 99} for lead in leads],
        "odd": [{**lead, "dial_status": 77} for lead in leads],
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path
