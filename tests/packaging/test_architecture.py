"""What ARCHITECTURE.md says is so."""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="architecture")
def _architecture(root: Path) -> str:
    return (root / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_imports_keep_their_directions(run: Run) -> None:
    """No room imports a room that it must not know: the contracts in pyproject.toml hold."""
    lint_imports = shutil.which("lint-imports", path=sysconfig.get_path("scripts"))
    assert lint_imports is not None

    done = run(lint_imports, "--no-cache", check=False)

    assert done.returncode == 0, done.stdout


def test_architecture_is_short(architecture: str) -> None:
    """The architecture is read in a minute: at most 40 lines."""
    assert len(architecture.splitlines()) <= 40


def test_architecture_names_every_room(architecture: str, root: Path) -> None:
    """Each public module and package of smartflo_contract is a row of the architecture's table, and the reverse."""
    package = root / "src" / "smartflo_contract"
    rooms = {
        path.stem for path in package.iterdir() if not path.name.startswith(("_", ".")) and path.suffix != ".typed"
    }
    named = {line.split("`")[1] for line in architecture.splitlines() if line.startswith("| `")}

    assert rooms == named


@pytest.mark.parametrize("library", ["hypothesis", "pytest"])
def test_fake_runs_without_test_libraries(library: str, run: Run) -> None:
    """Importing the fake, the leads and the contract imports neither Hypothesis nor pytest."""
    code = (
        "import sys, smartflo_contract.mock_server, smartflo_contract.factories, smartflo_contract.schemas;"
        f"print({library!r} in sys.modules)"
    )

    assert run(sys.executable, "-c", code).stdout.strip() == "False"
