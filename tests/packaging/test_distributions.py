"""The sdist and both wheels hold what the source tree holds."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

LINKS = ["mock_server", "pytest_plugin", "schemas", "strategies"]

PackageFiles = Callable[[Iterable[str]], list[str]]
Distributions = dict[str, list[str]]


@pytest.fixture(name="source", scope="module")
def _source(root: Path, package_files: PackageFiles) -> list[str]:
    return package_files(
        path.relative_to(root).as_posix() for path in (root / "src").rglob("*") if "__pycache__" not in path.parts
    )


def test_source_tree_has_modules_and_data(source: list[str]) -> None:
    """The source tree has modules, JSON files, a script with its licenses, and the typing marker."""
    expected = {".js", ".json", ".py", ".txt", ".typed"}

    assert expected == {Path(name).suffix for name in source}


@pytest.mark.parametrize("kind", ["sdist", "wheel", "wheel_from_sdist"])
def test_every_module_and_json_file_is_shipped(
    kind: str, distributions: Distributions, source: list[str], package_files: PackageFiles
) -> None:
    """Each distribution holds exactly the modules and JSON files of the source tree."""
    shipped = package_files(distributions[kind])

    assert source == shipped


def test_wheel_has_the_documentation(distributions: Distributions, root: Path) -> None:
    """The wheel holds every page, where `smartflo-contract docs` finds it."""
    pages = {f"smartflo_contract/docs/{page.name}" for page in (root / "docs").glob("*.md")}

    assert pages
    assert pages <= set(distributions["wheel"])


def test_links_of_installed_pages_lead_somewhere(installed_pages: Path) -> None:
    """Each relative link of an installed page leads to an installed file, so no page has to be found elsewhere."""
    pages = [*installed_pages.glob("*.md"), *installed_pages.glob("docs/**/*.md")]
    links = [
        (page.parent / link.partition("#")[0]).resolve()
        for page in pages
        for link in re.findall(r"\]\((?![a-z]+:|#)([^)\s]+)\)", page.read_text(encoding="utf-8"))
    ]

    assert [] == [link for link in links if not link.is_file()]
    assert {"README.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md"} <= {link.name for link in links}
    assert all(link.is_relative_to(installed_pages.resolve()) for link in links)


def test_wheel_from_sdist_is_the_wheel(distributions: Distributions) -> None:
    """The wheel built from the sdist holds the same files as the wheel built from the source tree."""
    assert distributions["wheel"] == distributions["wheel_from_sdist"]


def test_wheel_installs_one_package(distributions: Distributions) -> None:
    """The wheel has only the package and its metadata at the top level."""
    tops = {name.partition("/")[0].partition("-")[0] for name in distributions["wheel"]}

    assert {"smartflo_contract"} == tops


@pytest.mark.slow
def test_links_are_not_in_the_sdist(distributions: Distributions) -> None:
    """The sdist has none of the links at the top level."""
    tops = {name.partition("/")[0] for name in distributions["sdist"]}

    assert set() == tops & set(LINKS)


def test_links_lead_to_the_packages(root: Path) -> None:
    """Each link at the top level leads to the package of its name; without symlinks it is a file with the path."""
    paths = [root / name for name in LINKS if (root / name).exists()]
    if not paths:
        pytest.skip("an unpacked sdist has no links")

    targets = {path.name: path.readlink().as_posix() if path.is_symlink() else path.read_text() for path in paths}

    assert {name: f"src/smartflo_contract/{name}" for name in LINKS} == targets
