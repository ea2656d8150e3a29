"""Magic list ids: errors, empty lists, any number of leads, and faults."""

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import unquote

import jsonschema
import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, magic_rows, resolve_magic_id
from smartflo_contract.schemas import load_contract

Send = Callable[..., requests.Response]
LEADS = "/v1/broadcast/leads"
STATUSES = [400, 401, 403, 404, 422, 429, 500, 502, 503, 504]
EVIDENCE, REASON = "X-Smartflo-Fake-Evidence", "X-Smartflo-Fake-Reason"


def test_empty_list(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Id 900000000 is an empty list; that the vendor's API responds so is assumed."""
    answer = default_client.get(f"{LEADS}/900000000", headers=account)

    assert (200, b"[]", "assumed") == (answer.status_code, answer.data, answer.headers[EVIDENCE])


@pytest.mark.parametrize("status", STATUSES)
def test_error_status(status: int, default_client: FlaskClient, account: dict[str, str]) -> None:
    """Id 900000000 plus a status returns that status, a body in the vendor's shape, and the reason."""
    answer = default_client.get(f"{LEADS}/{900_000_000 + status}", headers=account)

    assert status == answer.status_code
    jsonschema.Draft202012Validator(load_contract().schema("error")).validate(answer.get_json())
    assert f"always returns {status}" in unquote(answer.headers[REASON])


def test_rate_limit_has_documented_body(default_client: FlaskClient, account: dict[str, str]) -> None:
    """In the body of 429, success is a string."""
    answer = default_client.get(f"{LEADS}/900000429", headers=account)

    assert {"success": "false", "message": "Too many requests."} == answer.get_json()
    assert "documented" == answer.headers[EVIDENCE]


@pytest.mark.parametrize("size", [1, 2, 64, 65, 1000])
def test_any_number_of_leads(size: int, send: Send) -> None:
    """Id 910000000 plus N is a list of N leads."""
    leads = send(f"{LEADS}/{910_000_000 + size}").json()

    assert size == len(leads)
    assert load_contract().is_valid(leads)


@pytest.mark.parametrize("list_id", [899_999_999, 900_000_001, 900_000_200, 910_000_000, 920_000_000, 921_000_000])
def test_neighboring_ids_are_ordinary(list_id: int) -> None:
    """Ids next to the magic ranges, and unused ids in them, have no list."""
    assert resolve_magic_id(list_id) is None


def test_table_is_complete() -> None:
    """The table has a row for the empty list, each status, all sizes, each fault and each edge case."""
    assert [
        "900000000",
        *(str(900_000_000 + status) for status in STATUSES),
        "910000001 to 919999999",
        *(str(930_000_000 + number) for number in range(1, 11)),
        *(row.ids for row in edge_case_rows()),
    ] == [row.ids for row in magic_rows()]


def test_table_states_evidence_of_responses(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Each row that has one id states the evidence that the response for the id has."""
    rows = [row for row in magic_rows() if row.ids.isdigit() and "`delay`" not in row.response]
    evidence = {}
    for row in rows:
        for _ in range(2):  # the fault `changing` applies to the second read
            with suppress(ConnectionResetError):
                answer = default_client.get(f"{LEADS}/{row.ids}", headers=account)
                evidence[row.ids] = answer.headers[EVIDENCE]

    assert {row.ids: row.evidence for row in rows if row.ids in evidence} == evidence
    assert len(rows) - 1 == len(evidence)
