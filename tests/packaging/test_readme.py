"""README.md is short, begins with its two commands and lists every command; tests/docs runs its code."""

import re
from pathlib import Path

import pytest

from smartflo_contract.cli import cli


@pytest.fixture(name="readme")
def _readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def test_first_two_commands(readme: str) -> None:
    """The README's first two console blocks install and serve, and install and test."""
    blocks = re.findall(r"^```console\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    assert ["pip install . && smartflo-contract serve\n", 'pip install ".[test]" && pytest\n'] == blocks[:2]


def test_lists_every_command(readme: str) -> None:
    """The table of commands has a row for each command."""
    assert {*cli.commands} == {*re.findall(r"^\| `smartflo-contract (\w+)`", readme, re.MULTILINE)}


def test_is_short(readme: str) -> None:
    """The README has at most 150 lines."""
    assert len(readme.splitlines()) <= 150
