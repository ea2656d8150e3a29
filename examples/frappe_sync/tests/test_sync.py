"""Documents become leads, and the statuses of leads those of documents."""

import pytest
from frappe_site import Site
from frappe_sync.client import BusyError, SmartfloClient, SmartfloError
from frappe_sync.sync import pull, push

from smartflo_contract.pytest_plugin import Smartflo


def test_push_adds_each_document_once(smartflo: Smartflo, client: SmartfloClient, site: Site) -> None:
    """A document with a number becomes a lead, and stores its id; a second push has nothing to do."""
    made = smartflo.add_list(leads=0, columns=["Phone Number", "Name", "Email"])

    assert (push(site, client, made.id), push(site, client, made.id)) == (2, 0)

    leads = client.leads(made.id)
    assert [lead["field_0"] for lead in leads] == ["+915550100001", "+915550100002"]
    assert [lead["field_1"] for lead in leads] == ["Asha Example", "Ravi Example"]
    assert site.values("smartflo_lead_id") == [*(lead["lead_id"] for lead in leads), None]


def test_push_can_be_repeated_after_lost_response(smartflo: Smartflo, client: SmartfloClient, site: Site) -> None:
    """If the connection breaks after a lead was added, the next push does not add it again."""
    made = smartflo.add_list(leads=0)
    smartflo.fail("reset_after", route="POST /v1/broadcast/lead/{id}")

    with pytest.raises(SmartfloError, match="no readable response"):
        push(site, client, made.id)

    assert site.values("smartflo_lead_id") == [None, None, None]
    assert push(site, client, made.id) == 2
    assert len(client.leads(made.id)) == 2


def test_pull_sets_statuses(smartflo: Smartflo, client: SmartfloClient, site: Site) -> None:
    """Known statuses are translated; a lead that was not called, or has an unknown status, changes nothing."""
    for name, dial_status, expected in (("LEAD-1", 5, "Do Not Contact"), ("LEAD-1", 3, "Interested")):
        made = smartflo.add_list(leads=[{"dial_status": dial_status}, {"dial_status": 1}, {"dial_status": 99}])
        for document, lead in zip(site.documents, made.leads, strict=True):
            site.set_value("Lead", document, {"smartflo_lead_id": lead["lead_id"]})

        assert (pull(site, client, made.id), pull(site, client, made.id)) == (1, 0)
        assert site.documents[name]["status"] == expected
    assert site.values("status") == ["Interested", "Lead", "Lead"]


@pytest.mark.parametrize("status", ["401", "200"])
def test_replaces_expired_token(smartflo: Smartflo, client: SmartfloClient, site: Site, status: str) -> None:
    """A job that starts with an old token logs in again, whichever status the API sends."""
    smartflo.quirks(expired_token=status)
    client.leads(8668)
    smartflo.clock.advance(hours=2)

    assert pull(site, client, 8668) == 0
    smartflo.assert_called("POST", "/v1/auth/login", times=2)


def test_reports_when_to_try_again(smartflo: Smartflo, client: SmartfloClient, site: Site) -> None:
    """A job that is rejected knows how long to wait, and has changed nothing."""
    smartflo.fail(429, 429, retry_after=30, route="any")

    with pytest.raises(BusyError, match="try again in 30 s") as error:
        push(site, client, 8668)

    assert error.value.seconds == 30
    assert site.values("smartflo_lead_id") == [None, None, None]
