"""Generate the outputs in docs/failures.md by running the tests above them.

python tests/docs/failures.py [--write]
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "failures.md"
CASE = re.compile(
    r"^## (?P<title>[^\n]*)\n(?P<prose>.*?)^```python\n(?P<code>.*?)^```\n\n```text\n(?P<output>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
OPTIONS_OF_CASE = re.compile(r"`pytest ([^`]*)`")
PLUGIN = "smartflo_contract.pytest_plugin.plugin"
OPTIONS = ("--quiet", "--no-header", "--color=no", "-p", "no:cacheprovider")
VARIABLE_PARTS = {
    r"127\.0\.0\.1:[0-9]+": "127.0.0.1:8080",
    r"[0-9a-f]{32}@": "account@",
    r" in [0-9.]+s": " in 0.10s",
    r"0x[0-9a-f]+": "0x7f0000000000",
}
"""Patterns of what differs between runs, and what the page has instead."""
CI_VARIABLES = {"CI", "BUILD_NUMBER"}
"""Where one of these is set, pytest does not cut its summary lines."""


class Case(NamedTuple):
    """A failing test of the page.

    Attributes:
        title: heading above it.
        code: of the test module.
        options: of pytest, besides :data:`OPTIONS`.
        output: what the page shows below the code.
    """

    title: str
    code: str
    options: list[str]
    output: str


def case_of(match: re.Match[str]) -> Case:
    """Return the case of a section of the page."""
    options = OPTIONS_OF_CASE.search(match["prose"])
    return Case(match["title"], match["code"], options[1].split() if options else [], match["output"])


CASES = [case_of(match) for match in CASE.finditer(PAGE.read_text(encoding="utf-8"))]


def normalize(output: str, folder: str) -> str:
    """Return pytest's output without what differs between runs.

    Args:
        output: of a run.
        folder: where pytest ran.
    """
    output = output.replace(folder, "project")
    for pattern, replacement in VARIABLE_PARTS.items():
        output = re.sub(pattern, replacement, output)
    return "\n".join(line.rstrip() for line in output.strip().splitlines()) + "\n"


def run_case(case: Case) -> str:
    """Return what pytest prints for a case."""
    environment = {name: value for name, value in os.environ.items() if name not in CI_VARIABLES}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": PLUGIN}
    environment |= {"PYTEST_ADDOPTS": "", "COLUMNS": "110"}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_it.py").write_text(case.code, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *OPTIONS, *case.options],
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return normalize(done.stdout, folder)


def page() -> str:
    """Return the page with the output of each case."""

    def section(match: re.Match[str]) -> str:
        start = match.start("output") - match.start()
        return f"{match[0][:start]}{run_case(case_of(match))}```"

    return CASE.sub(section, PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
