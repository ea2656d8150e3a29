"""The login; a fake or a scripted server stands in for the real API."""

import gzip
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.live import Credentials, LiveError, check
from smartflo_contract.live.client.login import access_token
from smartflo_contract.live.client.proxies import proxy_warning
from smartflo_contract.mock_server import FakeSmartflo

LOGIN = Credentials(None, "crm@example.com", "any-password")


@pytest.fixture(name="fake", scope="module")
def _fake() -> Iterator[FakeSmartflo]:
    with FakeSmartflo() as fake:
        yield fake


def raw_response(status: str, body: bytes, *headers: str) -> bytes:
    """Return an HTTP response without ``Content-Length``."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def test_returns_token_that_opens_lists(fake: FakeSmartflo) -> None:
    """The API accepts the token."""
    token = access_token(fake.url, LOGIN)
    response = fake.app.test_client().get("/v1/broadcast/leads/8668", headers={"Authorization": token})
    assert 200 == response.status_code


def test_returns_existing_token_without_request() -> None:
    """Credentials with a token cause no login."""
    assert "of-production" == access_token("http://127.0.0.1:9", Credentials("of-production"))


def test_uses_credentials_of_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any, the error names the variables."""
    for name in ("SMARTFLO_TOKEN", "SMARTFLO_EMAIL", "SMARTFLO_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LiveError, match="there are no credentials: set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and"):
        access_token("http://127.0.0.1:9")
    monkeypatch.setenv("SMARTFLO_TOKEN", "of-production")
    assert "of-production" == access_token("http://127.0.0.1:9")


def test_reports_refusal_without_credentials(fake: FakeSmartflo) -> None:
    """The error contains the message of the API, but not the login."""
    with pytest.raises(LiveError) as caught:
        access_token(fake.url, Credentials(None, "crm@example.com", "wrong"))
    message = str(caught.value)
    assert message.endswith("was refused: status 401, message: The username or password is incorrect.")
    assert "crm@" not in message


@pytest.mark.parametrize(
    "spelled",
    [
        "CRM@Example.COM",
        "crm%40example.com",
        "crm%2540example%2Ecom",
        "crm&#64;example&#x2e;com",
        "crm&commat;example.com",
        r"crm\u0040example\u002Ecom",
        r"crm\@example.com",
        "Y3JtQGV4YW1wbGUuY29t",
    ],
)
def test_hides_other_spellings_of_login(serve: Any, spelled: str) -> None:
    """The API may repeat the login id in another case or encoding."""
    body = json.dumps({"message": f"no user <{spelled}>, locked"}).encode()
    server = serve(raw_response("401 Unauthorized", body, f"Content-Length: {len(body)}"))
    with pytest.raises(LiveError) as caught:
        access_token(server.url, LOGIN)
    assert str(caught.value).endswith("message: no user <***>, locked")


def test_text_of_server_stays_without_password(serve: Any) -> None:
    """An empty secret hides nothing."""
    body = b'{"message": "no"}'
    server = serve(raw_response("401 Unauthorized", body, f"Content-Length: {len(body)}"))
    with pytest.raises(LiveError, match=r"status 401, message: no$"):
        access_token(server.url, Credentials(None, "crm@example.com", ""))


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_loopback_bypasses_proxy(fake: FakeSmartflo, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Neither login nor token of a server on this machine is sent to a proxy; nothing listens at this one."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    url = fake.url + "/v1/broadcast/leads/8668"
    assert check(url, token=LOGIN).findings == check(url, token=Credentials(access_token(fake.url, LOGIN))).findings


@pytest.mark.parametrize(
    ("proxy", "exceptions", "is_shown"),
    [("", "", False), ("http://127.0.0.1:9", "", True), ("http://127.0.0.1:9", "localhost,127.0.0.1", False)],
)
def test_warns_about_proxy_between_client_and_fake(
    monkeypatch: pytest.MonkeyPatch, proxy: str, exceptions: str, *, is_shown: bool
) -> None:
    """The warning names the variable that is missing."""
    for name in ("all_proxy", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", exceptions)
    warning = proxy_warning("http://127.0.0.1:8080")
    assert is_shown == (warning is not None)
    assert warning is None or warning.endswith("set NO_PROXY=127.0.0.1")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("lockout", "status 429, message: Too many login attempts., retry_after: 2"),
        ("html", "refused: status 200"),
        ("reset", "cannot log in at http://127.0.0.1:.*: ConnectionError"),
        (503, "refused: status 503"),
    ],
)
def test_reports_failure_in_one_line(fault: int | str, message: str, fake: FakeSmartflo) -> None:
    """Lockouts, HTML pages and closed connections are one line."""
    rules = {"steps": [fault], "route": "POST /v1/auth/login"}
    fake.app.test_client().post("/__admin/faults", json=rules)
    with pytest.raises(LiveError, match=message) as caught:
        access_token(fake.url, LOGIN)
    assert "\n" not in str(caught.value)


def test_sends_one_request_without_netrc(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default password in ``.netrc`` is not sent, and a gzip response is decompressed."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login anybody password of-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(raw_response("200 OK", gzip.compress(b'{"access_token":"one"}'), "Content-Encoding: gzip"))
    assert "one" == access_token(server.url, LOGIN)
    (head,) = server.heads
    assert head.startswith("POST /v1/auth/login HTTP/1.1\r\n")
    assert "authorization" not in head.lower()


@pytest.mark.parametrize(
    ("response", "details"),
    [
        (raw_response("302 Found", b"{}", "Location: /v1/auth/other"), "status 302"),
        (raw_response("302 Found", b"{}", "Location: https://["), "status 302"),
        (raw_response("200 OK", b"x", "Content-Length: 1000"), "status 200"),
        (raw_response("200 OK", b"x", "Content-Encoding: br"), "status 200"),
        (raw_response("200 OK", b"[" * 16_000), "status 200"),
        (raw_response("200 OK", b'{"access_token":"' + b"x" * 20_000 + b'"}'), "status 200"),
        (
            raw_response("401 x", b'{"message":"two\\nlines of crm@example.com \\ud800"}'),
            r"status 401, message: two\nlines of *** \ud800",
        ),
    ],
    ids=["redirect", "invalid redirect", "truncated", "unknown encoding", "deep", "long token", "two lines"],
)
def test_reports_unexpected_responses(response: bytes, details: str, serve: Any) -> None:
    """They are a refusal with the status, and no redirect is followed."""
    server = serve(response)
    with pytest.raises(LiveError) as caught:
        access_token(server.url, LOGIN)
    assert f"the login at {server.url} was refused: {details}" == str(caught.value)
    assert 1 == len(server.heads)


def test_stops_reading_endless_responses(serve: Any) -> None:
    """A body that is too large for a token is not read to its end."""

    def send(connection: socket.socket) -> None:
        connection.sendall(raw_response("200 OK", b"["))
        while True:
            connection.sendall(b"1," * 1_000)

    with pytest.raises(LiveError, match="status 200"):
        access_token(serve(send).url, LOGIN)
