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
OPTIONS: Final = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:randomly")


class Suite(NamedTuple):
    """What a test suite was served.

    Attributes:
        name: its folder below the example.
        tests: number of tests.
        code: share of the example's lines and branches that ran, in percent, as coverage.py rounds it.
        served: number of cells of the profile ``sample`` that were served.
        cells: number of cells.
        killed: number of breaking mutants that a test notices.
        mutants: number of breaking mutants that were served.
        score: mutation score of breaking mutants in percent, without keys that nothing shows to be read.
    """

    name: str
    tests: int
    code: int
    served: int
    cells: int
    killed: int
    mutants: int
    score: int


def measure(example: str, name: str, *, max_mutants: int | None = None) -> Suite:
    """Run a suite of an example with coverage of its code, value coverage and mutants, in a copy of the example.

    Args:
        example: the example.
        name: the suite.
        max_mutants: maximum number of mutants; ``None`` for all.
    """
    coverage = [sys.executable, "-m", "coverage"]
    measured = [*coverage, "run", "--rcfile=", "--branch", f"--source={example}", "-m", "pytest"]
    with TemporaryDirectory() as folder:
        copy = Path(folder) / example
        shutil.copytree(ROOT / "examples" / example, copy)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COVERAGE_"))}

        def run(*command: str) -> str:
            return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=True).stdout

        output = run(*measured, *OPTIONS, "--hypothesis-seed=0", "--smartflo-coverage=term", name)
        code = run(*coverage, "report", "--rcfile=", "--format=total")
        (total,) = (
            summary.total
            for summary in summaries(read_recording(copy / ".smartflo-coverage"))
            if summary.name == SOURCE_FILE
        )
        sample = () if max_mutants is None else (f"--smartflo-mutate-max={max_mutants}",)
        mutated = run(sys.executable, "-m", "pytest", *OPTIONS, "--smartflo-mutate=breaking", *sample, name)
    (tests,) = re.findall(r"(\d+) passed", output)
    (row,) = re.findall(r"^breaking +(.+)$", mutated, re.MULTILINE)
    _, killed, timeouts, survived, _, _, _, score = (cell.rstrip("%") for cell in row.split())
    noticed = int(killed) + int(timeouts)
    return Suite(
        name, int(tests), int(code), total.served, total.cells, noticed, noticed + int(survived), round(float(score))
    )


def table(suites: list[Suite]) -> str:
    """Return a Markdown table."""
    shares = (f"{100 * suite.served / suite.cells:.0f}%" for suite in suites)
    rows = "".join(
        f"| `{suite.name}` | {suite.tests} | {suite.code}% | {suite.served} of {suite.cells} | {share} "
        f"| {suite.killed} of {suite.mutants} | {suite.score}% |\n"
        for suite, share in zip(suites, shares, strict=True)
    )
    return (
        "\n| suite | tests | code coverage | cells served | value coverage | breaking mutants killed | mutation score |"
        f"\n|---|--:|--:|--:|--:|--:|--:|\n{rows}"
    )


def published(example: str) -> dict[str, Suite]:
    """Return the suites in the table of README.md, by name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition(f"<!-- {example}:begin -->")[2].partition(f"<!-- {example}:end -->")[0]
    pattern = r"^\| `(\w+)` \| (\d+) \| (\d+)% \| (\d+) of (\d+) \| \d+% \| (\d+) of (\d+) \| (\d+)% \|$"
    rows = re.findall(pattern, block, re.MULTILINE)
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
