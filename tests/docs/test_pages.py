"""The pages in docs/: every block of code runs as written."""

import re
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from os import environ, pathsep
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHERS = {"ci.md", "failures.md"}
"""Pages that have tests of their own: test_ci.py and test_failures.py."""
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in OTHERS]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SAVED = re.compile(r"[Ss]aved as `([\w.-]+)`")
TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
NOT_OURS = "requests_mock"
"""No dependency of the tests: no release since March 2024, and its plugin imports ``requests`` into every pytest run.

Its block is run where it is installed, as it is with the development tools; ``.ci/run`` does so."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and shell blocks run from top to bottom; then pytest runs those with tests that they do not call.

    A JSON, TOML or YAML block is the file that the text names after it, and a Python block where this follows at once.
    """
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    path = f"{sysconfig.get_path('scripts')}{pathsep}{environ['PATH']}"
    tests = 0
    for block in BLOCK.finditer(text):
        language, code = block.groups()
        if language in {"json", "toml", "yaml"}:
            name = SAVED.search(text, block.end())
            assert name is not None
            (tmp_path / name[1]).write_text(code, encoding="utf-8")
        elif language == "python" and (name := SAVED.match(text, block.end() + 2)):
            (tmp_path / name[1]).write_text(code, encoding="utf-8")
        elif language == "python" and any(f"\n{test}()" not in code for test in TEST.findall(code)):
            compile(code, str(page), "exec")
            if NOT_OURS not in code or find_spec(NOT_OURS):
                (tmp_path / f"test_block_{block.start()}.py").write_text(code, encoding="utf-8")
                tests += 1
        elif language == "python":
            exec(compile(code, str(page), "exec"), {})  # noqa: S102  # the page's own code
        else:
            assert language == "sh"
            subprocess.run(
                ["bash", "-euo", "pipefail", "-c", code],
                check=True,
                env=environ | {"PATH": path},
                stdout=subprocess.DEVNULL,
            )
    if tests:
        subprocess.run([sys.executable, "-m", "pytest", "--quiet", "."], check=True)
