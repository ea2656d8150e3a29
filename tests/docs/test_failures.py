"""docs/failures.md shows what pytest prints for failing tests."""

import re

import pytest

from .failures import CASES, CI_VARIABLES, OPTIONS, PAGE, Case, normalize, page

PYTEST_LINE = re.compile(
    r"=== |___ |--- smartflo"  # headings
    r"|[.sFE]+ +\[100%\]"  # progress
    r"|>? {4,}|> |\S+ = <|\S+\.py:\d+: "  # source and arguments of the test
    r"|E +(AssertionError: assert | {1,}\+ +where )"  # pytest's own comparison
    r"|(FAILED|ERROR) test_it|no tests ran|\d+ (passed|failed|error|skipped)"  # summary
)
"""Beginning of a line that pytest words. All other lines are ours, and users rely on them."""


def own_lines(output: str) -> list[str]:
    """Return the lines of pytest's output that this project words."""
    lines = (re.sub(r"(=|_|-)\1{2,} ", r"\1\1\1 ", line) for line in output.splitlines())
    return [line for line in lines if line.strip() and not PYTEST_LINE.match(line)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_page_shows_our_lines(
    case: Case, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test of the page prints the lines of ours that stand below it; `failures.py --write` updates the page."""
    for variable in CI_VARIABLES:  # pytest does not shorten its summary on CI
        monkeypatch.delenv(variable, raising=False)
    (pytester.path / "test_it.py").write_text(case.code, encoding="utf-8")
    result = pytester.runpytest_inprocess(*OPTIONS, *case.options)
    capsys.readouterr()
    printed = "\n".join([*result.outlines, *result.errlines])

    assert own_lines(case.output) == own_lines(normalize(printed, str(pytester.path)))
    assert own_lines(case.output)


@pytest.mark.slow
def test_page_is_generated() -> None:
    """The page is what `failures.py --write` generates, to the letter."""
    assert PAGE.read_text(encoding="utf-8") == page()
