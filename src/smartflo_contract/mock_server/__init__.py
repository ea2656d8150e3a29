"""A fake Smartflo. It responds as the vendor documents, and each response states its evidence."""

from smartflo_contract.mock_server.app import create_app
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.custom_route import CustomRoute
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.config.login import Login
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.rules import Fault
from smartflo_contract.mock_server.server.threaded import FakeSmartflo

__all__ = [
    "Config",
    "ConfigError",
    "CustomRoute",
    "FakeSmartflo",
    "Fault",
    "FixtureList",
    "Login",
    "Webhook",
    "create_app",
]
