"""Lists of pairs on the fake, and their line in the coverage report."""

import json

import pytest

REMOVED = ["dialer_dial_status", "header", "dialer_skill", "available_at", "skill_id", "time_group", "list_name"]
"""Properties that an overlay removes, to make a small list."""


@pytest.fixture(autouse=True)
def _overlay(pytester: pytest.Pytester) -> None:
    (pytester.path / "overlay.json").write_text(json.dumps({"properties": dict.fromkeys(REMOVED)}))
    pytester.makeini("[pytest]\nsmartflo_overlay = overlay.json\n")


@pytest.mark.slow
def test_every_pair_is_served(pytester: pytest.Pytester) -> None:
    """A client that reads the whole list was served all pairs, in whatever process; a valid list is served."""
    pytester.makepyfile("""
        def test_reads(smartflo):
            leads = smartflo.client.get(smartflo.pairs().url).get_json()
            assert smartflo.contract.is_valid(leads)
            assert {(1, True), (9, False)} <= {(lead["dial_status"], lead.get("undisposed_lead")) for lead in leads}


        def test_reads_not(smartflo):
            assert smartflo.pairs().leads
    """)
    result = pytester.runpytest_subprocess("-p", "xdist", "-n", "2", "--smartflo-coverage")

    result.assert_outcomes(passed=2)
    (line,) = (line for line in result.outlines if line.startswith("pairs: "))
    served, made = line.split()[1], line.split()[4]
    assert int(served.replace(",", "")) > 1000
    assert served == made


def test_pairs_of_a_changed_list_are_counted_in_the_response(pytester: pytest.Pytester) -> None:
    """What a test removes from the list is not served, and what was not read is not either."""
    pytester.makepyfile("""
        def test_reads_some(smartflo):
            made = smartflo.pairs()
            smartflo.admin("PUT", f"/lists/{made.id}/leads", made.leads[:2])
            smartflo.client.get(made.url)


        def test_reads_other_lists(smartflo):
            made = smartflo.pairs()
            smartflo.client.get(f"/v1/broadcast/leads/{made.id + 1}")
            smartflo.client.get("/v1/broadcast/leads/8668")
    """)
    result = pytester.runpytest("--smartflo-coverage")

    result.assert_outcomes(passed=2)
    (line,) = (line for line in result.outlines if line.startswith("pairs: "))
    served, made = (int(line.split()[number].replace(",", "")) for number in (1, 4))
    assert 0 < served < made / 2


def test_pairs_need_no_coverage(pytester: pytest.Pytester) -> None:
    """Without the option, the list is the same, and nothing is counted."""
    pytester.makepyfile("""
        def test_reads(smartflo):
            assert len(smartflo.client.get(smartflo.pairs().url).get_json()) > 30
    """)
    result = pytester.runpytest()

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("pairs: *")
