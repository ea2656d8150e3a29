"""Requests for list ids without a list: unknown and invalid ids, and ids that stand for an error."""

import pytest

from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows

from ..conftest import Reason, Send  # noqa: TID252 - test folders are no packages
from .conftest import LEAD, LEADS, LIST, NUMBER, Account

UNKNOWN, UNAVAILABLE = 123_456, 900_000_503
"""An id without a list, and the magic id of 503."""


@pytest.mark.parametrize("list_id", ["1", "8667", "99999999", "0", "08668", "9" * 400])
def test_unknown_list_is_404(list_id: str, api: Account, reason: Reason) -> None:
    """The status is assumed, and the reason names the id."""
    response = api("GET", f"{LEADS}/{list_id}")

    assert (404, {"success": False, "message": "List not found."}) == (response.status_code, response.get_json())
    assert response.headers["X-Smartflo-Fake-Evidence"] == "assumed"
    assert reason(response).startswith(f"this account has no list with the id {list_id[:80]}")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        (f"{LEADS}/id", "replace `id` with a numeric list id, for example /v1/broadcast/leads/8668"),
        (f"{LEADS}/", "append a numeric list id, for example /v1/broadcast/leads/8668"),
        (LEADS, "append a numeric list id, for example /v1/broadcast/leads/8668"),
    ],
)
def test_explains_paths_copied_from_vendor_page(path: str, hint: str, api: Account, reason: Reason) -> None:
    """The page's paths have the word ``id`` or no id; both are 404 with a hint."""
    response = api("GET", path)

    assert (404, hint) == (response.status_code, reason(response))


@pytest.mark.parametrize(
    "list_id",
    ["8668x", "-8668", "+8668", "8668.0", "8668/9", "8668%2F9", "a/b/c", "%E0%A4%95", "%D9%A1", "%FF", "%00", "..%2F",
     " 8668", "x" * 10_000, "9" * 10_000, "%E0%A4%95" * 1_000, "%0D%0AX-Injected:1"],
)  # fmt: skip
def test_invalid_list_id_is_404(list_id: str, send: Send) -> None:
    """The response has the vendor's shape and a short reason, and no header from the path."""
    response = send(f"{LEADS}/{list_id}")

    assert (404, False) == (response.status_code, response.json()["success"])
    assert len(response.headers["X-Smartflo-Fake-Reason"]) <= 500
    assert "X-Injected" not in response.headers


def test_rejects_writes_without_list(api: Account) -> None:
    """A write to an unknown list is 404, to an id that stands for an error that error, and to an edge case 403."""
    edge_case = next(iter(edge_case_rows())).ids
    added = [api("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER}).status_code for list_id in (UNAVAILABLE, edge_case)]
    renamed = [api("PUT", f"{LIST}/{list_id}", {"name": "x"}).status_code for list_id in (UNKNOWN, UNAVAILABLE)]
    deleted = [api("DELETE", f"{LIST}/{list_id}").status_code for list_id in ("abc", edge_case)]

    assert [503, 403] == added
    assert [404, 503] == renamed
    assert [404, 403] == deleted
