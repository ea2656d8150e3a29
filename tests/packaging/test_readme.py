"""README.md leads to files of the project and begins with its two commands; tests/docs runs its code."""

import re
from pathlib import Path

import pytest


@pytest.fixture(name="readme")
def _readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def test_first_two_commands(readme: str) -> None:
    """The README's first two console blocks install and serve, and install and test."""
    blocks = re.findall(r"^```console\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    assert ["pip install . && smartflo-contract serve\n", 'pip install ".[test]" && pytest\n'] == blocks[:2]
