"""Live runs: tests that are marked read the real API and do nothing else. A fake stands in for it."""

from collections.abc import Iterator

import pytest

from smartflo_contract.mock_server import FakeSmartflo

EMAIL = "crm@example.com"
BOTH = """
    import pytest
    import requests

    from smartflo_contract import assert_leads

    live = pytest.param("live", marks=pytest.mark.smartflo_live)


    @pytest.mark.parametrize("where", ["fake", live])
    def test_it(smartflo, where):
        response = requests.get(f"{smartflo.url}/v1/broadcast/leads/8668", headers=smartflo.headers, timeout=30)
        assert_leads(response.json())
        assert [] != smartflo.client.get("/v1/broadcast/leads/8668").get_json()
        assert smartflo.contract.is_valid(response.json())
        smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=2)
        smartflo.assert_not_called("POST", "/v1/broadcast/leads/{id}")
"""


@pytest.fixture(name="real")
def _real(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmartflo]:
    with FakeSmartflo() as fake:
        monkeypatch.setenv("SMARTFLO_BASE_URL", f"{fake.url}/")
        monkeypatch.setenv("SMARTFLO_EMAIL", EMAIL)
        monkeypatch.setenv("SMARTFLO_PASSWORD", "any-password")
        monkeypatch.delenv("SMARTFLO_TOKEN", raising=False)
        yield fake


def sent_to(fake: FakeSmartflo) -> list[str]:
    """Return method and path of each request that came to the account."""
    told = fake.app.test_client().get(f"/__admin/requests?login={EMAIL}").get_json()["requests"]
    return [f"{one['method']} {one['path']}" for one in told]


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest without a pause between requests."""
    return pytester.runpytest("-p", "no:cacheprovider", "--smartflo-live-interval=0", *options)


def test_skipped_unless_asked_for(pytester: pytest.Pytester, real: FakeSmartflo) -> None:
    """Without the option a live test is skipped with the reason, and its twin runs on the fake."""
    pytester.makepyfile(BOTH)
    result = run(pytester, "-rs")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: reads the real API: run with --smartflo-live"])
    assert [] == sent_to(real)


def test_skipped_without_credentials(
    pytester: pytest.Pytester, real: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without credentials it is skipped as well, and the reason names the variables."""
    monkeypatch.delenv("SMARTFLO_PASSWORD")
    pytester.makepyfile(BOTH)
    result = run(pytester, "-rs", "--smartflo-live")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: the real API requires SMARTFLO_TOKEN, or SMARTFLO_EMAIL and *"])
    assert [] == sent_to(real)


def test_the_same_file_runs_on_both(pytester: pytest.Pytester, real: FakeSmartflo) -> None:
    """With the option and credentials the same test reads the fake, and the real API after one login."""
    pytester.makepyfile(BOTH)
    run(pytester, "--smartflo-live").assert_outcomes(passed=2)

    assert ["POST /v1/auth/login", *["GET /v1/broadcast/leads/8668"] * 2] == sent_to(real)


def test_a_token_needs_no_login(pytester: pytest.Pytester, real: FakeSmartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a token nobody logs in; the base URL may be given by option."""
    monkeypatch.setenv("SMARTFLO_TOKEN", real.token(EMAIL))
    monkeypatch.setenv("SMARTFLO_BASE_URL", "https://api.example.com")
    pytester.makepyfile(BOTH)
    run(pytester, "--smartflo-live", "--smartflo-base-url", real.url).assert_outcomes(passed=2)

    assert ["GET /v1/broadcast/leads/8668"] * 2 == sent_to(real)


def test_only_reading_leaves(pytester: pytest.Pytester, real: FakeSmartflo) -> None:
    """What would write, or start a broadcast, raises before it is sent, by whichever library; other hosts are free."""
    pytester.makepyfile(
        """
        import asyncio
        import http.client
        from urllib.parse import urlsplit

        import aiohttp
        import httpx
        import pytest
        import requests

        pytestmark = pytest.mark.smartflo_live
        VENDOR = "https://api-cloudphone.tatateleservices.com"


        def by_http_client(url, headers):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
            connection.request("POST", urlsplit(url).path, headers=headers)


        async def by_async_httpx(url, headers):
            async with httpx.AsyncClient() as client:
                await client.put(url, headers=headers)


        async def by_aiohttp(url, headers):
            async with aiohttp.ClientSession() as session, session.delete(url, headers=headers):
                pass


        WAYS = {
            "requests": lambda url, headers: requests.post(url, headers=headers, timeout=30),
            "http_client": by_http_client,
            "httpx": lambda url, headers: httpx.patch(url, headers=headers),
            "async_httpx": lambda url, headers: asyncio.run(by_async_httpx(url, headers)),
            "aiohttp": lambda url, headers: asyncio.run(by_aiohttp(url, headers)),
        }


        @pytest.mark.parametrize("way", WAYS)
        def test_libraries(smartflo, way):
            with pytest.raises(RuntimeError, match="was not sent: only GET requests and the login are sent"):
                WAYS[way](f"{smartflo.url}/v1/broadcast/leads/8668", smartflo.headers)


        def test_client(smartflo):
            with pytest.raises(RuntimeError, match="was not sent"):
                smartflo.client.delete("/v1/broadcast/leads/8668")


        def test_actions(smartflo):
            with pytest.raises(RuntimeError, match="it starts or stops a broadcast, and phones may ring"):
                smartflo.client.get("/v1/broadcast/start/1")


        def test_hard_coded(smartflo_intercept):
            with pytest.raises(RuntimeError, match="POST /v1/broadcast/lead/1 was not sent"):
                requests.post(f"{VENDOR}/v1/broadcast/lead/1", timeout=30)


        def test_others(smartflo, smartflo_server):
            with smartflo_server.account() as account:
                url = f"{account.url}/v1/broadcast/lead/8669"
                assert requests.post(url, headers=account.headers, json={"field_0": "5550000042"}, timeout=30).ok
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=9)

    assert ["POST /v1/auth/login"] == sent_to(real)


@pytest.mark.usefixtures("real")
def test_two_slashes_are_no_way_round(pytester: pytest.Pytester) -> None:
    """A base URL that ends in a slash makes paths begin with two; they are guarded, counted, and paced like others."""
    pytester.makepyfile(
        """
        import http.client
        from urllib.parse import urlsplit

        import pytest
        import requests
        import urllib3

        pytestmark = pytest.mark.smartflo_live


        @pytest.mark.parametrize("target", ["//v1/broadcast/lead/1", "https://example.com/v1/broadcast/lead/1"])
        def test_targets(smartflo, target):
            connection = http.client.HTTPConnection(urlsplit(smartflo.url).netloc, timeout=30)
            with pytest.raises(RuntimeError, match="was not sent"):
                connection.request("POST", target)


        def test_urls(smartflo):
            for send in (requests.request, urllib3.PoolManager().request):
                with pytest.raises(RuntimeError, match="was not sent"):
                    send("POST", smartflo.url + "//v1/broadcast/lead/1", timeout=30)
                with pytest.raises(RuntimeError, match="it starts or stops a broadcast"):
                    send("GET", smartflo.url + "//v1/broadcast/start/2", timeout=30)
            requests.get(smartflo.url + "//v1/broadcast/leads/8668", headers=smartflo.headers, timeout=30)
            assert [{"method": "GET", "path": "//v1/broadcast/leads/8668"}] == smartflo.requests


        def test_client(smartflo):
            smartflo.client.get("/v1/broadcast/leads/a%2Fb%3Fc?x=1")
            assert [{"method": "GET", "path": "/v1/broadcast/leads/a%2Fb%3Fc"}] == smartflo.requests
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=4)


def test_the_whole_test_is_guarded(pytester: pytest.Pytester, real: FakeSmartflo) -> None:
    """Fixtures that come before ``smartflo``, and tests that do without it, write nothing either."""
    pytester.makepyfile(
        """
        import os

        import pytest
        import requests

        pytestmark = pytest.mark.smartflo_live
        URLS = [
            os.environ["SMARTFLO_BASE_URL"] + "v1/broadcast/lead/1",
            "https://api-smartflo.tatateleservices.com/v1/broadcast/lead/1",
        ]


        def send():
            for url in URLS:
                with pytest.raises(RuntimeError, match="was not sent"):
                    requests.delete(url, timeout=30)


        @pytest.fixture
        def earlier():
            send()
            yield
            send()


        def test_before(earlier, smartflo): ...


        def test_without():
            send()
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=2)

    assert ["POST /v1/auth/login"] == sent_to(real)


def test_a_token_is_not_printed(pytester: pytest.Pytester, real: FakeSmartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that fails does not show the token, whatever of it stands in the assertion."""
    monkeypatch.setenv("SMARTFLO_TOKEN", "token-of-production")
    pytester.makepyfile(
        """
        import pytest
        import requests

        pytestmark = pytest.mark.smartflo_live


        def test_assertion(smartflo):
            url = f"{smartflo.url}/v1/broadcast/leads/8668"
            assert not requests.get(url, headers=smartflo.headers, timeout=30).ok


        def test_values(smartflo):
            assert (smartflo.headers, smartflo.token) == smartflo


        def test_connection(smartflo):
            requests.get("http://127.0.0.1:9/", headers=smartflo.headers, timeout=30)
        """
    )
    result = run(pytester, "--smartflo-live")

    result.assert_outcomes(failed=3)
    assert "token-of-production" not in result.stdout.str()
    assert real.app.test_client().get("/__admin/requests").get_json()["total"] == 1


def test_one_login_for_all_processes(
    pytester: pytest.Pytester, real: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under xdist there is one login for all processes, and after a refused one no other."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.smartflo_live
        @pytest.mark.parametrize("number", range(4))
        def test_it(smartflo, number):
            assert 200 == smartflo.client.get("/v1/broadcast/leads/8668").status_code
        """
    )
    run(pytester, "--smartflo-live", "-p", "xdist", "-n", "2").assert_outcomes(passed=4)
    assert 1 == sent_to(real).count("POST /v1/auth/login")

    monkeypatch.setenv("SMARTFLO_PASSWORD", "wrong")
    result = run(pytester, "--smartflo-live", "-p", "xdist", "-n", "2")

    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(["smartflo_live: the login at http://127.0.0.1:* was refused: status 401, message: *"])
    assert 2 == sent_to(real).count("POST /v1/auth/login")


def test_reading_by_every_library(pytester: pytest.Pytester, real: FakeSmartflo) -> None:
    """What reads goes out, and is counted once, whichever library sends it."""
    pytester.makepyfile(
        """
        import asyncio

        import aiohttp
        import httpx
        import pytest
        import requests


        @pytest.mark.smartflo_live
        def test_it(smartflo):
            url, headers = f"{smartflo.url}/v1/broadcast/leads/8668", smartflo.headers

            async def read():
                async with httpx.AsyncClient() as client:
                    await client.get(url, headers=headers)
                async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
                    await response.read()

            requests.get(url, headers=headers, timeout=30)
            httpx.get(url, headers=headers)
            asyncio.run(read())
            smartflo.assert_called("GET", "/v1/broadcast/leads/8668", times=4)
            with pytest.raises(AssertionError) as caught:
                smartflo.assert_called("GET", "/v1/broadcast/lists")
            assert str(caught.value).splitlines() == [
                "expected GET /v1/broadcast/lists at least once, got 0; requests of this account:",
                *["  GET /v1/broadcast/leads/8668"] * 4,
            ]
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=1)

    assert ["GET /v1/broadcast/leads/8668"] * 4 == sent_to(real)[1:]


def test_what_needs_the_fake(pytester: pytest.Pytester, real: FakeSmartflo) -> None:
    """What only the fake can do says so, by its name; so does the marker."""
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.smartflo_live


        @pytest.mark.parametrize("name", ["add_list", "fail", "quirks", "clock", "lists", "reset", "admin", "email"])
        def test_names(smartflo, name):
            with pytest.raises(RuntimeError, match=f"smartflo.{name} needs the fake; this test is marked"):
                getattr(smartflo, name)


        def test_bodies(smartflo):
            with pytest.raises(RuntimeError, match="json= needs the fake"):
                smartflo.assert_called("GET", "/v1/broadcast/lists", json={})


        def test_repr(smartflo):
            assert f"<Smartflo at {smartflo.url}, the real API>" == repr(smartflo)
            assert not hasattr(smartflo, "_private")


        @pytest.mark.smartflo(leads=3)
        def test_marked(smartflo): ...
        """
    )
    result = run(pytester, "--smartflo-live")

    result.assert_outcomes(passed=10, errors=1)
    result.stdout.fnmatch_lines(["@pytest.mark.smartflo: `leads` needs the fake, but the test is marked *"])
    assert ["POST /v1/auth/login"] == sent_to(real)


def test_a_refused_login_is_not_tried_again(
    pytester: pytest.Pytester, real: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every live test fails with the reason, after a single login: the API locks out who fails often."""
    monkeypatch.setenv("SMARTFLO_PASSWORD", "wrong")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.smartflo_live
        @pytest.mark.parametrize("number", range(3))
        def test_it(smartflo, number): ...
        """
    )
    result = run(pytester, "--smartflo-live")

    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["smartflo_live: the login at http://127.0.0.1:* was refused: status 401, message: *"])
    assert ["POST /v1/auth/login"] == sent_to(real)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (
            "--smartflo-base-url=api.example.com",
            "expected an https URL such as https://api-smartflo*, got `api.example.com`",
        ),
        ("--smartflo-base-url=http://api.example.com", "expected an https URL *, got `http://api.example.com`"),
        ("--smartflo-live-interval=soon", "expected seconds, 0 or more, got `soon`"),
        ("--smartflo-live-interval=-1", "expected seconds, 0 or more, got `-1`"),
        ("--smartflo-live-interval=inf", "expected seconds, 0 or more, got `inf`"),
    ],
)
def test_settings_that_cannot_be(pytester: pytest.Pytester, real: FakeSmartflo, option: str, told: str) -> None:
    """A wrong setting is a usage error in a line that says what is possible; nothing is sent."""
    pytester.makepyfile(BOTH)
    result = run(pytester, "--smartflo-live", option)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: {option.partition('=')[0]}: {told}"])
    assert [] == sent_to(real)
