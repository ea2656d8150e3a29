"""Upstreams that hang, lie, redirect elsewhere, or cannot be reached."""

import re
import shutil
import socket
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from smartflo_contract.proxy import ProxyConfig, ProxyError
from smartflo_contract.schemas.errors import ContractError

from ..scripted_server import tls_server  # noqa: TID252 - test folders are no packages
from .conftest import FINDINGS, LEADS, ClientOf, http

ELSEWHERE = "the client would send its token there"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BROTLI = http(b"\x0b\x02\x80", "Content-Encoding: br")


def hang(after: bytes) -> Any:
    """Return a response of a server that sends some bytes and then nothing, until the proxy gives up."""

    def send(connection: socket.socket) -> None:
        connection.sendall(after)
        connection.recv(1)

    return send


@pytest.mark.parametrize(
    ("response", "status", "reason"),
    [
        (hang(b""), 504, "cannot reach {origin}: no response in time"),
        (hang(HEAD), 504, "cannot reach {origin}: no response in time"),
        (
            hang(HEAD + b"Content-Length: 9\r\n\r\n["),
            504,
            "the upstream: the body was cut off after 1 of 9 bytes: no more bytes arrived",
        ),
        (
            HEAD + b"Content-Length: 9\r\n\r\n[]",
            502,
            "the upstream: the body was cut off after 2 of 9 bytes: the connection was closed",
        ),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n",
            502,
            "the upstream: the body was cut off after 2 bytes: the connection was closed",
        ),
        (b"", 502, "cannot reach {origin}: the connection was closed before a response"),
        (b"SSH-2.0-OpenSSH\r\n", 502, "{origin} sends a response that is not valid HTTP"),
        (http(b"[]", "Content-Length: 3"), 502, "{origin} sends a response that is not valid HTTP"),
        (HEAD + b"X: 1\r\n" * 101, 502, "{origin} sends a response that is not valid HTTP"),
        (BROTLI, 502, "{origin}: the response has Content-Encoding `br`; only gzip was accepted"),
        (
            http(b"[]", "Content-Encoding: gzip"),
            502,
            "the upstream: the body was cut off: it is not valid gzip, although its Content-Encoding is gzip",
        ),
        (
            http(b"", "Location: https://phish.example.com/v1?token=1", status="302 Found"),
            502,
            "{origin} redirects to https://phish.example.com, which is not passed on: " + ELSEWHERE,
        ),
        (
            http(b"", "Location: http://[", status="307 Temporary Redirect"),
            502,
            "{origin} redirects to a URL that is not valid, which is not passed on: " + ELSEWHERE,
        ),
    ],
    ids=[
        "no-head",
        "half-a-head",
        "stalled",
        "cut",
        "cut-chunks",
        "closed",
        "no-http",
        "two-lengths",
        "too-many-headers",
        "brotli",
        "no-gzip",
        "elsewhere",
        "no-url",
    ],
)
def test_reports_fault_of_upstream(response: Any, status: int, reason: str, serve: Any, client_of: ClientOf) -> None:
    """The client receives a problem document within the time limit, and the journal has the reason."""
    server = serve(response)
    client = client_of(server.url, timeout=(0.2, 0.2))

    answer = client.get(LEADS, headers={"Authorization": "secret"})
    (entry,) = client.get("/__admin/requests").get_json()["requests"]

    expected = reason.format(origin=server.url)
    assert (status, expected, "unchecked") == (
        answer.status_code,
        answer.get_json()["detail"],
        answer.headers[FINDINGS],
    )
    assert (status, expected) == (entry["response"]["status"], entry["response"]["reason"])
    assert 1 == len(server.heads)


def test_gives_up_on_endless_trickle(serve: Any, client_of: ClientOf) -> None:
    """An upstream that always sends one more byte meets --max-time, in its head and in its body."""
    stopping = Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n[")
        while not stopping.wait(0.01):
            connection.sendall(b" ")

    answer = client_of(serve(trickle).url, max_time=0.2).get(LEADS)
    stopping.set()

    assert 504 == answer.status_code
    assert re.search(r"the response did not end within 0\.2 seconds.*--max-time", answer.get_json()["detail"])


def test_large_body_that_is_cut_stays_incomplete(serve: Any, client_of: ClientOf) -> None:
    """A body that is streamed already ends with the connection, so that no client takes it for complete."""
    client = client_of(serve(HEAD + b"Content-Length: 9\r\n\r\n[]").url, max_buffer=0)

    with pytest.raises(ConnectionAbortedError, match="cut off after 2 of 9 bytes"):
        client.get(LEADS, buffered=True)

    (entry,) = client.get("/__admin/requests").get_json()["requests"]
    assert (
        "the upstream: the body was cut off after 2 of 9 bytes: the connection was closed"
        == entry["response"]["reason"]
    )


def test_client_that_leaves_ends_check(serve: Any, client_of: ClientOf) -> None:
    """The connection to the upstream is closed, and the journal says why nothing was found."""
    client = client_of(serve(HEAD + b"Content-Length: 200000\r\n\r\n[" + b" " * 199_998 + b"]").url, max_buffer=0)

    response = client.get(LEADS)
    next(iter(response.response))
    response.close()

    (entry,) = client.get("/__admin/requests").get_json()["requests"]
    assert "the connection to the client was closed before the end of the body" == entry["response"]["reason"]


def test_redirect_leads_through_proxy(serve: Any, client_of: ClientOf) -> None:
    """A redirect within the API is passed on without its host, and is not followed."""
    server = serve(http(b"", "Location: /api/v1/broadcast/lists?page=2", status="301 Moved Permanently"))

    response = client_of(f"{server.url}/api").get(LEADS)

    assert (301, "/v1/broadcast/lists?page=2") == (response.status_code, response.headers["Location"])
    assert 1 == len(server.heads)


def test_lying_content_length_is_a_finding(serve: Any, client_of: ClientOf) -> None:
    """A body that ends before its JSON does, by a wrong length, is a violation."""
    server = serve(HEAD + b'Content-Length: 5\r\n\r\n[{"id": "1"}]')

    response = client_of(server.url, fail=True).get(LEADS)

    assert (502, ["truncated-body"]) == (
        response.status_code,
        [finding["rule"] for finding in response.get_json()["findings"]],
    )


def test_closed_port_and_large_request(client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent of a request that is too large; an upstream that is down is named."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    client = client_of(url)
    monkeypatch.setattr("smartflo_contract.proxy.app.MAX_REQUEST_BYTES", 10)

    down, large = client.get(LEADS), client.post("/v1/auth/login", data=b"x" * 11)

    assert (502, f"cannot reach {url}: connection refused") == (down.status_code, down.get_json()["detail"])
    assert (413, "the body is larger than 10 bytes") == (large.status_code, large.get_json()["detail"])


def test_rejects_web_page_of_another_site(smartflo: Any, client_of: ClientOf) -> None:
    """A page whose name leads to this machine cannot use the proxy."""
    response = client_of(smartflo.url).get(LEADS, headers=smartflo.headers | {"Host": "evil.example.com"})

    assert (403, True) == (response.status_code, "another site" in response.get_json()["detail"])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl creates the certificate")
def test_verifies_certificate(serve: Any, client_of: ClientOf, tmp_path: Path) -> None:
    """Nothing is sent to an upstream whose certificate is not valid, or that has none."""
    with tls_server(tmp_path) as (url, errors):
        self_signed = client_of(url).get(LEADS, headers={"Authorization": "secret"})
    plain = serve(http(b"[]")).url.replace("http:", "https:")
    without = client_of(plain).get(LEADS)

    assert (502, 502, ["SSLError"]) == (self_signed.status_code, without.status_code, errors)
    reason = f"no secure connection to {url}: its certificate is not valid: self-signed certificate"
    assert reason == self_signed.get_json()["detail"]
    assert f"no secure connection to {plain}: TLS fails" == without.get_json()["detail"]


def test_reports_missing_certificate_file(client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that names no file is an error before anything is sent."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))

    response = client_of("https://127.0.0.1:9").get(LEADS)

    message = "cannot send a request to https://127.0.0.1:9: OSError; check the settings of proxies and certificates"
    assert (502, message) == (response.status_code, response.get_json()["detail"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"upstream": "http://example.com"}, "upstream: expected an https URL"),
        ({"upstream": "https://example.com/v1"}, "upstream: expected the root URL"),
        ({"upstream": "http://localhost:8080"}, "is the proxy itself; choose another --port"),
        ({"allow_writes": ["POST"]}, "allow-writes: expected method and path"),
        ({"profile": "strict"}, "profile"),
        ({"port": 70_000}, "port"),
        ({"record": __file__}, "cannot write .*: File exists"),
    ],
)
def test_rejects_setting_before_start(settings: dict[str, Any], message: str) -> None:
    """Each error is one line that names the setting."""
    with pytest.raises((ProxyError, ContractError, ValueError), match=message) as caught:
        ProxyConfig(**{"upstream": "https://example.com", **settings})

    assert 1 == len(str(caught.value).splitlines())
