"""The code in README.md works; ``.ci/run`` executes its console commands."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PLUGIN = "smartflo_contract.pytest_plugin.plugin"


@pytest.fixture(name="readme")
def _readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def test_python_blocks_print_what_their_comments_show(readme: str, run: Run, tmp_path: Path) -> None:
    """Each Python block of the README runs outside the project and prints what the comment after ``print`` shows."""
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    printed = [run(sys.executable, "-W", "error", "-c", block, cwd=tmp_path).stdout.splitlines() for block in blocks]
    expected = [re.findall(r"^ *print\(.*\)  # (.*)$", block, re.MULTILINE) for block in blocks]

    assert expected == printed


def test_pytest_passes_the_tests(readme: str, run: Run, tmp_path: Path) -> None:
    """Pytest collects, runs and passes each test of the README."""
    blocks = re.findall(r"^```python\n((?:(?!```).)*^def test_.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    for number, block in enumerate(blocks):
        (tmp_path / f"test_readme_{number}.py").write_text(block, encoding="utf-8")
    command = (sys.executable, "-m", "pytest", "-W", "error", "-p", PLUGIN, "--verbose")
    output = run(*command, cwd=tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1").stdout
    names = re.findall(r"^def (test_\w+)", "".join(blocks), re.MULTILINE)

    assert names
    assert names == re.findall(r"::(test_\w+) PASSED", output)


def test_links_lead_to_files(readme: str, root: Path) -> None:
    """Each relative link of the README leads to a file of the project."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme)

    assert [] == [target for target in targets if not (root / target).exists()]


def test_first_two_commands(readme: str) -> None:
    """The README's first two console blocks install and serve, and install and test."""
    blocks = re.findall(r"^```console\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    assert ["pip install . && smartflo-contract serve\n", 'pip install ".[test]" && pytest\n'] == blocks[:2]
