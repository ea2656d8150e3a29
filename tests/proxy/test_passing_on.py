"""Requests and responses that the proxy passes on, with the fake as upstream."""

import gzip
import io
import sys
from typing import Any

import pytest
import requests

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.proxy import Proxy, ProxyConfig

from .conftest import FINDINGS, LEADS, NO_FINDINGS, ClientOf, http

EMPTY = http(b"[]")


def test_passes_list_on_unchanged(smartflo: Any, client_of: ClientOf) -> None:
    """Body, content type and entity tag are those of the API; the header reports that nothing was found."""
    direct = requests.get(smartflo.url + LEADS, headers=smartflo.headers, timeout=30)

    response = client_of(smartflo.url).get(LEADS, headers=smartflo.headers)

    assert (200, direct.content, NO_FINDINGS) == (response.status_code, response.data, response.headers[FINDINGS])
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert direct.headers[name] == response.headers[name]


def test_passes_head_on_without_body(smartflo: Any, client_of: ClientOf) -> None:
    """The response has the length of the body that GET would have, and nothing was checked."""
    client = client_of(smartflo.url)
    length = client.get(LEADS, headers=smartflo.headers).headers["Content-Length"]

    response = client.head(LEADS, headers=smartflo.headers)

    assert (length, b"", "unchecked") == (response.headers["Content-Length"], response.data, response.headers[FINDINGS])


def test_passes_not_modified_on(smartflo: Any, client_of: ClientOf) -> None:
    """Conditional requests save the body, as without the proxy."""
    client = client_of(smartflo.url)
    tag = client.get(LEADS, headers=smartflo.headers).headers["ETag"]

    response = client.get(LEADS, headers=smartflo.headers | {"If-None-Match": tag})

    assert (304, b"", tag) == (response.status_code, response.data, response.headers["ETag"])


def test_logs_in_through_proxy(smartflo: Any, client_of: ClientOf) -> None:
    """A login is passed on, and its token is accepted; the journal keeps neither password nor token."""
    client = client_of(smartflo.url)

    login = client.post("/v1/auth/login", json={"email": "proxy@example.com", "password": "open sesame"})
    token = login.get_json()["access_token"]
    response = client.get(LEADS, headers={"Authorization": f"Bearer {token}"})
    journal = client.get("/__admin/requests").text

    assert (200, 200) == (login.status_code, response.status_code)
    assert not any(secret in journal for secret in (token, "open sesame", "proxy@example.com"))


def test_passes_error_on(smartflo: Any, client_of: ClientOf) -> None:
    """An error of the API is no violation of the contract of a list."""
    response = client_of(smartflo.url, fail=True).get(
        "/v1/broadcast/leads/404", headers=smartflo.headers, query_string="q=1"
    )

    assert (404, "unchecked") == (response.status_code, response.headers[FINDINGS])
    assert {"success": False, "message": "List not found."} == response.get_json()


def test_upstream_receives_no_header_of_other_programs(serve: Any, client_of: ClientOf) -> None:
    """Token and own headers of the client arrive; cookies, the admin token and headers of the connection do not."""
    server = serve(EMPTY)
    headers = {"Authorization": "secret", "X-Request-Id": "7", "Accept": "application/json", "User-Agent": "app/1"}
    dropped = {
        "Connection": "keep-alive, X-Hop",
        "Cookie": "session=1",
        "Origin": "http://localhost:3000",
        "Proxy-Authorization": "Basic eA==",
        "Range": "bytes=0-1",
        "Sec-Fetch-Site": "same-origin",
        "TE": "trailers",
        "X-Hop": "1",
        "X-Smartflo-Admin-Token": "admin",
    }

    client_of(server.url).get(LEADS, headers=headers | dropped, query_string="page=2&q=%C3%A4")

    first, *lines = server.heads[0].split("\r\n")
    assert f"GET {LEADS}?page=2&q=%C3%A4 HTTP/1.1" == first
    received = dict(line.split(": ", 1) for line in lines)
    assert headers | {"Accept-Encoding": "gzip", "Host": server.url.removeprefix("http://")} == received


def test_client_receives_no_header_of_connection(serve: Any, client_of: ClientOf) -> None:
    """Hop-by-hop headers, those that Connection names, and findings of the upstream are left out."""
    own = ("Connection: close, X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", f"{FINDINGS}: none", "Server: nginx")
    server = serve(http(b"[]", "X-Request-Id: 7", "Set-Cookie: a=1", "Set-Cookie: b=2", *own))

    response = client_of(server.url).get(LEADS)

    assert ["7"] == response.headers.getlist("X-Request-Id")
    assert ["a=1", "b=2"] == response.headers.getlist("Set-Cookie")
    assert [NO_FINDINGS] == response.headers.getlist(FINDINGS)
    assert not {"Connection", "X-Hop", "Keep-Alive", "Server"} & {*response.headers.keys()}


@pytest.mark.parametrize("max_buffer", [0, 1000])
@pytest.mark.parametrize("head", ["200 OK", "302 Found\r\nLocation: /v1/broadcast/lists", "404 Not Found"])
def test_adds_no_content_type(head: str, max_buffer: int, serve: Any, client_of: ClientOf) -> None:
    """A client that depends on the header fails in the same way as without the proxy."""
    server = serve(f"HTTP/1.1 {head}\r\nContent-Length: 2\r\n\r\n[]".encode())

    response = client_of(server.url, max_buffer=max_buffer).get(LEADS)

    assert (b"[]", None) == (response.data, response.headers.get("Content-Type"))


def test_decompresses_body(serve: Any, client_of: ClientOf) -> None:
    """The client receives a compressed body uncompressed, with its own length."""
    body = b"[ ]"
    server = serve(http(gzip.compress(body), "Content-Encoding: gzip"))

    response = client_of(server.url).get(LEADS)

    assert (body, str(len(body))) == (response.data, response.headers["Content-Length"])
    assert "Content-Encoding" not in response.headers


def test_waits_for_end_of_rate_limit(serve: Any, client_of: ClientOf) -> None:
    """A read is sent again after 429, as in check; a client that may not wait receives the 429 and its hint."""
    slept: list[float] = []
    limited = http(b'{"message": "Too many"}', "Retry-After: 3", status="429 Too Many Requests")

    response = client_of(serve(limited, EMPTY).url, slept.append).get(LEADS)
    refused = client_of(serve(limited).url, max_wait=2).get(LEADS)

    assert (200, b"[]") == (response.status_code, response.data)
    assert [True] == [2 < seconds <= 3 for seconds in slept]
    assert (429, "3", {"message": "Too many"}) == (
        refused.status_code,
        refused.headers["Retry-After"],
        refused.get_json(),
    )


@pytest.mark.parametrize(("missing", "status"), [(0, 429), (1, 502)])
def test_passes_body_of_rate_limit_on(missing: int, status: int, serve: Any, client_of: ClientOf) -> None:
    """A long body arrives complete, or not at all."""
    body = b'"' + b"x" * 200_000 + b'"'
    server = serve(http(body, status="429 Too Many Requests")[: -missing or None])

    response = client_of(server.url, max_wait=0).get(LEADS)

    assert (status, not missing) == (response.status_code, response.data == body)


def test_journal_keeps_no_secrets_of_upstream(serve: Any, client_of: ClientOf) -> None:
    """Cookies and tokens in headers of a response are masked, and its body is not kept."""
    client = client_of(serve(http(b'{"name": "Anna"}', "Set-Cookie: id=secret-1", "X-Auth-Token: secret-2")).url)

    response = client.get("/v1/users")
    journal = client.get("/__admin/requests").text

    assert (200, "id=secret-1") == (response.status_code, response.headers["Set-Cookie"])
    assert not any(secret in journal for secret in ("secret-1", "secret-2", "Anna"))


def test_shows_requests_in_own_pages(smartflo: Any, client_of: ClientOf) -> None:
    """Journal, index and health are those of the fake; nothing of the proxy's fake can be changed."""
    client = client_of(smartflo.url)
    client.get(LEADS, headers=smartflo.headers | {"X-Smartflo-Admin-Token": "x"}, query_string="password=1")
    client.post("/v1/broadcast/lead/8668", headers=smartflo.headers)

    read, write = client.get("/__admin/requests").get_json()["requests"]
    assert ("GET /v1/broadcast/leads/{id}", 200, None) == (
        read["route"],
        read["response"]["status"],
        read["response"]["reason"],
    )
    assert ({"password": "[masked]"}, "[masked]") == (read["query"], read["headers"]["Authorization"][-8:])
    assert (None, 403) == (write["route"], write["response"]["status"])
    assert "text/html" == client.get("/", headers={"Accept": "text/html"}).mimetype
    assert "text/javascript" == client.get("/__admin/console/main.js").mimetype
    assert 2 == len(client.get("/__admin/requests.har").get_json()["log"]["entries"])
    assert 200 == client.get("/__admin/ready").status_code
    refused = client.post("/__admin/reset")
    assert (409, True) == (refused.status_code, refused.get_json()["detail"].startswith("a proxy or a read-only fake "))


def test_streams_large_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over sockets, a list above the buffer arrives complete; its findings are in the journal and on standard error."""
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with FakeSmartflo() as fake, Proxy(ProxyConfig(fake.url, port=0, max_buffer=1000, verbose=True)) as proxy:
        headers = {"Authorization": "me"}
        direct = requests.get(fake.url + LEADS, headers=headers, timeout=30)
        response = requests.get(proxy.url + LEADS, headers=headers, timeout=30)
        (entry,) = requests.get(f"{proxy.url}/__admin/requests", timeout=30).json()["requests"]
        assert entry["response"]["bytes"] == len(direct.content)

    assert (direct.content, "streamed", "chunked") == (
        response.content,
        response.headers[FINDINGS],
        response.headers["Transfer-Encoding"],
    )
    assert stderr.getvalue().startswith(f"GET {LEADS} 200")
    with pytest.raises(RuntimeError, match="the proxy is not running"):
        assert proxy.url
