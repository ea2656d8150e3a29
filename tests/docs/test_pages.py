"""README.md and the pages in docs/: every code block runs as written."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from smartflo_contract.cli import cli

ROOT = Path(__file__).parents[2]
TESTED_ELSEWHERE = {"ci.md", "failures.md"}
"""Pages with tests of their own: test_ci.py and test_failures.py."""
PAGES = [ROOT / "README.md"]
PAGES += [page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in TESTED_ELSEWHERE]
LONG_PAGES = {"coverage.md", "mutation.md", "scale.md"}
"""Pages whose commands take seconds, and therefore run in bash only, which is slow."""
RUNS = [
    pytest.param(page, in_bash, id=f"{page.relative_to(ROOT).as_posix()}-{'bash' if in_bash else 'quick'}", marks=marks)
    for in_bash, marks in ((False, ()), (True, pytest.mark.slow))
    for page in PAGES
    if in_bash or page.name not in LONG_PAGES
]
"""A page, and whether its shell blocks run in bash."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SAVED = re.compile(r"[Ss]aved as `([\w.-]+)`")
TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
PRINTED = re.compile(r"^ *print\(.*\)  # (.*)$", re.MULTILINE)
"""A line of output in the comment after ``print``."""
DATA_LANGUAGES = {"json", "toml", "yaml"}
OPTIONAL_PACKAGE = "requests_mock"
"""No dependency of the tests: no release since March 2024, and its plugin imports ``requests`` into every pytest run.

Its block runs where it is installed, as it is with the development tools; ``.ci/run`` does so."""
STAGE = r"smartflo-contract [^|&;<>$]*?"
COMMAND = re.compile(
    rf"(?P<variables>(?:[A-Z_]+=\S+ )*)(?P<pipeline>{STAGE}(?: \| {STAGE})*)(?: > (?P<file>[\w.-]+))?"
    r"(?: \|\| test \$\? -eq (?P<exit_code>\d))?"
)
"""A line that only runs our command, whose output may be the input of another run."""
PYTEST = re.compile(r"python -m pytest (?P<arguments>[^|&;<>$]*)")
"""A line that only runs pytest."""


class Block(NamedTuple):
    """A code block of a page.

    Attributes:
        language: of the code.
        code: content of the block.
        offset: position of the block in the page, in characters.
        file: name of the file that the page saves it as, if any.
    """

    language: str
    code: str
    offset: int
    file: str | None

    @property
    def is_for_pytest(self) -> bool:
        """Whether the block has tests that it does not call itself."""
        return self.language == "python" and any(f"\n{test}()" not in self.code for test in TEST.findall(self.code))


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of a page.

    A JSON, TOML or YAML block is the next file that the page names, a Python block where the name follows directly.
    """
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        language, code = match.groups()
        name = SAVED.search(text, match.end()) if language in DATA_LANGUAGES else SAVED.match(text, match.end() + 2)
        yield Block(language, code, match.start(), name and name[1])


def run_block(page: Path, block: Block, pytester: pytest.Pytester, *, in_bash: bool) -> None:
    """Run a block, or save it as the file that it is."""
    if block.file:
        (pytester.path / block.file).write_text(block.code, encoding="utf-8")
    elif block.is_for_pytest:
        compile(block.code, str(page), "exec")
        if OPTIONAL_PACKAGE not in block.code or find_spec(OPTIONAL_PACKAGE):
            (pytester.path / f"test_block_{block.offset}.py").write_text(block.code, encoding="utf-8")
    elif block.language == "python":
        run_python(page, block.code)
    elif block.language == "console":
        pass  # of README.md alone, whose commands `.ci/run` executes
    elif block.language == "ts":
        pass  # of export.md alone, which tests/exports/judge.py compiles
    elif block.language in {"text", "yaml"}:
        pass  # of coverage.md alone, whose output and recipes test_coverage_page.py checks
    elif in_bash:
        run_in_bash(block.code)
    else:
        assert block.language == "sh"
        run_in_process(block.code, pytester)


def run_python(page: Path, code: str) -> None:
    """Run Python code; it prints what the comments after its ``print`` show."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(code, str(page), "exec"), {})  # noqa: S102 - the page's own code
    assert PRINTED.findall(code) == output.getvalue().splitlines()


def run_in_bash(code: str) -> None:
    """Run shell code; fail at the first command that fails."""
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", code]
    subprocess.run(command, check=True, env=os.environ | {"PATH": path}, stdout=subprocess.DEVNULL)


def run_in_process(code: str, pytester: pytest.Pytester) -> None:
    """Run shell code, without a process for lines that only run our command or pytest."""
    in_bash: list[str] = []
    for line in code.splitlines():
        command, tests = COMMAND.fullmatch(line), PYTEST.fullmatch(line)
        if not (command or tests):
            in_bash.append(line)
            continue
        if in_bash:
            run_in_bash("\n".join(in_bash))
            in_bash = []
        if command:
            run_command(command)
        elif tests:
            run_pytest(pytester, *shlex.split(tests["arguments"]))
    if in_bash:
        run_in_bash("\n".join(in_bash))


def run_command(line: re.Match[str]) -> None:
    """Run a line that only runs our command."""
    variables = dict(pair.split("=", 1) for pair in line["variables"].split())
    stages = line["pipeline"].split(" | ")
    codes = [0] * (len(stages) - 1) + [int(line["exit_code"] or 0)]
    output = b""
    for stage, code in zip(stages, codes, strict=True):
        result = CliRunner().invoke(cli, shlex.split(stage)[1:], input=output, env=variables, catch_exceptions=False)
        assert result.exit_code == code, result.output
        output = result.stdout_bytes
    if line["file"]:
        Path(line["file"]).write_bytes(output)


def run_pytest(pytester: pytest.Pytester, *arguments: str) -> None:
    """Run pytest, in which all tests pass."""
    assert pytester.runpytest_inprocess("-W", "error", *arguments).ret == 0


def files_of_pytest_lines(page: Path) -> set[str]:
    """Return the files that lines of shell blocks run with pytest."""
    lines = (line for block in blocks(page) if block.language == "sh" for line in block.code.splitlines())
    return {word for line in lines if PYTEST.fullmatch(line) for word in shlex.split(line) if word.endswith(".py")}


@pytest.mark.parametrize(("page", "in_bash"), RUNS)
def test_blocks_run(page: Path, in_bash: bool, pytester: pytest.Pytester) -> None:  # noqa: FBT001 - a parameter
    """Python and shell blocks run from top to bottom; then pytest runs the blocks that are tests."""
    for block in blocks(page):
        run_block(page, block, pytester, in_bash=in_bash)
    if any(pytester.path.glob("test_block_*.py")):
        run_pytest(pytester, "--quiet", *(f"--ignore={file}" for file in files_of_pytest_lines(page)))
