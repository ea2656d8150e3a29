"""Value coverage and mutation separate the strong and the weak suites of the examples, as README.md shows."""

import pytest

from .suites import EXAMPLES, measure, published

MAX_DIFFERENCE = 5
"""Cells, and percent of the code, by which a suite may differ from README.md: other versions of Hypothesis draw other
leads, and versions of Python count branches differently."""
MUTANTS = 40
"""Mutants of each suite; README.md has the figures of all, which take minutes."""


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_tables_show_what_suites_are_served(example: str) -> None:
    """The tables are those that `python tests/docs/suites.py --write` generates.

    The weak suite is served less, and notices fewer changes of the API, although most of the code runs.
    """
    shown = published(example)
    strong, weak = (measure(example, suite, max_mutants=MUTANTS) for suite in shown)

    for suite in (strong, weak):
        assert (suite.tests, suite.cells) == (shown[suite.name].tests, shown[suite.name].cells)
        assert abs(suite.served - shown[suite.name].served) <= MAX_DIFFERENCE
        assert abs(suite.code - shown[suite.name].code) <= MAX_DIFFERENCE
    assert strong.served > weak.served + 4 * MAX_DIFFERENCE
    shown_strong, shown_weak = shown.values()
    for high, low in ((strong, weak), (shown_strong, shown_weak)):
        assert high.killed / high.mutants > 2 * low.killed / low.mutants
    assert shown_strong.score > shown_weak.score  # a sample has few mutants of the keys that a suite reads
