"""Inner runs of pytest on small projects, in process, with our plugin only."""

from collections.abc import Iterator

import anyio._backends._asyncio
import httpcore
import pytest

from smartflo_contract.coverage import pairs, reports
from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer, _coverage, _missing_leads, _recording

IMPORTED_EARLY = (anyio, httpcore, Smartflo, SmartfloServer, _coverage, _missing_leads, _recording, pairs, reports)
"""What inner runs import. pytester forgets modules that an inner run imports first, and a later run would import them
again: httpx would then raise the errors of another httpcore."""
EMAIL = "crm@example.com"
"""Login id at the fake that stands in for the real API."""
PLUGIN = "smartflo_contract.pytest_plugin.plugin"


@pytest.fixture(autouse=True)
def _load_our_plugin_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no other plugins: they take a second of each inner run."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", PLUGIN)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")


@pytest.fixture(name="api")
def _api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmartflo]:
    """Yield the fake that stands in for the real API; the variables are set for it."""
    with FakeSmartflo() as fake:
        monkeypatch.setenv("SMARTFLO_BASE_URL", f"{fake.url}/")
        monkeypatch.setenv("SMARTFLO_EMAIL", EMAIL)
        monkeypatch.setenv("SMARTFLO_PASSWORD", "any-password")
        monkeypatch.delenv("SMARTFLO_TOKEN", raising=False)
        yield fake


def requests_received(api: FakeSmartflo) -> list[str]:
    """Return method and path of each request that the account has received."""
    requests = api.app.test_client().get(f"/__admin/requests?login={EMAIL}").get_json()["requests"]
    return [f"{request['method']} {request['path']}" for request in requests]
