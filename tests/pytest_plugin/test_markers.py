"""The marker smartflo: start state of the account, and wrong arguments."""

import pytest

from smartflo_contract.factories import Lead
from smartflo_contract.pytest_plugin import Smartflo

pytestmark = pytest.mark.smartflo(profile="documented", seed=3)
WRONG = {
    "profil='x'": "unknown argument `profil`; the arguments are leads, *",
    "3": "unexpected positional argument; the arguments are *",
    "profile='x'": "profile: expected one of sample, documented, lenient, got 'x'",
    "profile=None": "profile: expected one of *, got None",
    "faults='503,ok'": "faults: expected a list of steps, got '503,ok'",
    "faults=503": "faults: expected a list of steps, got 503",
    "quirks='expired_token'": "quirks: expected a dict, got 'expired_token'",
    "leads='3'": "leads: expected a number, or a list of leads, got '3'",
    "leads=True": "leads: expected a number, or a list of leads, got True",
    "seed='x'": "seed: expected an integer of at most 18 digits, got 'x'",
    "seed=10**30": "seed: expected an integer of at most 18 digits, got 1000*",
    "clock=5": "clock: expected a datetime or ISO 8601, got 5",
    "allow_unmatched='no'": "allow_unmatched: expected True or False, got 'no'",
}
"""Message by arguments of the marker."""


@pytest.mark.smartflo(leads=[{"field_1": "Asha"}], quirks={"unknown_list": "empty"}, faults=[503])
def test_sets_leads_quirks_and_faults(smartflo: Smartflo, smartflo_lead: Lead) -> None:
    """Markers of class, module and test are combined."""
    assert "Asha" == smartflo.lists[0].leads[0]["field_1"]
    assert smartflo.contract.profile == "documented"
    assert smartflo.contract.is_valid([smartflo_lead])
    statuses = [smartflo.client.get(f"/v1/broadcast/leads/{list_id}").status_code for list_id in (8668, 1)]
    assert [503, 200] == statuses


@pytest.mark.smartflo(quirks={}, faults=[])
def test_empty_quirks_and_faults_set_nothing(smartflo: Smartflo) -> None:
    """A parametrized marker may have none."""
    assert 200 == smartflo.client.get("/v1/broadcast/leads/8668").status_code


@pytest.mark.smartflo(clock="2036-03-01")
def test_token_is_issued_at_marked_time(smartflo: Smartflo) -> None:
    """The token is valid at the time of the marker."""
    assert 200 == smartflo.client.get("/v1/broadcast/leads/8668").status_code


@pytest.mark.smartflo(clock="2026-03-01", profile="sample")
def test_closest_marker_takes_precedence(smartflo: Smartflo) -> None:
    """The clock is frozen at the time of the marker; the profile is that of the closest marker."""
    assert "2026-03-01T00:00:00+00:00" == smartflo.clock.now.isoformat()
    assert smartflo.contract.profile == "sample"


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("smartflo(profil='x')", "smartflo: unknown argument `profil`; the arguments are leads, *"),
        ("smartflo_live('now')", "smartflo_live accepts no arguments"),
    ],
)
def test_wrong_marker_is_usage_error(pytester: pytest.Pytester, marker: str, message: str) -> None:
    """The run ends before any test, with one line that names the test."""
    pytester.makepyfile(test_x=f"import pytest\n@pytest.mark.{marker}\ndef test_it(smartflo): ...\n")
    result = pytester.runpytest()

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: test_x.py::test_it: @pytest.mark.{message}"])


def test_wrong_marker_that_is_added_later_fails_test(pytester: pytest.Pytester) -> None:
    """A marker that a later hook adds fails its test; the message states what each argument accepts."""
    pytester.makeconftest(
        f"""
        import pytest

        MARKERS = [{", ".join(f"pytest.mark.smartflo({arguments})" for arguments in WRONG)}]


        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            for item, marker in zip(items, MARKERS, strict=True):
                item.add_marker(marker)
        """
    )
    pytester.makepyfile(
        f"import pytest\n@pytest.mark.parametrize('n', range({len(WRONG)}))\ndef test_it(n, smartflo): ...\n"
    )
    result = pytester.runpytest()

    result.assert_outcomes(errors=len(WRONG))
    result.stdout.fnmatch_lines([f"@pytest.mark.smartflo: {message}" for message in WRONG.values()])


def test_value_that_fake_rejects_fails_test(pytester: pytest.Pytester) -> None:
    """A value that the fake rejects is an error of its test in one line that states what is possible."""
    pytester.makepyfile(
        """
        import pytest

        MARKERS = [{"quirks": {"x": 1}}, {"faults": ["ct"]}, {"clock": "soon"}, {"leads": -1}]


        @pytest.mark.parametrize(
            "name", [pytest.param(*marker, marks=pytest.mark.smartflo(**marker)) for marker in MARKERS]
        )
        def test_it(smartflo, name): ...
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(errors=4)
    assert 4 == sum(line.startswith("@pytest.mark.smartflo: ") for line in result.stdout.lines)
    assert "plugin.py" not in result.stdout.str()
    assert "_account" not in result.stdout.str()
