"""The public names of each package are those in its ``__all__``."""

import importlib
import pkgutil
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

import smartflo_contract

COMMAND = "cli"
"""Offers a command and no names."""
PACKAGES = [
    "smartflo_contract",
    *(
        f"smartflo_contract.{module.name}"
        for module in pkgutil.iter_modules(smartflo_contract.__path__)
        if module.ispkg and not module.name.startswith("_") and module.name != COMMAND
    ),
]


def sort_key(name: str) -> tuple[bool, bool, str]:
    """Return the sort key of a name in ``__all__``: constants, then classes, then functions."""
    return (not name.isupper(), not name[0].isupper(), name)


def test_version_is_that_of_the_distribution(root: Path) -> None:
    """``__version__``, the installed metadata and pyproject.toml agree."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert {declared} == {smartflo_contract.__version__, version("smartflo-contract")}


def test_changelog_begins_with_this_version(root: Path) -> None:
    """The first section of the changelog describes the current version."""
    headings = [line for line in (root / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("## ")]

    assert headings[0].startswith(f"## [{smartflo_contract.__version__}]")


@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_sorted(package: str) -> None:
    """``__all__`` lists constants, classes and functions, each in alphabetical order."""
    names = getattr(importlib.import_module(package), "__all__", [])

    assert sorted(names, key=sort_key) == list(names)


@pytest.mark.parametrize("package", PACKAGES)
def test_all_names_every_public_name(package: str) -> None:
    """``__all__`` names exactly what the package exports, whether it imports it at once or lazily."""
    module = importlib.import_module(package)
    names = set(getattr(module, "__all__", []))
    public = {
        name for name, value in vars(module).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert public | {name for name in names if hasattr(module, name)} == names
