"""The real API as several processes share it."""

import pytest

from smartflo_contract.live import LiveError, NotSentError
from smartflo_contract.live.client.read_only_api import ReadOnlyApi
from smartflo_contract.pytest_plugin import Smartflo

VENDOR = "api-smartflo.tatateleservices.com"


@pytest.mark.parametrize(
    ("base_url", "host", "port", "expected"),
    [
        ("https://api.example.com", "api.example.com", 8443, True),
        ("https://api.example.com", VENDOR, 443, True),
        ("https://api.example.com", "example.com", 443, False),
        ("http://127.0.0.1:8080", "localhost", 8080, True),
        ("http://127.0.0.1:8080", "127.0.0.1", 9090, False),
        ("http://127.0.0.1", "127.0.0.1", 80, True),
        ("http://127.0.0.1:8080", VENDOR, 443, True),
    ],
)
def test_knows_live_hosts(base_url: str, host: str, port: int, *, expected: bool) -> None:
    """The API and the vendor's hosts are live at any port; a loopback API at its own port only."""
    assert expected is ReadOnlyApi(base_url).is_live_host(host, port)


def test_base_url_defaults_to_variable_and_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument overrides SMARTFLO_BASE_URL, which overrides the vendor's URL."""
    monkeypatch.setenv("SMARTFLO_BASE_URL", "https://api.example.com/")
    assert ("https://api.example.com", "https://example.org") == (
        ReadOnlyApi().url,
        ReadOnlyApi("https://example.org").url,
    )
    monkeypatch.delenv("SMARTFLO_BASE_URL")
    assert f"https://{VENDOR}" == ReadOnlyApi().url
    with pytest.raises(LiveError, match="expected an https URL"):
        ReadOnlyApi("http://api.example.com")


def test_rejects_writes() -> None:
    """Only GET requests and the login are sent, also below a path of the base URL."""
    api = ReadOnlyApi("https://api.example.com/smartflo")
    api.require_read_only("GET", "/smartflo/v1/broadcast/leads/1")
    api.require_read_only("POST", "/smartflo/v1/auth/login")
    with pytest.raises(NotSentError):
        api.require_read_only("POST", "/smartflo/v1/broadcast/lead/1")


def test_reserves_time_slots() -> None:
    """Without an interval there is no wait; with one, the second request waits."""
    unlimited, limited = ReadOnlyApi(interval=0), ReadOnlyApi(interval=1_000)

    assert (0, 0) == (unlimited.reserve(), unlimited.reserve())
    limited.reserve()
    assert limited.reserve() > 0


def test_logs_in_at_most_once(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """One login serves all; a rejected one is not repeated; the result of another process replaces it."""
    monkeypatch.delenv("SMARTFLO_TOKEN", raising=False)
    monkeypatch.setenv("SMARTFLO_EMAIL", smartflo.email)
    monkeypatch.setenv("SMARTFLO_PASSWORD", "wrong")
    rejected, other = ReadOnlyApi(smartflo.url), ReadOnlyApi(smartflo.url)
    other.set_login_result(("token of another process", None))

    token, reason = rejected.login_result()
    assert token is None
    assert "status 401" in str(reason)
    assert (token, reason) == rejected.login_result()
    assert ("token of another process", None) == other.login_result()
    smartflo.assert_called("POST", "/v1/auth/login", times=1)
