"""Add a generator through one entry of the table, and use it with a new property."""

from typing import Any

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st

from smartflo_contract.factories import lead_list
from smartflo_contract.factories.byte_sources import from_options
from smartflo_contract.factories.generators import GENERATORS, Generator
from smartflo_contract.live.recording.pseudonymizer import pseudonymize
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.schemas import load_contract, overlay
from smartflo_contract.schemas.files import read
from smartflo_contract.strategies import broken_leads, leads, surprising_leads

OVERLAY: dict[str, Any] = {
    "properties": {"voucher": {"type": "string", "pattern": "^V-[0-9]{3}$", "x-faker": "voucher", "x-personal": False}},
    "required": ["voucher"],
}
OPTIONS = ["V-300", "V-750"]


@pytest.fixture(autouse=True)
def _voucher(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the generator ``voucher`` to the table, and its name to the names that ``x-faker`` allows."""

    def read_with_voucher(name: str) -> Any:
        content = read(name)
        if name == "annotations.schema.json":
            content["properties"]["x-faker"]["enum"].append("voucher")
        return content

    generator = Generator('"V-{credit_score}"', lambda _: from_options(OPTIONS))
    monkeypatch.setitem(GENERATORS, "voucher", generator)
    monkeypatch.setattr(overlay, "read", read_with_voucher)  # as if the file had the name


def test_generates_leads_with_new_generator(profile: str) -> None:
    """Every generated lead has a realistic value, and no finding."""
    generated: list[Any] = [*lead_list(5, 8668, 20, profile=profile, overlay=OVERLAY)]

    assert [lead for lead in generated if lead["voucher"] != f"V-{lead['field_7']}"] == []
    assert load_contract(profile, OVERLAY).check(generated) == ()


def test_serves_leads_with_new_generator() -> None:
    """The fake serves the same values."""
    client = create_app(Config(overlay=OVERLAY)).test_client()
    response = client.get("/v1/broadcast/leads/8668", headers={"Authorization": "any-token"})

    assert [lead for lead in response.get_json() if lead["voucher"] != f"V-{lead['field_7']}"] == []
    assert load_contract("sample", OVERLAY).is_valid(response.data)


def _first(strategy: st.SearchStrategy[Any], voucher: str = "") -> Any:
    """Return the simplest example, with a voucher if it is a lead."""
    search = settings(derandomize=True, database=None, deadline=None, max_examples=200)
    return find(strategy, lambda example: not voucher or example["voucher"] == voucher, settings=search)


@pytest.mark.slow
def test_draws_leads_with_new_generator() -> None:
    """Strategies draw the values of the byte source, and break the new property."""
    drawn = [_first(leads(overlay=OVERLAY), voucher) for voucher in OPTIONS]

    assert [lead for lead in drawn if not load_contract("sample", OVERLAY).is_valid([lead])] == []
    assert _first(surprising_leads(overlay=OVERLAY))["voucher"] == OPTIONS[0]
    assert _first(broken_leads(overlay=OVERLAY, rule="pattern", key="voucher")).pointer == "/*/voucher"


def test_checks_new_property() -> None:
    """A wrong or missing value is a finding, and a recording keeps a value that is not personal."""
    contract = load_contract("lenient", OVERLAY)
    (lead,) = (dict(lead) for lead in lead_list(5, 8668, 1, overlay=OVERLAY))
    wrong = [{**lead, "voucher": "X"}, {key: value for key, value in lead.items() if key != "voucher"}]
    findings = [{finding.rule for finding in contract.check([body]) if finding.severity == "break"} for body in wrong]
    (recorded,) = pseudonymize([lead], b"k" * 16, contract=contract)

    assert findings == [{"pattern"}, {"required"}]
    assert recorded["voucher"] == lead["voucher"]
