"""The token of the real API; a fake stands in for it."""

import gzip
import socket
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.live.client.credentials import Credentials, credentials_from_environment
from smartflo_contract.live.client.login import access_token
from smartflo_contract.live.client.urls import validate_base_url
from smartflo_contract.live.errors import LiveError
from smartflo_contract.mock_server import FakeSmartflo

LOGIN = Credentials(None, "crm@example.com", "any-password")
ENVIRON = {"SMARTFLO_EMAIL": "crm@example.com", "SMARTFLO_PASSWORD": "any-password"}


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, None),
        ({"SMARTFLO_EMAIL": "crm@example.com"}, None),
        ({"SMARTFLO_PASSWORD": "any-password"}, None),
        ({"SMARTFLO_TOKEN": " \n"}, None),
        ({"SMARTFLO_TOKEN": " of-production\n"}, Credentials("of-production")),
        (ENVIRON, Credentials(None, "crm@example.com", "any-password")),
        (ENVIRON | {"SMARTFLO_TOKEN": "of-production"}, Credentials("of-production")),
    ],
)
def test_credentials(environ: dict[str, str], found: Credentials | None) -> None:
    """A token is taken before a login; half a login is none."""
    assert found == credentials_from_environment(environ)


def test_credentials_are_shown_nowhere() -> None:
    """Their text tells the kind alone, as failing tests print it."""
    shown = repr([Credentials("of-production"), Credentials(None, "crm@example.com", "any-password")])
    assert "[<Credentials, a token>, <Credentials, a login>]" == shown


def test_token_by_login() -> None:
    """A login gives a token that the API takes."""
    with FakeSmartflo() as fake:
        found = access_token(fake.url, Credentials(None, "crm@example.com", "any-password"))
        client = fake.app.test_client()
        assert 200 == client.get("/v1/broadcast/leads/8668", headers={"Authorization": found}).status_code


def test_a_token_needs_no_login() -> None:
    """A token that is given is used as it is; nobody is asked."""
    assert "of-production" == access_token("http://127.0.0.1:9", Credentials("of-production"))


def test_refused_login() -> None:
    """What the API says is told, what was sent to it is not."""
    with FakeSmartflo() as fake, pytest.raises(LiveError) as caught:
        access_token(fake.url, Credentials(None, "crm@example.com", "wrong"))
    told = str(caught.value)
    assert told.endswith("was refused: status 401, message: The username or password is incorrect.")
    assert "crm@" not in told


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("lockout", "status 429, message: Too many login attempts., retry_after: 2"),
        ("html", "refused: status 200"),
        ("reset", "cannot log in at http://127.0.0.1:.*: ConnectionError"),
        (503, "refused: status 503"),
    ],
)
def test_logins_that_fail(fault: int | str, told: str) -> None:
    """Lock-outs, pages and broken connections are told in a line."""
    known = Credentials(None, "crm@example.com", "any-password")
    with FakeSmartflo() as fake:
        rules = {"steps": [fault], "route": "POST /v1/auth/login"}
        fake.app.test_client().post("/__admin/faults", json=rules)
        with pytest.raises(LiveError, match=told) as caught:
            access_token(fake.url, known)
    assert "\n" not in str(caught.value)


def page(status: str, body: bytes, *headers: str) -> bytes:
    """Return an answer as it is sent, of a length that nobody tells."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def test_the_login_as_it_is_sent(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, without a password that a ``.netrc`` has for every host; what comes may be packed."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login anybody password of-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(page("200 OK", gzip.compress(b'{"access_token":"one"}'), "Content-Encoding: gzip"))
    assert "one" == access_token(server.url, LOGIN)
    (head,) = server.heads
    assert head.startswith("POST /v1/auth/login HTTP/1.1\r\n")
    assert "authorization" not in head.lower()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (page("302 Found", b"{}", "Location: /v1/auth/other"), "status 302"),
        (page("302 Found", b"{}", "Location: https://["), "status 302"),
        (page("200 OK", b"x", "Content-Length: 1000"), "status 200"),
        (page("200 OK", b"x", "Content-Encoding: br"), "status 200"),
        (page("200 OK", b"[" * 16_000), "status 200"),
        (page("200 OK", b'{"access_token":"' + b"x" * 20_000 + b'"}'), "status 200"),
        (
            page("401 x", b'{"message":"two\\nlines of crm@example.com \\ud800"}'),
            "status 401, message: two lines of ***  ",
        ),
    ],
)
def test_answers_to_a_login_that_nobody_expects(answer: bytes, told: str, serve: Any) -> None:
    """They are read as far as they can be of use, and no redirect is followed."""
    server = serve(answer)
    with pytest.raises(LiveError) as caught:
        access_token(server.url, LOGIN)
    assert f"the login at {server.url} was refused: {told}" == str(caught.value)
    assert 1 == len(server.heads)


def test_a_login_that_is_answered_without_end(serve: Any) -> None:
    """Nobody reads on when it is too large to be one."""

    def send(connection: socket.socket) -> None:
        connection.sendall(page("200 OK", b"["))
        while True:
            connection.sendall(b"1," * 1_000)

    with pytest.raises(LiveError, match="status 200"):
        access_token(serve(send).url, LOGIN)


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
def test_base_urls(text: str, url: str) -> None:
    """HTTPS, or HTTP on this machine; a slash at the end is as good."""
    assert url == validate_base_url(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("api.example.com", "expected an https URL such as .* got `api.example.com`"),
        ("http://api.example.com", "expected an https URL"),
        ("http://127.evil.example", "expected an https URL"),
        ("http://localhost.evil.example", "expected an https URL"),
        ("http://app.localhost:8080", "expected an https URL"),  # some resolvers ask a DNS server
        ("http://localhost@evil.example", "expected an https URL"),
        ("https://user@api.example.com", "expected an https URL"),
        ("https://", "expected an https URL"),
        ("https://[", "expected an https URL"),
        ("https://api.example.com:x", "expected an https URL"),
        ("https://api.example.com/v1", "without /v1"),
        ("https://api.example.com?x=1", "without /v1 and a query"),
    ],
)
def test_base_urls_that_cannot_be(text: str, told: str) -> None:
    """Credentials never travel in clear, nor to a host that only looks like this machine."""
    with pytest.raises(LiveError, match=told):
        validate_base_url(text)
