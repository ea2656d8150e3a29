"""What README.md shows works; its console commands are executed by ``.ci/run``."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="readme")
def _readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def test_python_blocks_run_and_print_what_they_say(readme: str, run: Run, tmp_path: Path) -> None:
    """Each Python block of the README runs outside the project, and prints what its comment on ``print`` says."""
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    printed = [run(sys.executable, "-W", "error", "-c", block, cwd=tmp_path).stdout.splitlines() for block in blocks]
    said = [re.findall(r"^ *print\(.*\)  # (.*)$", block, re.MULTILINE) for block in blocks]

    assert said == printed


def test_tests_run(readme: str, run: Run, tmp_path: Path) -> None:
    """The README's tests are tests: pytest collects each, runs it and passes it."""
    blocks = re.findall(r"^```python\n((?:(?!```).)*^def test_.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    for number, block in enumerate(blocks):
        (tmp_path / f"test_readme_{number}.py").write_text(block, encoding="utf-8")
    said = run(sys.executable, "-m", "pytest", "-W", "error", "-p", "no:randomly", "--verbose", cwd=tmp_path).stdout
    names = re.findall(r"^def (test_\w+)", "".join(blocks), re.MULTILINE)

    assert names
    assert names == re.findall(r"::(test_\w+) PASSED", said)


def test_links_lead_somewhere(readme: str, root: Path) -> None:
    """Each relative link of the README leads to a file of the project."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme)

    assert [] == [target for target in targets if not (root / target).exists()]


def test_first_two_commands(readme: str) -> None:
    """The README's first two commands install and serve, and install and test: nothing comes before them."""
    blocks = re.findall(r"^```console\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    assert ["pip install . && smartflo-contract serve\n", 'pip install ".[test]" && pytest\n'] == blocks[:2]
