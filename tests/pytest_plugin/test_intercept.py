"""Interception: clients whose base URL is hard-coded reach the test's account, by every library."""

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3

from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer

VENDOR = "https://api-smartflo.tatateleservices.com"
LEADS = f"{VENDOR}/v1/broadcast/leads/8668"
TOKEN = {"Authorization": "Bearer of-production"}

Answer = tuple[int, bytes]
Via = Callable[..., Answer]


def via_requests(url: str, headers: Mapping[str, str], patience: float = 30) -> Answer:
    """Ask by requests."""
    response = requests.get(url, headers=headers, timeout=patience)
    return response.status_code, response.content


def via_urllib3(url: str, headers: Mapping[str, str], patience: float = 30) -> Answer:
    """Ask by urllib3."""
    response = urllib3.PoolManager(retries=False).request("GET", url, headers=headers, timeout=patience)
    return response.status, response.data


def via_urllib(url: str, headers: Mapping[str, str], patience: float = 30) -> Answer:
    """Ask by urllib, which stands on http.client."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=patience) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def via_http_client(url: str, headers: Mapping[str, str], patience: float = 30) -> Answer:
    """Ask by http.client."""
    parts = urlsplit(url)
    connections = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}
    connection = connections[parts.scheme](parts.netloc, timeout=patience)
    try:
        connection.request("GET", parts.path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def via_httpx(url: str, headers: Mapping[str, str], patience: float = 30) -> Answer:
    """Ask by httpx."""
    response = httpx.get(url, headers=headers, timeout=patience)
    return response.status_code, response.content


def via_async_httpx(url: str, headers: Mapping[str, str], patience: float = 30) -> Answer:
    """Ask by httpx, asynchronously."""

    async def ask() -> Answer:
        async with httpx.AsyncClient(timeout=patience) as client:
            response = await client.get(url, headers=headers)
            return response.status_code, response.content

    return asyncio.run(ask())


def via_aiohttp(url: str, headers: Mapping[str, str], patience: float = 30) -> Answer:
    """Ask by aiohttp."""

    async def ask() -> Answer:
        timeout = aiohttp.ClientTimeout(total=patience)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.get(url, headers=headers) as response,
        ):
            return response.status, await response.read()

    return asyncio.run(ask())


FAULTS: dict[Via, tuple[type[Exception], type[Exception], type[Exception]]] = {
    via_requests: (requests.exceptions.ChunkedEncodingError, requests.ConnectionError, requests.ReadTimeout),
    via_urllib3: (urllib3.exceptions.ProtocolError, urllib3.exceptions.ProtocolError, urllib3.exceptions.TimeoutError),
    via_urllib: (http.client.IncompleteRead, http.client.RemoteDisconnected, TimeoutError),
    via_http_client: (http.client.IncompleteRead, http.client.RemoteDisconnected, TimeoutError),
    via_httpx: (httpx.RemoteProtocolError, httpx.RemoteProtocolError, httpx.ReadTimeout),
    via_async_httpx: (httpx.RemoteProtocolError, httpx.RemoteProtocolError, httpx.ReadTimeout),
    via_aiohttp: (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, TimeoutError),
}
"""What each library raises for a body that is cut, a connection that is reset, and an answer that is late."""


@pytest.fixture(name="via", params=FAULTS, ids=lambda via: via.__name__.removeprefix("via_"))
def _via(request: pytest.FixtureRequest) -> Via:
    via: Via = request.param
    return via


def test_any_token_reaches_the_account(smartflo: Smartflo, smartflo_intercept: Smartflo, via: Via) -> None:
    """Each library reaches the account of the test, with any token, under each name; both fixtures are one account."""
    made = smartflo.add_list(id=4711, leads=[{"field_1": "Asha"}])
    assert smartflo is smartflo_intercept
    for url in (VENDOR, "https://API-Cloudphone.tatateleservices.com:8443", VENDOR.replace("https", "http")):
        status, body = via(f"{url}/v1/broadcast/leads/4711", TOKEN)
        assert (200, made.leads) == (status, json.loads(body))
    smartflo.assert_called("GET", "/v1/broadcast/leads/4711", times=3)


def test_a_missing_token_is_refused(smartflo_intercept: Smartflo, via: Via) -> None:
    """A client that sends no token is told so, and the request is in the journal of the account."""
    status, body = via(LEADS, {})
    assert (401, False) == (status, json.loads(body)["success"])
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


def test_faults_are_the_library_s_own_errors(smartflo_intercept: Smartflo, via: Via) -> None:
    """A cut body, a reset connection and a late answer are what the library makes of them."""
    cut, reset, late = FAULTS[via]
    smartflo_intercept.fail("cut")
    with pytest.raises(cut):
        via(LEADS, TOKEN)
    smartflo_intercept.fail("reset", "reset")  # aiohttp asks again
    with pytest.raises(reset):
        via(LEADS, TOKEN)
    smartflo_intercept.reset()
    smartflo_intercept.fail("delay", seconds=2)
    with pytest.raises(late):
        via(LEADS, TOKEN, patience=0.2)


def test_logins_are_the_account_s(smartflo_intercept: Smartflo) -> None:
    """A client that logs in as anybody has the account, until its token expires by the clock of the account."""
    credentials = {"email": "crm@example.com", "password": "any"}
    with requests.Session() as session:
        token = session.post(f"{VENDOR}/v1/auth/login", json=credentials, timeout=30).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        added = {"field_0": "5550000042", "field_1": "Asha"}
        assert session.post(f"{VENDOR}/v1/broadcast/lead/8669", json=added, timeout=30).ok
        smartflo_intercept.assert_called("POST", "/v1/broadcast/lead/8669", json={"field_1": "Asha"})
        assert "Asha" in smartflo_intercept.client.get("/v1/broadcast/leads/8669").text
        smartflo_intercept.clock.advance(hours=1, seconds=1)
        assert 401 == session.get(LEADS, timeout=30).status_code


def test_what_a_client_sees_is_the_vendor_s_url(smartflo_intercept: Smartflo) -> None:
    """Requests and responses keep the URL that the client asked for, so redirects and logs are as in production."""
    assert LEADS == requests.get(LEADS, headers=smartflo_intercept.headers, timeout=30).url
    assert LEADS == str(httpx.get(LEADS, headers=TOKEN).url)


def test_other_hosts_are_left_alone(smartflo: Smartflo, smartflo_intercept: Smartflo, via: Via) -> None:
    """A request to another host goes where it went before."""
    assert 200 == via(f"{smartflo.url}/v1/broadcast/leads/8668", smartflo_intercept.headers)[0]
    assert 401 == via(f"{smartflo.url}/v1/broadcast/leads/8668", {})[0]


def test_a_session_outlives_tests(smartflo_server: SmartfloServer) -> None:
    """A session that has connections open reaches the account of each test, or its own host, in turn."""
    host = urlsplit(smartflo_server.url).netloc
    url = f"http://{host}/v1/broadcast/leads/8668"
    with requests.Session() as session:
        session.headers.update(TOKEN)
        session.get(url, timeout=30)
        for _ in range(2):
            with smartflo_server.account() as account, account.intercept([host.partition(":")[0]]):
                session.get(url, timeout=30)
                account.assert_called("GET", "/v1/broadcast/leads/8668", times=1)
        session.get(url, timeout=30)
        assert session.get(url, timeout=30).ok


def test_proxies_are_passed_by(smartflo_intercept: Smartflo, monkeypatch: pytest.MonkeyPatch, via: Via) -> None:
    """Where a proxy is set for HTTPS, requests come here all the same; nothing listens at that one."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert 200 == via(LEADS, TOKEN)[0]
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


@pytest.mark.smartflo(allow_unmatched=True)
def test_proxies_of_plain_http_are_passed_by(smartflo: Smartflo, smartflo_intercept: Smartflo) -> None:
    """So it is by a proxy for plain HTTP; other hosts go to the proxy on the same connection, and back again."""
    url, proxies = LEADS.replace("https", "http"), {"http": smartflo.url}  # the fake is no proxy, and answers 404
    other = "http://example.com/v1/lead_list"
    with requests.Session() as session:
        statuses = [
            session.get(one, proxies=proxies, headers=TOKEN, timeout=30).status_code for one in (url, other, url)
        ]
    assert [200, 404, 200] == statuses
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=2)


def test_interceptions_within_one_another(smartflo_server: SmartfloServer) -> None:
    """The inner one holds while it is there, for sessions with open connections as well, and then the outer one."""
    with requests.Session() as session, httpx.Client() as client:
        session.headers.update(TOKEN)
        with smartflo_server.account() as outer, smartflo_server.account() as inner, outer.intercept():
            for account in (outer, inner, outer):
                with inner.intercept() if account is inner else outer.intercept():
                    assert session.get(LEADS, timeout=30).ok
                    assert client.get(LEADS, headers=TOKEN).is_success
            inner.assert_called("GET", "/v1/broadcast/leads/8668", times=2)
            outer.assert_called("GET", "/v1/broadcast/leads/8668", times=4)


def test_interceptions_may_end_in_any_order(smartflo_server: SmartfloServer) -> None:
    """Nothing is left of them where the first one ends first."""
    before = http.client.HTTPConnection.putrequest, requests.adapters.HTTPAdapter.send
    with smartflo_server.account() as one, smartflo_server.account() as other:
        first, second = one.intercept(), other.intercept()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert 200 == via_requests(LEADS, TOKEN)[0]
        other.assert_called("GET", "/v1/broadcast/leads/8668", times=1)
        second.__exit__(None, None, None)
    assert before == (http.client.HTTPConnection.putrequest, requests.adapters.HTTPAdapter.send)


def test_threads_intercept_one_at_a_time(smartflo_server: SmartfloServer, smartflo_intercept: Smartflo) -> None:
    """A second thread cannot intercept as well: requests of all threads would be its account's."""
    told: list[str] = []

    def intercept() -> None:
        with smartflo_server.account() as other:
            try:
                other.intercept().__enter__()
            except RuntimeError as error:
                told.append(str(error))

    thread = Thread(target=intercept)
    thread.start()
    thread.join()
    assert ["another thread intercepts requests; interception holds for all threads, so use one at a time"] == told
    assert 200 == via_requests(LEADS, TOKEN)[0]
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


class _OwnConnect(http.client.HTTPSConnection):
    def connect(self) -> None:
        raise AssertionError


def test_connections_of_ones_own(smartflo_intercept: Smartflo) -> None:
    """A connection of a class that connects in its own way is intercepted as well."""
    connection = _OwnConnect("api-smartflo.tatateleservices.com", timeout=30)
    connection.request("GET", "/v1/broadcast/leads/8668", headers=TOKEN)
    assert 200 == connection.getresponse().status
    connection.close()
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


@pytest.mark.parametrize(
    "hosts",
    ["api.example.com", ["https://api.example.com"], ["api.example.com:443"], ["api.example.com/"], ["*.x"], [""]],
)
def test_hosts_that_cannot_be(smartflo: Smartflo, hosts: Any) -> None:
    """What is no name of a host is refused: it would intercept nothing."""
    with pytest.raises(ValueError, match=r"hosts: expected names such as .*, without scheme and port, got"):
        smartflo.intercept(hosts)


def test_the_vendor_is_always_among_the_hosts(smartflo: Smartflo) -> None:
    """Names are added to the vendor's, however they are spelled."""
    with smartflo.intercept(["API.example.com."]):
        assert 200 == via_requests("https://api.example.com/v1/broadcast/leads/8668", TOKEN)[0]
        assert 200 == via_requests(LEADS, TOKEN)[0]


def test_without_interception_nothing_leaves(smartflo: Smartflo, via: Via) -> None:
    """A test that has a fake and does not intercept sends the vendor nothing; what to do is said."""
    with pytest.raises(RuntimeError, match="was not sent to the vendor: this test has a fake Smartflo"):
        via(LEADS, TOKEN)
    smartflo.assert_not_called("GET", "/v1/broadcast/leads/8668")


def test_nor_from_fixtures(pytester: pytest.Pytester) -> None:
    """A fixture that sends before the interception, or after it, sends the vendor nothing."""
    pytester.makepyfile(
        f"""
        import pytest
        import requests


        @pytest.fixture
        def client():
            with pytest.raises(RuntimeError, match="was not sent to the vendor"):
                requests.post({VENDOR!r} + "/v1/auth/login", timeout=30)
            yield
            with pytest.raises(RuntimeError, match="was not sent to the vendor"):
                requests.post({VENDOR!r} + "/v1/auth/logout", timeout=30)


        def test_it(client, smartflo_intercept):
            assert 401 == requests.get({LEADS!r}, timeout=30).status_code
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_wrong_hosts_of_the_fixture(pytester: pytest.Pytester) -> None:
    """A fixture that names hosts in another way is told in one line."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def smartflo_hosts():
            return "gateway.example.com"

        def test_it(smartflo_intercept): ...
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["smartflo_hosts: hosts: expected names such as *, got [[]'gateway.example.com'[]]"])


def test_threads(smartflo_intercept: Smartflo) -> None:
    """Threads of a test are intercepted as well."""
    found: list[Any] = []
    threads = [Thread(target=lambda: found.append(via_requests(LEADS, TOKEN)[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [200] * 4 == found
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=4)


def test_large_bodies(smartflo_intercept: Smartflo) -> None:
    """Bodies that are sent in pieces arrive, by each of the libraries that can."""
    sent = json.dumps({"data": [{"field_0": f"55500{number:05}"} for number in range(2_000)]}).encode()
    url = f"{VENDOR}/v1/broadcast/leads/8669"
    headers = TOKEN | {"Content-Type": "application/json"}
    pieces = [sent[:50_000], sent[50_000:]]

    async def asynchronously() -> int:
        async def later() -> Any:
            for piece in pieces:
                yield piece

        async with httpx.AsyncClient() as client:
            return (await client.post(url, content=later(), headers=headers)).status_code

    assert [200, 200, 200] == [
        requests.post(url, data=iter(pieces), headers=headers, timeout=30).status_code,
        httpx.post(url, content=iter(pieces), headers=headers).status_code,
        asyncio.run(asynchronously()),
    ]
    smartflo_intercept.assert_called("POST", "/v1/broadcast/leads/{id}", times=3)


def test_other_hosts_may_be_named(pytester: pytest.Pytester) -> None:
    """The fixture ``smartflo_hosts`` is overridden to name hosts; an unknown route fails the test."""
    pytester.makepyfile(
        """
        import pytest
        import requests


        @pytest.fixture(scope="session")
        def smartflo_hosts():
            return ["gateway.example.com"]


        def test_leads(smartflo_intercept):
            url = "https://gateway.example.com/v1/broadcast/leads/8668"
            assert requests.get(url, headers={"Authorization": "any"}, timeout=30).ok


        def test_unknown(smartflo_intercept):
            url = "https://gateway.example.com/v1/lead_list"
            assert 404 == requests.get(url, headers={"Authorization": "any"}, timeout=30).status_code
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_unknown*", "  GET /v1/lead_list: *"])


def test_for_every_test(pytester: pytest.Pytester) -> None:
    """By pytest's ini key ``usefixtures`` no test reaches the vendor's hosts, also one that asks for no fixture."""
    pytester.makeini("[pytest]\nusefixtures = smartflo_intercept\n")
    pytester.makepyfile(
        f"""
        import requests

        def test_it():
            assert 401 == requests.get({LEADS!r}, timeout=30).status_code
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_without_the_other_libraries(pytester: pytest.Pytester) -> None:
    """Neither httpx nor aiohttp needs to be installed; in a process of its own, in which they are not."""
    pytester.makeconftest("import sys\nsys.modules['httpx'] = sys.modules['aiohttp'] = None\n")
    pytester.makepyfile(
        f"""
        import requests

        def test_it(smartflo_intercept):
            assert requests.get({LEADS!r}, headers={TOKEN!r}, timeout=30).ok
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
