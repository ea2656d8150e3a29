"""The structure of the code is what ARCHITECTURE.md describes."""

import ast
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="architecture")
def _architecture(root: Path) -> str:
    return (root / "ARCHITECTURE.md").read_text(encoding="utf-8")


@pytest.fixture(name="package")
def _package(root: Path) -> Path:
    return root / "src" / "smartflo_contract"


def private_imports(package: Path) -> Iterator[str]:
    """Yield every import of a private name from a folder that the importing module is not in."""
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(package.name):
                continue
            source = package.parent.joinpath(*str(node.module).split("."))
            owner = source if source.is_dir() else source.parent
            names = [alias.name for alias in node.names if alias.name.startswith("_") and alias.name[:2] != "__"]
            if names and not path.is_relative_to(owner):
                yield f"{path.relative_to(package)}: {node.module}: {', '.join(names)}"


def test_imports_follow_the_layers(run: Run) -> None:
    """The import contracts in pyproject.toml hold: layers, no circles, private modules."""
    lint_imports = shutil.which("lint-imports", path=sysconfig.get_path("scripts"))
    assert lint_imports is not None

    done = run(lint_imports, "--no-cache", check=False)

    assert done.returncode == 0, done.stdout


def test_private_names_stay_in_their_folder(package: Path) -> None:
    """No module imports a name with a leading underscore from another folder."""
    assert [] == list(private_imports(package))


def test_finds_imports_of_private_names(tmp_path: Path) -> None:
    """The check above finds a private name and a private module of another folder, and allows those of its own."""
    package = tmp_path / "package"
    for folder in (package, package / "a", package / "b"):
        folder.mkdir()
    (package / "a" / "own.py").write_text("from package.a.names import _name\nfrom package.b import public\n")
    (package / "b" / "foreign.py").write_text("from package.a.names import _name\nfrom package.a import _module\n")

    assert {"b/foreign.py: package.a.names: _name", "b/foreign.py: package.a: _module"} == {*private_imports(package)}


def test_architecture_fits_one_page(architecture: str) -> None:
    """ARCHITECTURE.md has at most 80 lines."""
    assert len(architecture.splitlines()) <= 80


def test_architecture_names_every_folder(architecture: str, package: Path) -> None:
    """Each folder of the package is a line of the tree in ARCHITECTURE.md, and the reverse."""
    folders = {path.parent.relative_to(package).as_posix() for path in package.rglob("__init__.py")} - {"."}
    tree = architecture.partition("```\n")[2].partition("```")[0]
    listed: set[str] = set()
    room = ""
    for line in tree.splitlines():
        name = line.split()[0] if line.strip() else ""
        if name.endswith("/"):
            room = name if not line.startswith(" ") else room
            listed.add((name if not line.startswith(" ") else room + name).removesuffix("/"))

    assert folders == listed


@pytest.mark.slow
@pytest.mark.parametrize("library", ["hypothesis", "pytest"])
def test_fake_imports_no_test_library(library: str, run: Run) -> None:
    """Importing the fake, the factories and the contract imports neither Hypothesis nor pytest."""
    code = (
        "import sys, smartflo_contract.mock_server, smartflo_contract.factories, smartflo_contract.schemas;"
        f"print({library!r} in sys.modules)"
    )

    assert run(sys.executable, "-c", code).stdout.strip() == "False"
