"""A checkout without symlinks builds and tests the same."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # builds and tests in a clone, as other tests do in the source tree

Run = Callable[..., subprocess.CompletedProcess[str]]
PackageFiles = Callable[[Iterable[str]], list[str]]
BuildWheel = Callable[[Path, Path], list[str]]

QUICK_TESTS = [
    "tests/packaging/test_architecture.py",
    "tests/packaging/test_public_names.py",
    "tests/schemas/test_files.py",
    "tests/schemas/test_sample.py",
]


@pytest.fixture(name="git", scope="module")
def _git(root: Path, run: Run) -> Callable[..., str]:
    """Return a function that runs Git in the project's folder; skip if there is no commit to clone."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    top = run("git", "rev-parse", "--show-toplevel", check=False)
    if top.returncode or Path(top.stdout.strip()).resolve() != root.resolve():
        pytest.skip("not a git checkout")
    if run("git", "rev-parse", "--quiet", "--verify", "HEAD", check=False).returncode:
        pytest.skip("the repository has no commit")
    return lambda *arguments: run("git", *arguments).stdout


@pytest.fixture(name="clone", scope="module")
def _clone(root: Path, git: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clone the project as on a machine without symlinks, where the links are plain files."""
    clone = tmp_path_factory.mktemp("without_symlinks") / "clone"
    git("clone", "--quiet", "-c", "core.symlinks=false", root, clone)
    assert (clone / "schemas").is_file()
    assert [] == [path.name for path in clone.iterdir() if path.is_symlink()]
    return clone


def test_clone_builds_the_same_wheel(
    clone: Path, git: Callable[..., str], build_wheel: BuildWheel, package_files: PackageFiles, tmp_path: Path
) -> None:
    """The wheel that is built without symlinks holds every module and JSON file of the commit."""
    committed = package_files(git("ls-tree", "-r", "--name-only", "HEAD", "src/").splitlines())

    assert committed == package_files(build_wheel(clone, tmp_path))


def test_clone_passes_tests(clone: Path, run: Run) -> None:
    """Tests pass in a checkout without symlinks, on the code of that checkout."""
    tests = [name for name in QUICK_TESTS if (clone / name).exists()]
    done = run(sys.executable, "-m", "pytest", "-q", *tests, cwd=clone, check=False, PYTHONPATH=str(clone / "src"))

    assert done.returncode == 0, done.stdout
