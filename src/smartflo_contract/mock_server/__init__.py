"""The fake Smartflo: answers as the vendor documents, and says in each answer how well that is known."""

from smartflo_contract.mock_server._app import create_app
from smartflo_contract.mock_server._config import Config, Login
from smartflo_contract.mock_server._errors import ConfigError
from smartflo_contract.mock_server._fake import FakeSmartflo
from smartflo_contract.mock_server._faults import Fault
from smartflo_contract.mock_server._fixtures import FixtureList

__all__ = ["Config", "ConfigError", "FakeSmartflo", "Fault", "FixtureList", "Login", "create_app"]
