"""Mutation of test runs: which tests run again and how, what is left alone, several processes, and bad input."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from smartflo_contract.mutants import find_mutants
from smartflo_contract.mutation import plan
from smartflo_contract.schemas import Contract

READ = """
import pytest


@pytest.fixture(name="leads")
def _leads(smartflo):
    return smartflo.client.get("/v1/broadcast/leads/8668").get_json()
"""
TESTS = f"""{READ}

def test_names(leads):
    assert all(isinstance(lead["list_name"], str) for lead in leads)


def test_priorities(leads):
    assert [lead["priority"] for lead in leads] == [lead["priority"] + 0 for lead in leads]
"""
Choose = Callable[[str], None]


@pytest.fixture(name="choose")
def _choose(monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Return a function that limits the catalog to some mutants, so that a run takes a moment."""

    def choose(ids: str) -> None:
        def chosen(contract: Contract) -> Any:
            return find_mutants(contract, ids)

        monkeypatch.setattr(plan, "mutants_of", chosen)

    return choose


def statuses(path: Path) -> dict[str, str]:
    """Return status and killing test of each mutant in a JSON report."""
    report = json.loads((path / "report.json").read_text(encoding="utf-8"))
    tests = {test["id"]: test["name"] for file in report["testFiles"].values() for test in file["tests"]}
    mutants = [mutant for file in report["files"].values() for mutant in file["mutants"]]
    return {
        mutant["id"]: " ".join(
            (mutant["status"], *(tests[test].rpartition("::")[2] for test in mutant.get("killedBy", ())))
        )
        for mutant in mutants
    }


def mutate(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest with mutation and a JSON report."""
    reports = ("--smartflo-mutate-report=term", "--smartflo-mutate-report=json:report.json")
    return pytester.runpytest("--smartflo-mutate=all", *reports, *options)


def test_off_by_default(pytester: pytest.Pytester) -> None:
    """Without the option, nothing runs again and nothing is written."""
    pytester.makepyfile(TESTS)
    result = pytester.runpytest()

    result.stdout.no_fnmatch_line("*mutation*")
    assert not (pytester.path / ".smartflo-mutation").exists()


def test_killed_and_survived(pytester: pytest.Pytester, choose: Choose) -> None:
    """A mutant is killed by the test that fails with it; one that no test notices survives, with its reproducer."""
    choose("list_name:remove,priority:retype-string,priority:huge,lead_id:remove,keys:reverse")
    pytester.makepyfile(TESTS)
    result = mutate(pytester)

    result.assert_outcomes(passed=2)
    assert result.ret == 0
    assert {
        "list_name:remove": "Killed test_names",
        "priority:retype-string": "Killed test_priorities",
        "priority:huge": "Survived",
        "lead_id:remove": "Survived",
        "keys:reverse": "Survived",
    } == statuses(pytester.path)
    result.stdout.fnmatch_lines(
        [
            "*smartflo: mutation*",
            "breaking *4 *2 *0 *2 *",
            "ignored: nothing shows that your code reads lead_id*",
            "*priority:huge: when priority is a number beyond 2*53, no test fails",
            "*Reproduce with: pytest test_killed_and_survived.py::*--smartflo-mutant=priority:huge",
            "json: *report.json",
        ]
    )


def test_every_kind_of_test_notices(pytester: pytest.Pytester, choose: Choose) -> None:
    """Functions, parameters, classes, unittest, Hypothesis, interception and coroutines run again with mutants."""
    keys = ("priority", "retry_count", "call_count", "added_by", "created_by", "list_id", "list_name")
    choose(",".join(f"{key}:remove" for key in keys))
    pytester.makepyfile(
        READ
        + dedent(
            """
        import unittest

        import requests
        from hypothesis import given, settings
        from hypothesis import strategies as st

        URL = "https://api-smartflo.tatateleservices.com/v1/broadcast/leads/8668"


        def test_function(leads):
            assert leads[0]["priority"]


        @pytest.mark.parametrize("index", [0, 1])
        def test_parametrized(leads, index):
            assert leads[index]["retry_count"] >= 0


        class TestClass:
            @pytest.fixture(scope="class")
            def session(self):
                return requests.Session()

            def test_method(self, smartflo, session):
                url = f"{smartflo.url}/v1/broadcast/leads/8668"
                assert session.get(url, headers=smartflo.headers, timeout=9).json()[0]["call_count"] >= 0


        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _account(self, smartflo):
                self.smartflo = smartflo

            def test_case(self):
                leads = self.smartflo.client.get("/v1/broadcast/leads/8668").get_json()
                self.assertIn("added_by", leads[0])


        @settings(max_examples=50)
        @given(st.integers(0, 24))
        def test_property(smartflo_server, index):
            with smartflo_server.account() as smartflo:
                leads = smartflo.client.get("/v1/broadcast/leads/8668").get_json()
            assert leads[index]["created_by"]


        def test_intercepted(smartflo_intercept):
            assert requests.get(URL, headers={"Authorization": "own"}, timeout=9).json()[0]["list_id"]


        @pytest.mark.anyio
        async def test_coroutine(leads):
            assert leads[0]["list_name"]


        @pytest.fixture
        def anyio_backend():
            return "asyncio"
        """
        )
    )
    result = mutate(pytester, "-p", "anyio", "-p", "_hypothesis_pytestplugin")

    result.assert_outcomes(passed=8)
    tests = ("function", "parametrized[0]", "method", "case", "property", "intercepted", "coroutine")
    killed = {key: status.split("_", 1)[1] for key, status in statuses(pytester.path).items()}
    killed["retry_count:remove"] = killed["retry_count:remove"].replace("[1]", "[0]")
    assert {f"{key}:remove": test for key, test in zip(keys, tests, strict=True)} == killed


def test_other_reports_see_the_usual_run_only(pytester: pytest.Pytester, choose: Choose) -> None:
    """JUnit XML, the cache, -x and captured output are those of a run without mutation."""
    choose("list_name:remove,priority:remove,lead_id:remove")
    pytester.makepyfile(TESTS)
    result = mutate(pytester, "-x", "--junitxml=junit.xml", "-p", "cacheprovider", "-o", "cache_dir=cache")

    assert result.ret == 0
    suite = ET.parse(pytester.path / "junit.xml").getroot()[0]  # noqa: S314 - pytest has written it
    assert ("2", "0") == (suite.get("tests"), suite.get("failures"))
    assert not (pytester.path / "cache/v/cache/lastfailed").exists()
    assert {"Killed", "Survived"} == {status.split()[0] for status in statuses(pytester.path).values()}


def test_value_coverage_is_that_of_the_usual_run(pytester: pytest.Pytester, choose: Choose) -> None:
    """What tests are served when they run again is not counted."""
    choose("skill_id:null,dial_status:unknown-value,leads:drop-all")
    pytester.makepyfile(TESTS)
    pytester.runpytest("--smartflo-coverage")
    before = (pytester.path / ".smartflo-coverage").read_bytes()
    mutate(pytester, "--smartflo-coverage")

    assert before == (pytester.path / ".smartflo-coverage").read_bytes()


def test_objects_of_the_session_stay(pytester: pytest.Pytester, choose: Choose) -> None:
    """A fixture of the session is made once for the usual run and once for all mutants, one of a function each time."""
    choose("list_name:remove,priority:remove,lead_id:remove,id:remove")
    pytester.makepyfile(
        READ
        + dedent(
            """
        import pathlib

        @pytest.fixture(scope="session")
        def connection():
            with pathlib.Path("made").open("a") as file:
                file.write("session ")


        @pytest.fixture
        def cursor(connection):
            with pathlib.Path("made").open("a") as file:
                file.write("function ")


        def test_reads(leads, cursor):
            assert leads
        """
        )
    )
    mutate(pytester)
    made = (pytester.path / "made").read_text().split()

    assert made.count("session") == 2
    assert made.count("function") == 1 + 1 + 4 + 1  # usual run, control, mutants, control


def test_failing_tests_are_refused(pytester: pytest.Pytester) -> None:
    """Mutants say nothing about a suite that fails anyway: the failed test is named, and nothing runs again."""
    pytester.makepyfile(f"{TESTS}\n\ndef test_wrong(leads):\n    assert not leads\n")
    result = mutate(pytester)

    assert result.ret == 1
    result.stdout.fnmatch_lines(["not run, because *::test_wrong failed; mutation needs tests that pass"])
    assert not (pytester.path / "report.json").exists()


def test_test_that_fails_when_it_runs_again_is_left_out(pytester: pytest.Pytester, choose: Choose) -> None:
    """A test that leaves something behind would kill every mutant: it is left out, and named."""
    choose("list_name:remove,lead_id:remove")
    pytester.makepyfile(
        TESTS
        + dedent(
            """

        SEEN = []


        def test_runs_once(leads):
            SEEN.append(leads)
            assert len(SEEN) == 1
        """
        )
    )
    result = mutate(pytester)

    result.stdout.fnmatch_lines(["tests left out (1)", "*::test_runs_once: failed without a mutant*"])
    assert {"list_name:remove": "Killed test_names", "lead_id:remove": "Survived"} == statuses(pytester.path)


@pytest.mark.slow
def test_client_that_caches_runs_in_a_fresh_process(pytester: pytest.Pytester, choose: Choose) -> None:
    """A client that keeps its first response is not served the mutant; a new process decides."""
    choose("list_name:remove,lead_id:remove")
    pytester.makepyfile(
        """
        CACHE = {}


        def test_cached(smartflo):
            if not CACHE:
                CACHE["leads"] = smartflo.client.get("/v1/broadcast/leads/8668").get_json()
            assert CACHE["leads"][0]["list_name"]
        """
    )
    mutate(pytester)

    assert {"list_name:remove": "Killed test_cached", "lead_id:remove": "Survived"} == statuses(pytester.path)


def test_interrupted_run_shows_what_is_known(pytester: pytest.Pytester, choose: Choose) -> None:
    """Ctrl-C while mutants are decided: the report has the results so far, and the exit code is 130."""
    choose("list_name:remove,lead_id:remove,id:remove")
    interrupting = "if 'lead_id' not in leads[0]:\n        raise KeyboardInterrupt\n"
    pytester.makepyfile(f"{TESTS}\n\ndef test_ids(leads):\n    {interrupting}")
    result = mutate(pytester)

    assert result.ret == 130
    result.stdout.fnmatch_lines(["note: the run was interrupted: 2 mutants not run"])
    assert statuses(pytester.path)["list_name:remove"] == "Killed test_names"


def test_nothing_served_is_said(pytester: pytest.Pytester) -> None:
    """Tests that never reach the fake cannot notice anything."""
    pytester.makepyfile("def test_lead(smartflo_lead):\n    assert smartflo_lead\n")
    result = mutate(pytester)

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["note: no test was served leads by the fixture smartflo, so no mutant could be noticed"]
    )


def test_minimum_score(pytester: pytest.Pytester, choose: Choose) -> None:
    """A score of breaking mutants below the minimum fails the run; ini keys do the same as options."""
    choose("list_name:remove,list_name:huge,priority:huge,priority:remove,priority:null")
    pytester.makepyfile(TESTS)
    pytester.makeini("[pytest]\nsmartflo_mutate = breaking\nsmartflo_mutate_fail_under = 90\n")
    result = pytester.runpytest()

    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL: breaking mutation score *%, minimum 90%"])
    assert pytester.runpytest("--smartflo-mutate-fail-under=50").ret == 0


def test_sample_is_named(pytester: pytest.Pytester) -> None:
    """A maximum selects a sample, by the seed."""
    pytester.makepyfile(TESTS)
    result = mutate(pytester, "--smartflo-mutate-max=3", "--smartflo-seed=7")

    result.stdout.fnmatch_lines(["note: a sample of 3 of * mutants, by seed 7"])


@pytest.mark.slow
def test_unchanged_results_are_reused(pytester: pytest.Pytester, choose: Choose) -> None:
    """Results of the last run are reused until a test, the code or the contract changes; a damaged file is ignored."""
    choose("list_name:remove,lead_id:remove")
    path = pytester.makepyfile(TESTS)
    options = ("--smartflo-mutate-changed", "-p", "no:randomly")
    first = mutate(pytester, *options)
    second = mutate(pytester, *options)
    path.write_text(path.read_text() + "\n# changed\n")
    third = mutate(pytester, *options)
    (pytester.path / ".smartflo-mutation").write_text("{")
    fourth = mutate(pytester, *options)

    for result in (first, third, fourth):
        result.stdout.no_fnmatch_line("*of an earlier run*")
    second.stdout.fnmatch_lines(["note: 2 results of an earlier run: nothing has changed for them"])
    assert {"list_name:remove": "Killed test_names", "lead_id:remove": "Survived"} == statuses(pytester.path)


def test_one_mutant_in_a_usual_run(pytester: pytest.Pytester) -> None:
    """The reproducer: the tests run once, the failure is shown as usual, and how often the mutant was served."""
    pytester.makepyfile(TESTS)
    killed = pytester.runpytest("--smartflo-mutant=list_name:remove")
    survived = pytester.runpytest("--smartflo-mutant=lead_id:remove,id:rename")

    killed.assert_outcomes(passed=1, failed=1)
    killed.stdout.fnmatch_lines(
        ["*KeyError: 'list_name'", "*--smartflo-mutant=list_name:remove", "list_name:remove: in 2 responses"]
    )
    survived.assert_outcomes(passed=2)


@pytest.mark.slow
def test_workers_share_the_mutants(pytester: pytest.Pytester) -> None:
    """Under xdist, each mutant is decided once, and the results are those of one process."""
    pytester.makepyfile(TESTS)
    options = ("--smartflo-mutate-max=12",)
    mutate(pytester, *options)
    alone = statuses(pytester.path)
    result = mutate(pytester, *options, "-p", "xdist", "-n", "2")

    assert result.ret == 0
    assert {mutant: status.split()[0] for mutant, status in alone.items()} == {
        mutant: status.split()[0] for mutant, status in statuses(pytester.path).items()
    }


@pytest.mark.slow
def test_worker_that_dies_loses_its_mutant_only(pytester: pytest.Pytester) -> None:
    """A mutant that ends the process is killed by the test that ran; another worker decides the others."""
    pytester.makepyfile(
        READ
        + dedent(
            """
        import os


        def test_ends_the_process(leads):
            if "priority" not in leads[0]:
                os._exit(3)
        """
        )
    )
    result = mutate(pytester, "--smartflo-mutate=breaking", "-p", "xdist", "-n", "2", "--smartflo-mutate-max=60")

    result.stdout.fnmatch_lines(["*smartflo: mutation*", "breaking *"])
    decided = statuses(pytester.path)
    dead = {mutant for mutant, status in decided.items() if status.startswith("Killed")}
    assert dead <= {"priority:remove", "priority:rename"} | {
        mutant for mutant in decided if mutant.startswith(("body", "status", "leads"))
    }
    assert len(decided) - len(dead) > 40


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--smartflo-mutate=some",), "*--smartflo-mutate: expected breaking, tolerance or all, got `some`*"),
        (("--smartflo-mutate-max=3",), "*--smartflo-mutate-max: add --smartflo-mutate*"),
        (("--smartflo-mutate=all", "--smartflo-mutate-max=0"), "*expected a number from 1, got `0`*"),
        (("--smartflo-mutate=all", "--smartflo-mutate-fail-under=101"), "*expected a number from 0 to 100*"),
        (("--smartflo-mutate=tolerance", "--smartflo-mutate-fail-under=1"), "*expected breaking mutants*"),
        (("--smartflo-mutate=all", "--smartflo-mutate-report=pdf:x"), "*expected term, markdown:FILE*"),
        (("--smartflo-mutate=all", "--smartflo-mutate-report=html:no/x"), "*cannot write *no/x: *"),
        (("--smartflo-mutate=all", "--pdb"), "*expected no --pdb*"),
        (
            ("--smartflo-mutate=all", "--smartflo-mutant=id:remove"),
            "*expected no --smartflo-mutate*",
        ),
        (("--smartflo-mutant=lead_id:rmove",), "*Did you mean `lead_id:remove`?*"),
    ],
)
def test_wrong_options_are_usage_errors(pytester: pytest.Pytester, options: tuple[str, ...], message: str) -> None:
    """Wrong options are one line and exit code 4, before any test runs."""
    pytester.makepyfile(TESTS)
    result = pytester.runpytest(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_failed_part_of_a_test_notices(pytester: pytest.Pytester, choose: Choose) -> None:
    """Subtests, those of unittest too, report on their own: a failed one kills, and nothing shows it."""
    choose("priority:remove,retry_count:remove,lead_id:remove")
    pytester.makepyfile(
        READ
        + dedent(
            """
        import unittest


        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _leads(self, leads):
                self.leads = leads

            def test_case(self):
                with self.subTest("priority"):
                    self.assertIn("priority", self.leads[0])


        def test_subtests(leads, subtests):
            with subtests.test("retries"):
                assert "retry_count" in leads[0]
        """
        )
    )
    result = mutate(pytester, "--maxfail=1", "-W", "error")

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*SUBFAIL*")
    expected = {
        "priority:remove": "Killed test_case",
        "retry_count:remove": "Killed test_subtests",
        "lead_id:remove": "Survived",
    }
    assert expected == statuses(pytester.path)


@pytest.mark.fast_only(options=("-x",))
@pytest.mark.parametrize("options", [("-x",), ("-p", "xdist", "-n", "2")], ids=["first failure ends", "two processes"])
def test_failing_tests_are_refused_in_every_kind_of_run(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """No process runs a test again, and the exit status is that of the tests."""
    pytester.makepyfile(f"{TESTS}\n\ndef test_wrong(leads):\n    assert not leads\n")
    result = mutate(pytester, *options)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["not run, because *::test_wrong failed; mutation needs tests that pass"])


def test_files_that_last_failed_skips_are_noted(pytester: pytest.Pytester, choose: Choose) -> None:
    """With ``--lf`` the result is partial, and says so; tests that fail with a mutant are no failures for it."""
    choose("list_name:remove")
    pytester.makepyfile(TESTS)
    pytester.makepyfile(test_fails="def test_fails(): assert False")
    pytester.runpytest("-p", "cacheprovider")
    pytester.makepyfile(test_fails="def test_fails(smartflo): assert smartflo.client.get('/v1/broadcast/leads/8668')")
    result = mutate(pytester, "-p", "cacheprovider", "--lf")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["note: 1 file skipped by --lf"])


def test_mutant_of_an_overlay_in_a_conftest_file(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """A project's own configuration may have other mutants; one that it does not have fails each test in one line."""
    overlay = tmp_path / "overlay.json"
    overlay.write_text('{"properties": {"tier": {"enum": ["gold", "silver"]}}, "required": ["tier"]}')
    pytester.makeconftest(
        f"""
        import pytest

        from smartflo_contract.mock_server import Config


        @pytest.fixture(scope="session")
        def smartflo_config():
            return Config(overlay={str(overlay)!r})
        """
    )
    pytester.makepyfile(READ + "\n\ndef test_tier(leads):\n    assert leads[0]['tier']\n")
    pytester.runpytest("--smartflo-mutant=tier:remove").assert_outcomes(failed=1)
    result = pytester.runpytest("--smartflo-mutant=tier:remov")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*--smartflo-mutant: there is no mutant `tier:remov`*"])


@pytest.mark.slow
def test_fixture_of_a_module_concerns_all_its_tests(pytester: pytest.Pytester, choose: Choose) -> None:
    """The fixture is made for the first test, and the second notices the mutant, in a new process."""
    choose("list_name:remove,lead_id:remove")
    pytester.makepyfile(
        """
        import pytest


        @pytest.fixture(scope="module")
        def leads(smartflo_server):
            with smartflo_server.account() as account:
                yield account.client.get("/v1/broadcast/leads/8668").get_json()


        def test_reads(leads):
            assert leads


        def test_names(leads):
            assert leads[0]["list_name"]
        """
    )
    result = mutate(pytester)

    assert result.ret == 0
    assert {"list_name:remove": "Killed test_names", "lead_id:remove": "Survived"} == statuses(pytester.path)
