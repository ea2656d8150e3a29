"""``POST /__admin/broadcasts``: broadcasts that a test starts, and ``smartflo.broadcast()``."""

from typing import Any

import pytest

from smartflo_contract.pytest_plugin import Smartflo


def test_starts_a_broadcast(smartflo: Smartflo) -> None:
    """It runs at once, in spite of faults, and dials its list as the clock advances; no request is in the journal."""
    smartflo.fail(503, route="any")
    leads = smartflo.add_list(leads=20)
    before = leads.leads
    broadcast_id = smartflo.broadcast(leads.id, name="March", dialstatus=[1, 2, 3, 4, 6, 7, 8], number_of_retry=1)
    smartflo.clock.advance(minutes=30)
    requests = smartflo.requests
    failed = smartflo.client.get("/v2/broadcasts").status_code
    broadcast = smartflo.client.get(f"/v1/broadcast/{broadcast_id}").get_json()

    assert ([], 503) == (requests, failed)
    assert (1, "March", 1) == (broadcast["status"], broadcast["name"], broadcast["retry"])
    assert before != leads.leads


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"number_of_retry": 6}, "number_of_retry: 6 is greater than the maximum of 5"),
        ({"retries": 1}, "retries"),
        ({"end_date_time": "tomorrow"}, "Provide a valid end_date_time."),
        ({"end_date_time": "2020-01-31 09:30:00"}, "The end_date_time must be a date after now."),
    ],
)
def test_rejects_invalid_settings(smartflo: Smartflo, settings: dict[str, Any], message: str) -> None:
    """An invalid setting is named, and nothing is dialled."""
    with pytest.raises(ValueError, match=message):
        smartflo.broadcast(8669, **settings)

    assert [] == smartflo.client.get("/v2/broadcasts").get_json()["results"]


def test_rejects_lists_that_cannot_be_dialled(smartflo: Smartflo) -> None:
    """An unknown list, a fixed one, and one that is being dialled are rejected with what to do."""
    smartflo.broadcast(8669)

    with pytest.raises(ValueError, match=r"GET /v1/broadcast/end/2000"):
        smartflo.broadcast(8669)
    for list_id in (4711, 900_000_404):
        with pytest.raises(ValueError, match="no list with this id can be dialled"):
            smartflo.broadcast(list_id)
    with pytest.raises(ValueError, match="list_id: expected the id of a list"):
        smartflo.broadcast("x")  # type: ignore[arg-type]
