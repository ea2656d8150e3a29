"""The pages in docs/: every block of code runs as written."""

import re
import subprocess
import sys
import sysconfig
from os import environ, pathsep
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "failures.md"]  # see test_failures.py
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and shell blocks run from top to bottom, those with fixtures or parameters under pytest.

    A JSON or TOML block is the file that the text names after it.
    """
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    path = f"{sysconfig.get_path('scripts')}{pathsep}{environ['PATH']}"
    for block in BLOCK.finditer(text):
        language, code = block.groups()
        if language in {"json", "toml"}:
            name = re.compile(r"[Ss]aved as `([\w.-]+)`").search(text, block.end())
            assert name is not None
            (tmp_path / name[1]).write_text(code)
        elif language == "python" and "@pytest." in code:
            (tmp_path / f"test_block_{block.start()}.py").write_text(code, encoding="utf-8")
            subprocess.run([sys.executable, "-m", "pytest", "--quiet", "."], check=True, stdout=subprocess.DEVNULL)
            (tmp_path / f"test_block_{block.start()}.py").unlink()
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
