"""The project's own fixtures."""

import pytest
from mock_server import MockCrm


@pytest.fixture
def crm() -> MockCrm:
    """A CRM without customers."""
    return MockCrm()
