"""The public names are those that each package says it has."""

import importlib
import pkgutil
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

import smartflo_contract

PACKAGES = [
    "smartflo_contract",
    *(
        f"smartflo_contract.{module.name}"
        for module in pkgutil.iter_modules(smartflo_contract.__path__)
        if module.ispkg and not module.name.startswith("_")
    ),
]


def by_kind(name: str) -> tuple[bool, bool, str]:
    """Order names as ``__all__`` is sorted: constants, then classes, then the rest."""
    return (not name.isupper(), not name[0].isupper(), name)


def test_version_is_that_of_the_distribution(root: Path) -> None:
    """``__version__``, the installed metadata and pyproject.toml agree."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert {declared} == {smartflo_contract.__version__, version("smartflo-contract")}


def test_newest_change_is_of_this_version(root: Path) -> None:
    """The changelog begins with the version at hand."""
    headings = [line for line in (root / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("## ")]

    assert headings[0].startswith(f"## [{smartflo_contract.__version__}]")


@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_sorted(package: str) -> None:
    """``__all__`` lists constants, classes and functions, each in alphabetical order."""
    names = getattr(importlib.import_module(package), "__all__", [])

    assert sorted(names, key=by_kind) == list(names)


@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_everything_public(package: str) -> None:
    """``__all__`` names what the package re-exports, at once or when it is asked for: all of it, and nothing else."""
    module = importlib.import_module(package)
    names = set(getattr(module, "__all__", []))
    public = {
        name for name, value in vars(module).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert public | {name for name in names if hasattr(module, name)} == names
