"""The parametrized fixtures: each known value, edge lead and reading."""

from collections.abc import Mapping
from typing import Any

import pytest

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.pytest_plugin import Smartflo
from smartflo_contract.schemas.profile_names import PROFILES


def test_ids_name_values(pytester: pytest.Pytester) -> None:
    """Each value is a test whose id names it; each profile, and each value of a quirk that is not a default."""
    pytester.makepyfile(
        """
        def test_dial_status(smartflo_dial_status): ...
        def test_disposition(smartflo_disposition): ...
        def test_edge_lead(smartflo_edge_lead): ...
        def test_every_reading(smartflo_every_reading): ...
        """
    )
    items, _ = pytester.inline_genitems()
    ids: dict[str, list[str]] = {}
    for item in items:
        name, _, value = item.name.partition("[")
        ids.setdefault(name, []).append(value.removesuffix("]"))

    assert "5-dnd" in ids["test_dial_status"]
    assert any(value.startswith("-8-") for value in ids["test_disposition"])
    assert "header-devanagari" in ids["test_edge_lead"]
    assert sum(len(case.leads) for case in EDGE_CASES.values()) == len(ids["test_edge_lead"])
    quirks = [f"{quirk.name}-{value}" for quirk in QUIRKS.values() for value in quirk.values[1:]]
    assert [*PROFILES, *quirks] == ids["test_every_reading"]


def test_dial_status_can_be_served(smartflo: Smartflo, smartflo_dial_status: int) -> None:
    """Each known dial status can be put in a list."""
    created = smartflo.add_list(leads=[{"dial_status": smartflo_dial_status}])
    (lead,) = smartflo.client.get(f"/v1/broadcast/leads/{created.id}").get_json()

    assert smartflo_dial_status == lead["dial_status"]


def test_edge_lead_is_new_in_every_test(pytester: pytest.Pytester) -> None:
    """A test may modify its lead: the next one starts with the original."""
    pytester.makepyfile(
        """
        import pytest


        @pytest.mark.parametrize("number", range(2))
        def test_it(smartflo_edge_lead, smartflo_disposition, number):
            assert isinstance(smartflo_disposition, int)
            assert "mine" not in smartflo_edge_lead
            smartflo_edge_lead["mine"] = 1
        """
    )
    result = pytester.runpytest("-k", "header-devanagari and -8-")

    assert 2 == result.parseoutcomes()["passed"]


def settings(smartflo: Smartflo) -> dict[str, Any]:
    """Return quirks and profile of an account."""
    quirks = {quirk["name"]: quirk["value"] for quirk in smartflo.admin("GET", "/quirks")}
    return quirks | {"profile": smartflo.contract.profile}


@pytest.mark.smartflo(leads=2, profile="sample", quirks={"unknown_list": "empty"})
def test_every_reading_is_set(smartflo: Smartflo, smartflo_every_reading: Mapping[str, str]) -> None:
    """Each reading is set before the list of the marker is created, and overrides its marker."""
    assert 200 == smartflo.client.get("/v1/broadcast/leads/8668").status_code
    assert 2 == len(smartflo.lists[0].leads)
    assert ({"unknown_list": "empty"} | dict(smartflo_every_reading)).items() <= settings(smartflo).items()


OWN_VALUES = """
    import pytest


    @pytest.mark.parametrize("smartflo_dial_status", [4, 5], indirect=True)
    def test_indirect(smartflo_dial_status):
        assert smartflo_dial_status in {4, 5}


    @pytest.mark.parametrize(("smartflo_disposition", "expected"), [(1, 1)])
    def test_direct(smartflo_disposition, expected):
        assert smartflo_disposition == expected


    READINGS = [{"expired_token": "200"}, {"profile": "documented"}]


    @pytest.mark.parametrize("smartflo_every_reading", READINGS, indirect=True)
    def test_reading(smartflo, smartflo_every_reading):
        quirks = {quirk["name"]: quirk["value"] for quirk in smartflo.admin("GET", "/quirks")}
        assert smartflo_every_reading.items() <= {**quirks, "profile": smartflo.contract.profile}.items()


    class TestOverriddenWithParameters:
        @pytest.fixture(params=[7, 8, 9])
        def smartflo_dial_status(self, request):
            return request.param

        def test_it(self, smartflo_dial_status):
            assert smartflo_dial_status in {7, 8, 9}


    class TestOverriddenWithoutParameters:
        @pytest.fixture
        def smartflo_edge_lead(self):
            return {"lead_id": "x"}

        @pytest.fixture
        def smartflo_every_reading(self):
            return {}

        def test_it(self, smartflo_edge_lead, smartflo, smartflo_every_reading):
            assert smartflo_edge_lead == {"lead_id": "x"}
"""


def test_project_replaces_values(pytester: pytest.Pytester) -> None:
    """The values of a marker or of an overriding fixture take precedence, as those of any fixture of pytest."""
    pytester.makepyfile(OWN_VALUES)

    pytester.runpytest().assert_outcomes(passed=2 + 1 + 2 + 3 + 1)


def test_overriding_fixture_extends_values(pytester: pytest.Pytester) -> None:
    """A fixture that requests the one that it overrides has its values."""
    pytester.makepyfile(
        """
        import pytest


        @pytest.fixture
        def smartflo_dial_status(smartflo_dial_status):
            return f"status {smartflo_dial_status}"


        def test_it(smartflo_dial_status):
            assert smartflo_dial_status.startswith("status ")
        """
    )

    assert 2 == pytester.runpytest("-k", "5-dnd or 6-busy").parseoutcomes()["passed"]


def test_wrong_reading_fails_in_one_line(pytester: pytest.Pytester) -> None:
    """A reading that is not a mapping states what to pass."""
    pytester.makepyfile(
        """
        import pytest


        @pytest.mark.parametrize("smartflo_every_reading", ["documented"], indirect=True)
        def test_it(smartflo_every_reading): ...
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["smartflo_every_reading: expected a quirk or a profile, *, got 'documented'"])
