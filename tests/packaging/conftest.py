"""The project's folder, commands that run in it, and distributions that are built from it once."""

import contextlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import hatchling.build
import pytest

ROOT = Path(__file__).parents[2]
SHIPPED_SUFFIXES = {".js", ".json", ".py", ".txt", ".typed"}

Run = Callable[..., subprocess.CompletedProcess[str]]
PackageFiles = Callable[[Iterable[str]], list[str]]
BuildWheel = Callable[[Path, Path], list[str]]


@pytest.fixture(name="root", scope="session")
def _root() -> Path:
    return ROOT


@pytest.fixture(name="run", scope="session")
def _run() -> Run:
    """Return a function that runs a command without the environment of this test run, of coverage and of Git hooks."""
    removed = ("COVERAGE_", "GIT_", "PYTEST_")

    def run(
        *command: str | Path, cwd: Path = ROOT, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(removed)}
        done = subprocess.run(
            command,
            cwd=cwd,
            env=inherited | environment,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if check and done.returncode:
            pytest.fail(f"{' '.join(map(str, command))} exits with {done.returncode}:\n{done.stdout}")
        return done

    return run


@pytest.fixture(name="package_files", scope="session")
def _package_files() -> PackageFiles:
    """Return a function that selects the package's modules and data, as ``smartflo_contract/...``."""

    def package_files(names: Iterable[str]) -> list[str]:
        paths = (name.partition("src/")[2] or name for name in names)
        return sorted(p for p in paths if p.startswith("smartflo_contract/") and Path(p).suffix in SHIPPED_SUFFIXES)

    return package_files


@pytest.fixture(name="build_wheel", scope="session")
def _build_wheel() -> BuildWheel:
    """Return a function that builds the wheel of a source tree, as pip does, and returns the names of its files."""

    def build_wheel(source: Path, out: Path) -> list[str]:
        with contextlib.chdir(source):
            name = hatchling.build.build_wheel(str(out))
        with zipfile.ZipFile(out / name) as wheel:
            return sorted(wheel.namelist())

    return build_wheel


@pytest.fixture(name="installed_pages", scope="session")
def _installed_pages(tmp_path_factory: pytest.TempPathFactory, build_wheel: BuildWheel) -> Path:
    """Install the wheel without dependencies: return its folder, which has the pages."""
    out = tmp_path_factory.mktemp("installed")
    build_wheel(ROOT, out)
    (path,) = out.glob("*.whl")
    shutil.unpack_archive(path, out, "zip")
    return out / "smartflo_contract"


@pytest.fixture(name="distributions", scope="session")
def _distributions(tmp_path_factory: pytest.TempPathFactory, build_wheel: BuildWheel) -> dict[str, list[str]]:
    """Build the sdist, the wheel, and the wheel of the unpacked sdist; return the names of the files in each."""
    out = tmp_path_factory.mktemp("dist")
    with contextlib.chdir(ROOT):
        path = out / hatchling.build.build_sdist(str(out))
    with tarfile.open(path) as sdist:
        names = sorted(name.partition("/")[2] for name in sdist.getnames())
    # ``extractall`` warns without ``filter`` in Python 3.12, and does not know it before 3.11.4.
    subprocess.run([sys.executable, "-m", "tarfile", "--extract", str(path), str(out)], check=True)
    unpacked = path.with_name(path.name.removesuffix(".tar.gz"))
    return {
        "sdist": names,
        "wheel": build_wheel(ROOT, out / "direct"),
        "wheel_from_sdist": build_wheel(unpacked, out / "from_sdist"),
    }
