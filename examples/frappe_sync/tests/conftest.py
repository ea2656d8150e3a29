"""The site, and the client, whose requests to the vendor's host reach the fake."""

import pytest
from frappe_site import Site
from frappe_sync.client import SmartfloClient

from smartflo_contract.pytest_plugin import Smartflo


@pytest.fixture
def site() -> Site:
    """A site with three documents."""
    return Site()


@pytest.fixture
def client(smartflo_intercept: Smartflo) -> SmartfloClient:
    """A client of the account of the test."""
    return SmartfloClient(smartflo_intercept.email, smartflo_intercept.password)
