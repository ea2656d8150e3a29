"""GET /__admin/coverage: which values of the contract were served."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.coverage import Recorder, contract_cells
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.schemas import load_contract

from .conftest import LEADS, ME, OTHER

COVERAGE = "/__admin/coverage"
CELLS = contract_cells(load_contract())
SERVICE_UNAVAILABLE = "/v1/broadcast/leads/900000503"


@pytest.fixture(name="fake")
def _fake() -> FlaskClient:
    """Return a client of a fake that records what it serves."""
    recorder = Recorder()
    recorder.add_contract(load_contract())
    return create_app(observer=recorder).test_client()


def coverage(fake: FlaskClient, query: str = "", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the response, which has one contract."""
    response = fake.get(f"{COVERAGE}{query}", headers=headers)
    assert response.status_code == 200
    body: dict[str, Any] = response.get_json()
    assert [CELLS.name] == [contract["name"] for contract in body["contracts"]]
    return body


def served(body: dict[str, Any]) -> set[str]:
    """Return the ids of the cells that were served."""
    return {cell for contract in body["contracts"] for key in contract["keys"] for cell in key["served_cells"]}


def statuses(body: dict[str, Any]) -> set[str]:
    """Return the ids of the statuses that were served."""
    return {cell for cell in served(body) if cell.startswith("status:")}


def contexts(body: dict[str, Any]) -> set[str]:
    """Return the names of the contexts."""
    return {context["context"] for contract in body["contracts"] for context in contract["contexts"]}


def test_nothing_is_served_at_first(fake: FlaskClient) -> None:
    """All cells of the configured contract are missing."""
    body = coverage(fake)
    missing = [cell for key in body["contracts"][0]["keys"] for cell in key["missing_cells"]]

    assert {"cells": len(CELLS.cells), "served": 0, "percent": 0} == body["total"]
    assert [cell.id for cell in CELLS.cells] == missing
    assert [] == body["contracts"][0]["contexts"]


def test_counts_cells_in_total_and_by_key(fake: FlaskClient) -> None:
    """The total is the sum of the keys, each of which has the ids of its cells."""
    fake.get(LEADS, headers=ME)
    body = coverage(fake)
    keys = {key["key"]: key for key in body["contracts"][0]["keys"]}

    assert sum(key["served"] for key in keys.values()) == body["total"]["served"] == len(served(body))
    assert "status:200" in keys["status"]["served_cells"]
    assert "status:503" in keys["status"]["missing_cells"]
    for key in keys.values():
        assert (len(key["served_cells"]), key["cells"]) == (
            key["served"],
            len(key["served_cells"] + key["missing_cells"]),
        )


def test_account_sees_what_it_was_served(fake: FlaskClient) -> None:
    """The token selects the account, whatever the contexts are."""
    fake.get(LEADS, headers=ME | {"X-Smartflo-Fake-Context": "same"})
    fake.get(SERVICE_UNAVAILABLE, headers=OTHER | {"X-Smartflo-Fake-Context": "same"})

    assert {"status:503"} == statuses(coverage(fake, headers=OTHER))
    assert {"status:200"} == statuses(coverage(fake, headers=ME))
    assert {"status:200", "status:503"} == statuses(coverage(fake))


def test_parameters_select_account(fake: FlaskClient) -> None:
    """The account is selected by login id or by id, as in all routes."""
    login = fake.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()
    fake.get(SERVICE_UNAVAILABLE, headers={"Authorization": f"Bearer {login['access_token']}"})
    fake.get(LEADS, headers=ME)
    (account,) = fake.get("/__admin/accounts?login=crm").get_json()

    assert served(coverage(fake, "?login=crm")) == served(coverage(fake, f"?account={account['id']}"))
    assert "status:503" in served(coverage(fake, "?login=crm"))
    assert "dial_status=1" not in served(coverage(fake, "?login=crm"))


def test_account_without_responses_was_served_nothing(fake: FlaskClient) -> None:
    """The cells are those of the configured contract."""
    fake.get(LEADS, headers=ME)
    body = coverage(fake, headers=OTHER)

    assert (len(CELLS.cells), set()) == (body["total"]["cells"], served(body))


def test_parameter_selects_context(fake: FlaskClient) -> None:
    """A context is the value of the header, or the account without it; a long value has a shortened name."""
    name = "Asha's leads: " + "é" * 300
    fake.get(SERVICE_UNAVAILABLE, headers=ME | {"X-Smartflo-Fake-Context": name.encode().decode("latin-1")})
    fake.get(LEADS, headers=ME)
    body = coverage(fake, f"?context={name}")

    (shortened,) = contexts(body)

    assert {"status:503"} == statuses(body)
    assert shortened != name
    assert body == coverage(fake, f"?context={shortened}")
    assert 2 == len(contexts(coverage(fake)))


def test_context_without_responses_was_served_nothing(fake: FlaskClient) -> None:
    """It is no error, because a test may have requested nothing."""
    fake.get(LEADS, headers=ME)
    body = coverage(fake, "?context=none")

    assert (0, set()) == (body["total"]["served"], contexts(body))


def test_same_context_of_two_accounts_is_counted_together(fake: FlaskClient) -> None:
    """Without an account, a context has what all accounts were served."""
    fake.get(SERVICE_UNAVAILABLE, headers=ME | {"X-Smartflo-Fake-Context": "same"})
    fake.get("/v1/broadcast/leads/900000404", headers=OTHER | {"X-Smartflo-Fake-Context": "same"})

    assert {"status:503", "status:404"} == statuses(coverage(fake, "?context=same"))
    assert {"status:503"} == statuses(coverage(fake, "?context=same", ME))


def test_reset_keeps_what_was_counted(fake: FlaskClient) -> None:
    """A suite may reset its account after each test."""
    fake.get(LEADS, headers=ME)
    before = coverage(fake)
    fake.post("/__admin/reset", headers=ME)
    fake.post("/__admin/reset")

    assert before == coverage(fake) == coverage(fake, headers=ME)


def test_read_only_fake_reports(fake: FlaskClient) -> None:
    """The route changes nothing."""
    fake = create_app(Config(read_only=True), observer=Recorder()).test_client()
    fake.get(LEADS, headers=ME)

    assert "status:200" in served(coverage(fake))


def test_requests_to_the_admin_api_are_not_counted(fake: FlaskClient) -> None:
    """Only routes of the vendor are part of the contract."""
    fake.get("/__admin/lists/4711", headers=ME)

    assert set() == served(coverage(fake))


def test_fake_without_coverage_names_the_option() -> None:
    """The problem document states how to record."""
    response = create_app().test_client().get(COVERAGE)

    assert (409, "application/problem+json") == (response.status_code, response.content_type)
    assert "`smartflo-contract serve --coverage FILE`" in response.get_json()["detail"]


def test_several_workers_report_all_accounts_only() -> None:
    """What workers merge has no accounts."""
    fake = create_app(Config(workers=2, read_only=True), observer=Recorder()).test_client()
    response = fake.get(COVERAGE, headers={"Authorization": "any-text"})

    assert (200, 409) == (fake.get(COVERAGE).status_code, response.status_code)
    assert "select one context with `?context=`" in response.get_json()["detail"]


def test_misspelled_parameter_is_rejected(fake: FlaskClient) -> None:
    """A misspelled parameter would otherwise select everything."""
    response = fake.get(f"{COVERAGE}?contxt=one")

    assert 422 == response.status_code
    assert "Did you mean `context`?" in response.get_json()["detail"]
