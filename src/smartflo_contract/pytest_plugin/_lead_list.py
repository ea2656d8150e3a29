"""A lead list of the test's account."""

from typing import Final

from smartflo_contract.factories import Lead
from smartflo_contract.pytest_plugin._admin_client import AdminClient

_MAX_PAGE_LEADS: Final = 10_000


class LeadList:
    """A lead list of the account.

    Attributes:
        id: id of the list.
        url: URL of its leads.
    """

    def __init__(self, admin: AdminClient, list_id: int, root_url: str) -> None:
        """Refer to a list of an account."""
        self.id = list_id
        self.url = f"{root_url}/v1/broadcast/leads/{list_id}"
        self._admin = admin

    def __repr__(self) -> str:
        """Return the id and the URL."""
        return f"<LeadList {self.id} at {self.url}>"

    @property
    def leads(self) -> list[Lead]:
        """Its current leads; reading them here is not counted as a request."""
        leads: list[Lead] = []
        while True:
            page = self._admin("GET", f"/lists/{self.id}/leads?offset={len(leads)}&limit={_MAX_PAGE_LEADS}")["leads"]
            leads += page
            if len(page) < _MAX_PAGE_LEADS:
                return leads
