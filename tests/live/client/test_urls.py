"""Which URLs are requested, and which redirects are followed."""

import pytest

from smartflo_contract.live import LiveError
from smartflo_contract.live.client.urls import redirect_target, validate_base_url, validate_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.example.com/", "https://api.example.com"),
        (" https://api.example.com:8443/gateway ", "https://api.example.com:8443/gateway"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_accepts_https_and_loopback_base_urls(text: str, url: str) -> None:
    """A base URL is HTTPS, or HTTP on a loopback address; blanks and trailing slashes are removed."""
    assert url == validate_base_url(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("api.example.com", "expected an https URL such as .* got `api.example.com`"),
        ("http://api.example.com", "expected an https URL"),
        ("http://127.evil.example", "expected an https URL"),
        ("http://localhost.evil.example", "expected an https URL"),
        ("http://app.localhost:8080", "expected an https URL"),
        ("http://localhost@evil.example", "expected an https URL"),
        ("https://user@api.example.com", "expected an https URL"),
        ("https://", "expected an https URL"),
        ("https://[", "expected an https URL"),
        ("https://api.example.com:x", "expected an https URL"),
        ("https://api.example.com/v1", "without /v1"),
        ("https://api.example.com/v1/broadcast/leads/8668", "without /v1"),
        ("https://api.example.com?x=1", "without /v1 and a query"),
    ],
)
def test_rejects_base_urls(text: str, message: str) -> None:
    """Credentials are never sent in clear text, nor to a host that only looks like a loopback address."""
    with pytest.raises(LiveError, match=message):
        validate_base_url(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://someone:hunter2@api.example.com/v1", "`https://[masked]@api.example.com/v1`"),
        ("someone:hunter2/?#@api.example.com", "`[masked]@api.example.com`"),
        ("https://api.example.com/?api_key=hunter2", "`https://api.example.com/?[masked]`"),
    ],
)
def test_prints_no_secret_of_base_url(text: str, shown: str) -> None:
    """Credentials and a query may be secrets, and errors are in logs of CI."""
    with pytest.raises(LiveError) as caught:
        validate_base_url(text)
    assert (True, False) == (str(caught.value).endswith(f", got {shown}"), "hunter2" in str(caught.value))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("8668", "expected a URL such as"),
        ("https://", "expected a URL such as"),
        ("https://[", "expected a URL such as"),
        ("https://api.example.com:x/", "expected a URL such as"),
        ("http://api.example.com/v1/broadcast/leads/1", "expected an https URL .* got `http://api.example.com`"),
        ("ftp://api.example.com/", "expected an https URL"),
        ("https://someone:secret@api.example.com/", "the URL contains credentials"),
    ],
)
def test_rejects_urls(url: str, message: str) -> None:
    """Personal data and tokens are never sent in clear text, and a password in a URL is not printed."""
    with pytest.raises(LiveError, match=message) as caught:
        validate_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "location", "with_token", "target"),
    [
        ("https://a.example/x", "/y", True, "https://a.example/y"),
        ("https://a.example/x", "https://A.example:443/y", True, "https://A.example:443/y"),
        ("https://a.example/x", "https://b.example/y", False, "https://b.example/y"),
        ("http://127.0.0.1:1/x", "https://b.example/y", False, "https://b.example/y"),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:2/y", False, "http://127.0.0.1:2/y"),
    ],
)
def test_follows_redirects_to_https_or_same_loopback_host(
    url: str, location: str, target: str, *, with_token: bool
) -> None:
    """A token is sent to its own origin only."""
    assert target.lower() == redirect_target(url, location, with_token=with_token).lower()


@pytest.mark.parametrize(
    ("url", "location", "with_token", "message"),
    [
        (
            "https://a.example/x",
            "http://a.example/x",
            True,
            "a.example redirects to a URL that is not followed: expected an https URL",
        ),
        ("https://a.example/x", "http://a.example/x", False, "expected an https URL"),
        ("https://a.example/x", "https://b.example/x", True, "the token is sent to https://a.example only"),
        ("https://a.example/x", "//b.example/x", True, "the token is sent to https://a.example only"),
        ("https://a.example/x", "https://a.example:8443/x", True, "the token is sent to https://a.example only"),
        ("https://a.example/x", "http://127.0.0.1/x", False, "not followed: expected https"),
        ("https://127.0.0.1/x", "http://127.0.0.1/x", False, "not followed: expected https"),
        ("http://127.0.0.1/x", "http://127.0.0.2/x", False, "not followed: expected https"),
        ("https://a.example/x", "https://me:secret@a.example/x", False, "contains credentials"),
        ("https://a.example/x", "file:///etc/passwd", False, "expected an https URL"),
        ("https://a.example/x", "https://[", False, "a URL that is not followed"),
    ],
)
def test_refuses_redirects(url: str, location: str, message: str, *, with_token: bool) -> None:
    """No redirect leads to clear text, or to another origin with a token."""
    with pytest.raises(LiveError, match=message) as caught:
        redirect_target(url, location, with_token=with_token)
    assert "secret" not in str(caught.value)
