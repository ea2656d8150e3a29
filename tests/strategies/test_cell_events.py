"""Events for the cells of drawn leads, under ``--hypothesis-show-statistics``."""

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import cell_events

TEST = """
    from hypothesis import given, settings
    from smartflo_contract import strategies
    from smartflo_contract.strategies import *

    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @given(strategies.{strategy})
    def test_drawn(drawn):
        pass
"""
STATISTICS = """
    def pytest_runtest_teardown(item):
        print(item.hypothesis_statistics)
"""
STRATEGIES = {
    "leads(dial_statuses=dial_statuses())": "cell dial_status=",
    "leads(target=['skill_id:null'])": "cell skill_id:null",
    "lead_lists(min_size=2, max_size=2)": "cell leads:2",
    "responses(max_size=0)": "cell leads:0",
    "surprising_leads()": "cell dial_status",
    "broken_leads(rule='type', key='priority')": "cell dial_status",
    "broken_responses(rule='type')": "cell dial_status",
    "broken_responses(rule='not-json')": "cell dial_status",
    "broken_responses(rule='id-unique')": "cell leads:",
    "edge_leads()": "cell fields:",
    "edge_lead_lists()": "cell leads:1",
}


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda text: text.partition("(")[0])
def test_statistics_count_cells(pytester: pytest.Pytester, strategy: str) -> None:
    """Each strategy of leads emits an event for each cell of what is drawn."""
    pytester.makepyfile(TEST.format(strategy=strategy))
    result = pytester.runpytest("--hypothesis-show-statistics")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*{STRATEGIES[strategy]}*"])


@pytest.mark.slow
def test_nothing_is_emitted_unless_statistics_are_shown(pytester: pytest.Pytester) -> None:
    """Events take time, so they are off by default, also after a run in the same process that shows statistics."""
    pytester.makepyfile(TEST.format(strategy="leads()"))
    pytester.makeconftest(STATISTICS)
    assert "cell dial_status" in pytester.runpytest("-s", "--hypothesis-show-statistics").stdout.str()
    result = pytester.runpytest("-s")

    assert "Typical runtimes" in result.stdout.str()
    assert "cell dial_status" not in result.stdout.str()


def test_nothing_is_emitted_outside_of_a_test() -> None:
    """Hypothesis rejects events outside of a test; a lead is returned unchanged."""
    cell_events.show_cells(is_on=True)
    try:
        generated = lead(0, 8668, 0)
        assert cell_events.with_events(load_contract(), generated) is generated
    finally:
        cell_events.show_cells(is_on=False)


@pytest.mark.slow
def test_leads_are_the_same_with_events(pytester: pytest.Pytester) -> None:
    """Statistics change nothing about the examples."""
    pytester.makepyfile(TEST.format(strategy="leads()").replace("pass", "print('DRAWN', drawn)"))
    outputs = [pytester.runpytest("-s", *options).outlines for options in ((), ("--hypothesis-show-statistics",))]
    first, second = ([line for line in lines if "DRAWN" in line] for lines in outputs)

    assert len(first) == 20
    assert first == second
