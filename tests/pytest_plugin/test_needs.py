"""What the tests of a run need of the contract."""

import json

import pytest

from smartflo_contract.schemas.needs import load_needs

TESTS = """
import pytest


@pytest.fixture(name="leads")
def _leads(smartflo):
    return smartflo.client.get("/v1/broadcast/leads/8668").get_json()


def test_names(leads):
    assert all(lead["list_name"] for lead in leads)


def test_statuses(leads):
    assert all(lead["dial_status"] + 1 for lead in leads)
"""


@pytest.mark.slow
def test_needs_are_written_with_the_tests_that_fail(pytester: pytest.Pytester) -> None:
    """The file has the keys that the tests read, what they rely on, and which test fails without it."""
    pytester.makepyfile(TESTS)
    result = pytester.runpytest("--smartflo-needs=needs.json", "--junitxml=junit.xml")
    needs = load_needs(pytester.path / "needs.json")

    result.assert_outcomes(passed=2)
    assert ["dial_status", "list_name"] == sorted(key for key, each in needs.properties.items() if each.is_required)
    assert needs.properties["list_name"].why["presence"].endswith("::test_names")
    assert "type" in needs.properties["dial_status"].why
    assert "type" not in needs.properties["list_name"].why
    result.stdout.fnmatch_lines(
        [
            "*smartflo: needs*",
            "/[*]/dial_status: needs to be present (*::test_statuses)",
            "* runs: the tests need 2 keys",
        ]
    )
    assert (pytester.path / "junit.xml").read_text().count("<testcase") == 2

    again = json.loads((pytester.path / "needs.json").read_text())
    pytester.runpytest("--smartflo-needs=needs.json")
    assert again == json.loads((pytester.path / "needs.json").read_text())


@pytest.mark.fast_only(scope="class")
@pytest.mark.parametrize("scope", ["class", "module", "session"])
def test_fixture_of_wider_scope_concerns_all_its_tests(pytester: pytest.Pytester, scope: str) -> None:
    """It is made again for each test with what is changed, so needs that only the second test has are found."""
    pytester.makepyfile(
        f"""
        import pytest


        @pytest.fixture(scope={scope!r})
        def leads(smartflo_server):
            with smartflo_server.account() as account:
                yield account.client.get("/v1/broadcast/leads/8668").get_json()


        class TestReads:
            def test_names(self, leads):
                assert leads[0]["list_name"]

            def test_statuses(self, leads):
                assert leads[0]["dial_status"] + 1


        def test_own_leads(smartflo):
            leads = smartflo.client.get("/v1/broadcast/leads/8668").get_json()
            assert leads[0]["priority"]
        """
    )
    result = pytester.runpytest("--smartflo-needs")

    result.stdout.fnmatch_lines_random(
        [
            "/[*]/list_name: needs to be present (*::test_names)",
            "/[*]/dial_status: needs to be present (*::test_statuses)",
            "/[*]/dial_status: needs its type (*::test_statuses *)",
            "/[*]/priority: needs to be present (*::test_own_leads)",
            "* runs: the tests need 3 keys",
        ]
    )
    result.stdout.no_fnmatch_line("not served again*")


def test_failing_tests_are_refused(pytester: pytest.Pytester) -> None:
    """Tests that fail anyway need nothing that could be found; the file is not written."""
    pytester.makepyfile(f"{TESTS}\n\ndef test_wrong(leads):\n    assert not leads\n")
    result = pytester.runpytest("--smartflo-needs=needs.json")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["not searched, because *::test_wrong failed; the tests have to pass first"])
    assert not (pytester.path / "needs.json").exists()


def test_nothing_served_is_said(pytester: pytest.Pytester) -> None:
    """Tests that never reach the fake need nothing of it."""
    pytester.makepyfile("def test_nothing():\n    pass\n")

    pytester.runpytest("--smartflo-needs").stdout.fnmatch_lines(["not searched, because no test was served leads *"])


@pytest.mark.slow
def test_tests_that_cannot_run_again_are_named(pytester: pytest.Pytester) -> None:
    """A test that fails when it runs again is left out; one whose client has a cache shows nothing."""
    pytester.makepyfile(
        f"""{TESTS}

SEEN, CACHE = [], {{}}


def test_runs_once(leads):
    SEEN.append(leads)
    assert len(SEEN) == 1


def test_cached(smartflo):
    if not CACHE:
        CACHE["leads"] = smartflo.client.get("/v1/broadcast/leads/8668").get_json()
    assert CACHE["leads"][0]["priority"]
"""
    )
    result = pytester.runpytest("--smartflo-needs", "-p", "no:randomly")

    result.stdout.fnmatch_lines_random(
        [
            "left out, because it fails when it runs again: *::test_runs_once: *",
            "not served again, so that nothing shows what it needs: *::test_cached",
        ]
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--smartflo-needs", "--smartflo-mutate=all"), "*expected no --smartflo-mutate*"),
        (("--smartflo-needs", "--pdb"), "*expected no --pdb*"),
        (("--smartflo-needs", "-p", "xdist", "-n", "2"), "*expected one process*add -n 0*"),
        (("--smartflo-needs=absent/needs.json",), "*cannot write *"),
        (("--smartflo-needs=other.json",), "*other.json is not a file of needs*"),
        (("--smartflo-needs", "test_wrong_options_are_usage_errors.py"), "*write --smartflo-needs=FILE before*"),
    ],
)
def test_wrong_options_are_usage_errors(pytester: pytest.Pytester, options: tuple[str, ...], message: str) -> None:
    """Wrong options are one line and exit code 4, before any test runs; no other file is replaced."""
    pytester.makepyfile(TESTS)
    (pytester.path / "other.json").write_text('{"my": "data"}')
    result = pytester.runpytest(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    assert (pytester.path / "other.json").read_text() == '{"my": "data"}'
