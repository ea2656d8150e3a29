"""Web pages of listed origins: what their browser sends over a socket, and what it lets them read."""

from collections.abc import Iterator

import pytest
import requests

from smartflo_contract.mock_server import Config, CustomRoute, FakeSmartflo, Fault, create_app

from ..conftest import Send  # noqa: TID252 - test folders are no packages
from ..serve_process import ServeProcess  # noqa: TID252

PAGE = "https://app.example.com"
LEADS = "/v1/broadcast/leads/8668"
ADMIN = "/__admin/version"
LOGIN = "/v1/auth/login"
MILLION = "/v1/broadcast/leads/911000000"
FAKE_HEADERS = {f"X-Smartflo-Fake-{name}" for name in ("Evidence", "Reason", "Fault", "Request")}
PREFLIGHT = {"Access_Control_Request_Method": "PUT", "Access_Control_Request_Headers": "authorization,content-type"}


@pytest.fixture(name="url", scope="module")
def _url() -> Iterator[str]:
    """Yield the URL of a fake that lists the page."""
    routes = [CustomRoute("GET", "/v1/own", headers={"X-Own": "1"})]
    with FakeSmartflo(Config(cors=["http://localhost:3000", PAGE], routes=routes)) as fake:
        yield fake.url


def exposed_headers(response: requests.Response) -> set[str]:
    """Return the names in the header ``Access-Control-Expose-Headers``."""
    return set(response.headers["Access-Control-Expose-Headers"].split(", "))


@pytest.mark.parametrize("path", [LEADS, "/v1/broadcast/lead/any", LOGIN, ADMIN, "/__admin/quirks", "/v1/own", "/v1/x"])
def test_answers_preflight_of_listed_page(path: str, url: str, send: Send) -> None:
    """The browser may send any method and header, without a token, to the API and to the admin API."""
    response = send(path, "OPTIONS", base_url=url, token=None, Origin=PAGE, Sec_Fetch_Site="cross-site", **PREFLIGHT)

    assert (204, PAGE) == (response.status_code, response.headers["Access-Control-Allow-Origin"])
    assert {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} < set(
        response.headers["Access-Control-Allow-Methods"].split(", ")
    )
    assert "authorization,content-type" == response.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Private-Network" not in response.headers


def test_public_page_may_reach_private_network(url: str, send: Send) -> None:
    """Browsers request this in addition before a public page reaches loopback."""
    asked = {"Access_Control_Request_Private_Network": "true"} | PREFLIGHT
    response = send(LEADS, "OPTIONS", base_url=url, token=None, Origin=PAGE, **asked)

    assert "true" == response.headers["Access-Control-Allow-Private-Network"]


def test_preflight_is_not_in_the_journal(url: str, send: Send) -> None:
    """Assertions count what the page sends, not what its browser adds."""
    send(LEADS, "OPTIONS", base_url=url, token="preflight", Origin=PAGE, **PREFLIGHT)
    send(LEADS, base_url=url, token="preflight", Origin=PAGE)
    journal = send("/__admin/requests", base_url=url, token="preflight").json()

    assert ["GET"] == [request["method"] for request in journal["requests"]]


@pytest.mark.parametrize(
    ("route", "status"),
    [
        (f"GET {LEADS}", 200),
        (f"HEAD {LEADS}", 200),
        (f"OPTIONS {LEADS}", 204),
        ("GET /v1/broadcast/leads/900000503", 503),
        ("GET /v1/broadcast/leads/123456", 404),
        (f"POST {LEADS}", 400),
        ("PUT /v1/auth/login", 405),
        ("GET /v1/nothing", 404),
        ("GET /v1/own", 200),
        (f"GET {ADMIN}", 200),
        ("GET /__admin/nothing", 404),
        ("GET /", 200),
    ],
)
def test_listed_page_reads_every_response(route: str, status: int, url: str, send: Send) -> None:
    """Lists, streams, errors and the admin API can be read, with the headers of the fake."""
    method, path = route.split(" ")
    response = send(path, method, base_url=url, Origin=PAGE, Sec_Fetch_Site="cross-site")

    assert (status, PAGE) == (response.status_code, response.headers["Access-Control-Allow-Origin"])
    assert FAKE_HEADERS | {"ETag", "Retry-After"} <= exposed_headers(response)
    assert "Origin" in response.headers["Vary"]


def test_listed_page_reads_headers_of_custom_routes(url: str, send: Send) -> None:
    """A header that only one response has is exposed there."""
    assert "X-Own" in exposed_headers(send("/v1/own", base_url=url, Origin=PAGE))


def test_listed_page_reads_rejections(url: str, send: Send) -> None:
    """A page sees why it gets 401."""
    response = send(LEADS, base_url=url, token=None, Origin=PAGE)

    assert (401, PAGE) == (response.status_code, response.headers["Access-Control-Allow-Origin"])


@pytest.mark.parametrize("fault", ["503", "429", "html", "content_type", "cut_clean", "dangling_comma", "lockout"])
def test_listed_page_reads_faults(fault: str, send: Send) -> None:
    """A faulty response has the headers too; otherwise each fault would look like a network error."""
    with FakeSmartflo(Config(cors=[PAGE], faults=[Fault([fault])])) as fake:
        response = send(LEADS, base_url=fake.url, Origin=PAGE)

    assert (fault, PAGE) == (
        response.headers["X-Smartflo-Fake-Fault"],
        response.headers["Access-Control-Allow-Origin"],
    )


def test_listed_page_reads_streams(url: str) -> None:
    """A list that is streamed in chunks has the headers."""
    headers = {"Authorization": "any", "Origin": PAGE}
    with requests.get(url + MILLION, headers=headers, stream=True, timeout=30) as response:
        assert "chunked" == response.headers["Transfer-Encoding"]
        assert PAGE == response.headers["Access-Control-Allow-Origin"]


def test_listed_page_writes(url: str, send: Send) -> None:
    """A write, a login and a change of the fake are accepted from a listed page of another site."""
    sent = {"base_url": url, "Origin": PAGE, "Sec_Fetch_Site": "cross-site", "Content_Type": "application/json"}
    login = send(LOGIN, "POST", data='{"email": "page", "password": "any"}', **sent)
    lead = send("/v1/broadcast/lead/8669", "POST", data='{"field_0": "5550000042"}', token="page", **sent)
    quirk = send("/__admin/quirks", "PATCH", data='{"unknown_list": "empty"}', token="page", **sent)

    assert [200] * 3 == [login.status_code, lead.status_code, quirk.status_code]


@pytest.mark.parametrize("origin", ["https://other.example.com", "http://app.example.com", f"{PAGE}:8443", "null"])
@pytest.mark.parametrize("path", [LOGIN, "/v1/broadcast/list", "/__admin/reset"])
def test_other_pages_are_refused(path: str, origin: str, url: str, send: Send) -> None:
    """An origin that is not listed, also of another scheme or port, neither writes nor gets a preflight."""
    preflight = send(path, "OPTIONS", base_url=url, token=None, Origin=origin, **PREFLIGHT)
    response = send(path, "POST", base_url=url, data="{}", Origin=origin)

    assert 403 == response.status_code
    for headers in (preflight.headers, response.headers):
        assert [] == [name for name in headers if name.startswith("Access-Control")]
        assert "Origin" in headers["Vary"]


def test_listed_origin_does_not_permit_foreign_host(url: str, send: Send) -> None:
    """A public name that points to this machine reaches nothing, whatever the origin."""
    for path in (LEADS, ADMIN):
        assert 403 == send(path, base_url=url, Origin=PAGE, Host="app.example.com").status_code


def test_admin_token_is_still_required(send: Send) -> None:
    """A listed page must send the admin token."""
    with FakeSmartflo(Config(cors=[PAGE], admin_token="s3same")) as fake:
        refused = send(ADMIN, base_url=fake.url, Origin=PAGE)
        accepted = send(ADMIN, base_url=fake.url, Origin=PAGE, X_Smartflo_Admin_Token="s3same")

    assert (403, 200) == (refused.status_code, accepted.status_code)
    assert PAGE == refused.headers["Access-Control-Allow-Origin"]


def test_no_page_is_listed_by_default(fake: FakeSmartflo, send: Send) -> None:
    """Without the setting, a browser lets no page of another origin read the fake."""
    response = send(LEADS, base_url=fake.url, Origin="http://localhost:3000")

    assert 200 == response.status_code
    assert [] == [name for name in response.headers if name.startswith("Access-Control") or name == "Vary"]


@pytest.mark.slow
def test_serve_answers_listed_page(send: Send) -> None:
    """The command's server sends the same headers for lists, faults and errors."""
    server = ServeProcess(cors=[PAGE], faults=[{"steps": ["503"], "list_id": 8669}])
    try:
        paths = [LEADS, "/v1/broadcast/leads/8669", "/v1/nothing", ADMIN]
        responses = [send(path, base_url=server.url, Origin=PAGE) for path in paths]
        preflight = send(LEADS, "OPTIONS", base_url=server.url, token=None, Origin=PAGE, **PREFLIGHT)
    finally:
        server.close()

    assert [200, 503, 404, 200, 204] == [response.status_code for response in [*responses, preflight]]
    assert {PAGE} == {response.headers["Access-Control-Allow-Origin"] for response in [*responses, preflight]}


@pytest.mark.parametrize(
    ("setting", "origin"),
    [
        ("HTTP://LocalHost:3000", "http://localhost:3000"),
        ("http://app.test:80", "http://app.test"),
        ("https://app.test:443", "https://app.test"),
        ("http://[::1]:5173", "http://[::1]:5173"),
        ("capacitor://localhost", "capacitor://localhost"),
    ],
)
def test_compares_origins_as_browsers_write_them(setting: str, origin: str) -> None:
    """Upper case and default ports of the setting do not matter."""
    client = create_app(Config(cors=[setting])).test_client()

    assert origin == client.get(ADMIN, headers={"Origin": origin}).headers["Access-Control-Allow-Origin"]
