"""Value coverage separates the strong and the weak suites of the examples, as README.md shows."""

import pytest

from .suites import EXAMPLES, measure, published

MAX_DIFFERENCE = 5
"""Cells, and percent of the code, by which a suite may differ from README.md: other versions of Hypothesis draw other
leads, and versions of Python count branches differently."""


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_tables_show_what_suites_are_served(example: str) -> None:
    """The tables are those that `python tests/docs/suites.py --write` generates; the weak suite is served less."""
    shown = published(example)
    strong, weak = (measure(example, suite) for suite in shown)

    for suite in (strong, weak):
        assert (suite.tests, suite.cells) == (shown[suite.name].tests, shown[suite.name].cells)
        assert abs(suite.served - shown[suite.name].served) <= MAX_DIFFERENCE
        assert abs(suite.code - shown[suite.name].code) <= MAX_DIFFERENCE
    assert strong.served > weak.served + 4 * MAX_DIFFERENCE
