"""What fails a test, and what a failed test prints."""

import shlex

import pytest


def test_unmatched_request_fails_test(pytester: pytest.Pytester) -> None:
    """A request without a route fails its test at the end, unless the test allows it or has another outcome.

    It may carry no token or an unknown one; requests of other accounts of the test do not count.
    """
    pytester.makepyfile(
        """
        import pytest
        import requests


        def test_unmatched(smartflo):
            smartflo.client.get("/v1/broadcast/leeds/1")


        @pytest.mark.smartflo(allow_unmatched=True)
        def test_allowed(smartflo):
            smartflo.client.get("/v1/broadcast/leeds/1")
            requests.get(f"{smartflo.url}/v1/lead_list", timeout=30)


        def test_matched(smartflo):
            smartflo.client.get("/v1/broadcast/leads/1")


        @pytest.mark.parametrize("headers", [{}, {"Authorization": "of-production"}])
        def test_unattributed(smartflo, headers):
            requests.get(f"{smartflo.url}/v1/lead_list", headers=headers, timeout=30)


        def test_other_account(smartflo, smartflo_server):
            with smartflo_server.account() as other:
                other.client.get("/v1/lead_list")


        def test_skipped(smartflo):
            smartflo.client.get("/v1/lead_list")
            pytest.skip("after all")


        @pytest.mark.xfail(raises=ZeroDivisionError, strict=True)
        def test_expected_failure(smartflo):
            smartflo.client.get("/v1/lead_list")
            1 / 0


        @pytest.fixture
        def broken(smartflo):
            smartflo.client.get("/v1/lead_list")
            raise RuntimeError


        def test_setup_error(broken): ...
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(passed=6, skipped=1, xfailed=1, errors=4)
    result.stdout.fnmatch_lines_random(
        [
            "*ERROR at teardown of test_unmatched*",
            "*ERROR at teardown of test_unattributed[[]headers0[]]*",
            "*ERROR at teardown of test_unattributed[[]headers1[]]*",
            "*ERROR at setup of test_setup_error*",
            "requests that match no route of the fake Smartflo:",
            "  GET /v1/broadcast/leeds/1: *the nearest documented route is GET /v1/broadcast/leads/{id} (answered *",
            "  GET /v1/lead_list: *",
            "@pytest.mark.smartflo(allow_unmatched=True) allows such requests",
        ]
    )


def test_own_error_comes_first(pytester: pytest.Pytester) -> None:
    """A failed test shows its own error, unmatched requests below it, and no second error; our code is not shown."""
    pytester.makepyfile(
        """
        def test_unmatched(smartflo):
            response = smartflo.client.get("/v1/broadcast/leeds/1")
            assert response.status_code == 200


        def test_not_called(smartflo):
            smartflo.assert_called("GET", "/v1/broadcast/leads/{id}")
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines_random(
        ["*assert 404 == 200*", "*- smartflo -*", "  GET /v1/broadcast/leeds/1: *", "E * expected GET * at least once*"]
    )
    assert "_account.py" not in result.stdout.str()


def test_failure_shows_requests_and_settings(pytester: pytest.Pytester) -> None:
    """A failed test prints its last requests with status and reason, and the quirks and faults in force."""
    pytester.makepyfile(
        """
        import pytest


        @pytest.mark.smartflo(quirks={"expired_token": 200}, faults=[503, "ok"])
        def test_it(smartflo):
            smartflo.fail(429, list_id=8668, retry_after=2)
            for _ in range(12):
                smartflo.client.get("/v1/broadcast/leads/8669")
            smartflo.client.get("/v1/broadcast/leads/123456")
            assert False


        def test_other(smartflo):
            assert not smartflo.requests
            smartflo.assert_called("GET", "/v1/broadcast/leads/8668")
        """
    )
    output = pytester.runpytest().stdout.str()
    section, other = output.partition("- smartflo -")[2].split("- smartflo -")

    assert (
        "last requests of this account:\n  ... 3 earlier requests\n  GET /v1/broadcast/leads/8669 -> 200\n" in section
    )
    assert "  GET /v1/broadcast/leads/123456 -> 404: this account has no list with the id 123456" in section
    assert (
        "\nquirks: expired_token=200\nfault: 503, ok\nfault: 429; list_id=8668; retry_after=2 (no request met it)\n"
        in section
    )
    assert "last requests" not in other
    assert "quirks" not in other


def test_failure_shows_edge_case(pytester: pytest.Pytester) -> None:
    """A test that fails for an edge case prints what a client may get wrong."""
    pytester.makepyfile(
        """
        def test_it(smartflo_edge_lead):
            assert smartflo_edge_lead["header"] != "[]"
        """
    )
    result = pytester.runpytest("-k", "header-empty or header-shorter-than-fields")

    result.stdout.fnmatch_lines(["edge case header-*: *", "Reproduce with: *"])


def test_shows_newest_unmatched_requests(pytester: pytest.Pytester) -> None:
    """Of many requests without a route, the newest are shown, and all are counted."""
    pytester.makepyfile(
        """
        def test_it(smartflo):
            for number in range(150):
                smartflo.client.get(f"/v1/broadcast/leeds/{number}")
        """
    )
    result = pytester.runpytest()

    result.stdout.fnmatch_lines(["requests that match no route*", "  ... 140 earlier requests", "*leeds/140: *"])
    result.stdout.fnmatch_lines(["  GET /v1/broadcast/leeds/149: *"])


def test_leads_depend_on_seed_and_test(pytester: pytest.Pytester) -> None:
    """Each test has its own leads, the same in every run; a seed changes them; a failure prints how to reproduce it."""
    pytester.makepyfile(
        """
        import os

        import pytest


        def write_ids(smartflo, smartflo_lead):
            created = smartflo.add_list(leads=1).leads[0]
            with open("ids", "a") as file:
                file.write(f"{os.environ['PYTEST_CURRENT_TEST'].split()[0]} {created['id']} {smartflo_lead['id']}\\n")


        @pytest.mark.parametrize("number", range(2))
        def test_it(smartflo, smartflo_lead, number):
            write_ids(smartflo, smartflo_lead)
            assert number


        @pytest.mark.smartflo(seed=3)
        def test_marked(smartflo, smartflo_lead):
            write_ids(smartflo, smartflo_lead)
        """
    )

    def run(*options: str) -> tuple[list[str], str]:
        pytester.path.joinpath("ids").unlink(missing_ok=True)
        result = pytester.runpytest(*options)
        result.assert_outcomes(passed=2, failed=1)
        return pytester.path.joinpath("ids").read_text().splitlines(), result.stdout.str()

    (first, output), (second, _), (other, other_output) = run(), run(), run("--smartflo-seed=random")
    seed = other_output.partition("smartflo: seed ")[2].split()[0]
    node = next(iter(pytester.path.glob("test_*.py"))).name
    assert first == second
    assert first[0] != other[0]
    assert first[0].split()[1:] != first[1].split()[1:]
    assert first[2] == other[2]
    assert f"Reproduce with: pytest '{node}::test_it[0]'\n" in output
    assert f"Reproduce with: pytest '{node}::test_it[0]' --smartflo-seed={seed}\n" in other_output
    assert other == run(f"--smartflo-seed={seed}")[0]


def test_names_proxy_that_hides_fake(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a proxy keeps the client from reaching the fake, the failure states it, with the way out."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    pytester.makepyfile(
        """
        import requests

        def test_it(smartflo):
            requests.get(smartflo.url, headers=smartflo.headers, timeout=5)
        """
    )
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(["a proxy is set (HTTP_PROXY or ALL_PROXY) and NO_PROXY does not list 127.0.0.1: *"])


def test_command_finds_doctest(pytester: pytest.Pytester) -> None:
    """The command of a failed doctest of a module, or of a text file, runs it again."""
    doctest = ">>> len(getfixture('smartflo').add_list(leads=2).leads)\n3\n"
    pytester.makepyfile(mod=f'"""Doc.\n\n{doctest}"""')
    pytester.makefile(".md", **{"read me": doctest})
    result = pytester.runpytest("--doctest-modules", "--doctest-glob=*.md")
    result.assert_outcomes(failed=2)

    commands = [line.split("with: pytest ")[1] for line in result.outlines if line.startswith("Reproduce with: ")]
    assert len(commands) == 2
    for command in commands:
        pytester.runpytest(*shlex.split(command)).assert_outcomes(failed=1)
