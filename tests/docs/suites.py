"""Generate the tables of README.md about the strong and the weak test suites of the examples.

python tests/docs/suites.py [--write]
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from smartflo_contract.coverage import read_recording
from smartflo_contract.coverage.summaries import summaries

ROOT: Final = Path(__file__).parents[2]
EXAMPLES: Final = ("crm_sync", "lead_poller")
SUITES: Final = ("tests", "tests_weak")
SOURCE_FILE: Final = "smartflo.cells"


class Suite(NamedTuple):
    """What a test suite was served.

    Attributes:
        name: its folder below the example.
        tests: number of tests.
        code: share of the example's lines and branches that ran, in percent, as coverage.py rounds it.
        served: number of cells of the profile ``sample`` that were served.
        cells: number of cells.
    """

    name: str
    tests: int
    code: int
    served: int
    cells: int


def measure(example: str, name: str) -> Suite:
    """Run a suite of an example with coverage of its code and value coverage, in a copy of the example."""
    coverage = [sys.executable, "-m", "coverage"]
    measured = [*coverage, "run", "--rcfile=", "--branch", f"--source={example}", "-m", "pytest"]
    with TemporaryDirectory() as folder:
        copy = Path(folder) / example
        shutil.copytree(ROOT / "examples" / example, copy)
        options = ("-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--smartflo-coverage=term", name)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COVERAGE_"))}

        def run(*command: str) -> str:
            return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=True).stdout

        output = run(*measured, *options)
        code = run(*coverage, "report", "--rcfile=", "--format=total")
        (total,) = (
            summary.total
            for summary in summaries(read_recording(copy / ".smartflo-coverage"))
            if summary.name == SOURCE_FILE
        )
    (tests,) = re.findall(r"(\d+) passed", output)
    return Suite(name, int(tests), int(code), total.served, total.cells)


def table(suites: list[Suite]) -> str:
    """Return a Markdown table."""
    shares = (f"{100 * suite.served / suite.cells:.0f}%" for suite in suites)
    rows = "".join(
        f"| `{suite.name}` | {suite.tests} | {suite.code}% | {suite.served} of {suite.cells} | {share} |\n"
        for suite, share in zip(suites, shares, strict=True)
    )
    return f"\n| suite | tests | code coverage | cells served | value coverage |\n|---|--:|--:|--:|--:|\n{rows}"


def published(example: str) -> dict[str, Suite]:
    """Return the suites in the table of README.md, by name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition(f"<!-- {example}:begin -->")[2].partition(f"<!-- {example}:end -->")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+)% \| (\d+) of (\d+) \| \d+% \|$", block, re.MULTILINE)
    return {name: Suite(name, *map(int, numbers)) for name, *numbers in rows}


def write() -> None:
    """Replace the tables in README.md."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    for example in EXAMPLES:
        block = table([measure(example, suite) for suite in SUITES])
        begin, end = f"<!-- {example}:begin -->", f"<!-- {example}:end -->"
        text = re.sub(f"{begin}.*?{end}", f"{begin}{block}{end}", text, flags=re.DOTALL)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        for example in EXAMPLES:
            print(example, table([measure(example, suite) for suite in SUITES]))  # noqa: T201 - a script
