"""Pages of edited leads: values, runs and copies."""

import pytest

from smartflo_contract.mock_server.lists.lead_page import LeadPage


def page(lines: dict[int, bytes | None]) -> LeadPage:
    """Return a page with some leads, which are not joined."""
    leads = LeadPage()
    for index, line in lines.items():
        leads[index] = line
    return leads


LINES = {5: b"{5}", 3: b"{3}", 4: None, 9: b"{9}"}


@pytest.mark.parametrize("leads", [page(LINES), page(LINES).join()], ids=["changed", "joined"])
def test_returns_leads(leads: LeadPage) -> None:
    """A lead, a deleted lead and a lead that was not edited are told apart, before and after the leads are joined."""
    assert [b"{3}", None, b"{5}", None, b"{9}"] == [leads.get(index) for index in (3, 4, 5, 6, 9)]
    assert [True, True, False] == [index in leads for index in (3, 4, 6)]
    assert leads.lines() == LINES


@pytest.mark.parametrize("leads", [page(LINES), page(LINES).join()], ids=["changed", "joined"])
def test_runs_end_at_gaps(leads: LeadPage) -> None:
    """Leads with consecutive indexes are one run, which knows its deleted leads."""
    runs = [(run.start, run.stop, run.json, list(run.indexes())) for run in leads.runs()]

    assert runs == [(3, 6, b",{3},{5}", [3, 5]), (9, 10, b",{9}", [9])]


def test_change_of_joined_lead_wins() -> None:
    """A change replaces, deletes or restores a lead that was joined."""
    leads = page(LINES).join()
    leads[3], leads[4], leads[9], leads[10] = None, b"{4}", b"{99}", b"{10}"

    assert [b",{4},{5}", b",{99},{10}"] == [run.json for run in leads.runs()]
    assert [None, b"{4}", b"{99}"] == [leads.get(index) for index in (3, 4, 9)]


def test_copies_share_joined_leads() -> None:
    """A change of a copy is in the copy only; the joined leads are not copied."""
    leads = page(LINES).join()
    copy = leads.copy()
    assert copy.runs() is leads.runs()
    copy[3] = b"{33}"

    assert (b"{3}", b"{33}") == (leads.get(3), copy.get(3))


def test_joined_page_joins_nothing_again() -> None:
    """The runs of a joined page are the same objects for each body."""
    leads = page(LINES).join()

    assert leads.runs() is leads.runs() is leads.join().runs()
