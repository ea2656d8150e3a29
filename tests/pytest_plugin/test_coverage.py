"""Value coverage of test runs: the table, the reports, the minimum, several processes, and partial runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smartflo_contract.coverage import Recording, contract_cells, read_recording
from smartflo_contract.schemas import load_contract

from .conftest import PLUGIN

TESTS = """
    import pytest


    def test_reads(smartflo):
        assert smartflo.client.get("/v1/broadcast/leads/8668").get_json()


    def test_error(smartflo):
        smartflo.fail(503)
        assert smartflo.client.get("/v1/broadcast/leads/8668").status_code == 503


    @pytest.mark.parametrize("size", [0, 1, 2])
    def test_sizes(smartflo, size):
        lead_list = smartflo.add_list(leads=size)
        assert len(smartflo.client.get(f"/v1/broadcast/leads/{lead_list.id}").get_json()) == size
"""


@pytest.fixture(autouse=True)
def _tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)


def served(pytester: pytest.Pytester, context: str | None = None) -> set[str]:
    """Return the ids of the cells in the data file."""
    return served_in(read_recording(pytester.path / ".smartflo-coverage"), context)


def served_in(recording: Recording, context: str | None = None) -> set[str]:
    """Return the ids of the cells in a recording."""
    cells = contract_cells(load_contract())
    mask = recording.served_mask(cells, context)
    return {cell.id for number, cell in enumerate(cells.cells) if mask >> number & 1}


def test_off_by_default(pytester: pytest.Pytester) -> None:
    """Off by default."""
    result = pytester.runpytest()

    result.stdout.no_fnmatch_line("*coverage*")
    assert not (pytester.path / ".smartflo-coverage").exists()


def test_table_and_data_file(pytester: pytest.Pytester) -> None:
    """Table and data file."""
    result = pytester.runpytest("--smartflo-coverage")

    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(
        ["*smartflo: value coverage*", "smartflo.cells *cells *served *%", "total *", "missing: *"]
    )
    result.stdout.no_fnmatch_line("partial: *")
    assert {"leads:0", "leads:1", "leads:2", "leads:3+", "status:503", "status:200"} <= served(pytester)


def test_contexts_are_the_tests(pytester: pytest.Pytester) -> None:
    """Contexts are the tests."""
    pytester.runpytest("--smartflo-coverage")

    assert "status:503" in served(pytester, "test_contexts_are_the_tests.py::test_error")
    assert "leads:2" in served(pytester, "test_contexts_are_the_tests.py::test_sizes[2]")
    assert "status:503" not in served(pytester, "test_contexts_are_the_tests.py::test_reads")


def test_requests_over_sockets_and_intercepted_ones_count(pytester: pytest.Pytester) -> None:
    """Requests over sockets and intercepted ones count."""
    pytester.makepyfile(
        """
        import requests

        HOST = "https://api-smartflo.tatateleservices.com"


        def test_socket(smartflo):
            url = f"{smartflo.url}/v1/broadcast/leads/900000404"
            assert requests.get(url, headers=smartflo.headers, timeout=9).status_code == 404


        def test_intercepted(smartflo_intercept):
            url = f"{HOST}/v1/broadcast/leads/900000403"
            assert requests.get(url, headers={"Authorization": "own"}, timeout=9).status_code == 403
        """
    )
    pytester.runpytest("--smartflo-coverage").assert_outcomes(passed=2)

    assert {"status:403", "status:404"} <= served(pytester)


def test_reports_are_written_where_they_are_requested(pytester: pytest.Pytester) -> None:
    """Reports are written where they are requested."""
    options = ["html:h", "xml:c.xml", "lcov:c.lcov", "json:c.json", "markdown:c.md"]
    result = pytester.runpytest(*(f"--smartflo-coverage={option}" for option in options))

    assert result.ret == 0
    for name in ("h/index.html", "c.xml", "c.lcov", "c.json", "c.md"):
        assert (pytester.path / name).stat().st_size
    result.stdout.fnmatch_lines(["*% of the cells were served", "html: *h", "xml: *c.xml"])
    result.stdout.no_fnmatch_line("total *")


def test_ini_keys(pytester: pytest.Pytester) -> None:
    """Ini keys."""
    pytester.makeini("[pytest]\nsmartflo_coverage =\n  term\n  json:c.json\nsmartflo_coverage_fail_under = 99\n")
    result = pytester.runpytest()

    assert result.ret == 1
    result.stdout.fnmatch_lines(["total *", "FAIL: *% of the cells were served, minimum 99%"])
    assert (pytester.path / "c.json").exists()


@pytest.mark.parametrize(("minimum", "code"), [("0", 0), ("5", 0), ("99.5", 1)])
def test_fail_under(pytester: pytest.Pytester, minimum: str, code: int) -> None:
    """Fail under."""
    assert pytester.runpytest("--smartflo-coverage", f"--smartflo-coverage-fail-under={minimum}").ret == code


@pytest.mark.parametrize("minimum", ["101", "-1", "x", "nan", "inf"])
def test_rejects_a_minimum_that_is_no_percentage(pytester: pytest.Pytester, minimum: str) -> None:
    """Rejects a minimum that is no percentage."""
    result = pytester.runpytest("--smartflo-coverage", f"--smartflo-coverage-fail-under={minimum}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: --smartflo-coverage-fail-under: expected a number from 0 to 100, got `{minimum}`"]
    )


def test_rejects_a_minimum_without_coverage(pytester: pytest.Pytester) -> None:
    """Rejects a minimum without coverage."""
    result = pytester.runpytest("--smartflo-coverage-fail-under=1")

    result.stderr.fnmatch_lines(["ERROR: *: add --smartflo-coverage, because coverage is off without it"])


@pytest.mark.parametrize("report", ["pdf:x", "html", "html:", "term:x", "x"])
def test_rejects_unknown_reports(pytester: pytest.Pytester, report: str) -> None:
    """Rejects unknown reports."""
    result = pytester.runpytest(f"--smartflo-coverage={report}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --smartflo-coverage: expected term, html:DIR, *, got `{report}`"])


def test_path_of_tests_after_the_option_is_explained(pytester: pytest.Pytester) -> None:
    """Path of tests after the option is explained."""
    result = pytester.runpytest("--smartflo-coverage", "test_path_of_tests_after_the_option_is_explained.py")

    result.stderr.fnmatch_lines(["ERROR: *; write --smartflo-coverage=term before paths of tests"])


@pytest.mark.parametrize("report", ["xml:none/c.xml", "html:file/h", "json:."])
def test_unwritable_report_is_rejected_before_the_first_test(pytester: pytest.Pytester, report: str) -> None:
    """Unwritable report is rejected before the first test."""
    (pytester.path / "file").write_text("")
    result = pytester.runpytest(f"--smartflo-coverage={report}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --smartflo-coverage: cannot write *"])
    result.stdout.no_fnmatch_line("*passed*")


@pytest.mark.parametrize(
    "options", [("json:.smartflo-coverage",), ("xml:c", "json:c")], ids=["data file", "another report"]
)
def test_reports_never_replace_each_other(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """A report has a path of its own: not that of the data file, nor of another report."""
    result = pytester.runpytest(*(f"--smartflo-coverage={option}" for option in options))

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --smartflo-coverage: * is the path of the data file or of another report; *"])


@pytest.mark.slow
def test_same_result_with_xdist(pytester: pytest.Pytester) -> None:
    """Same result with xdist."""
    pytester.runpytest("--smartflo-coverage")
    alone = json.loads((pytester.path / ".smartflo-coverage").read_text())
    pytester.runpytest("-p", "xdist", "-n", "2", "--smartflo-coverage").assert_outcomes(passed=5)

    assert json.loads((pytester.path / ".smartflo-coverage").read_text()) == alone


@pytest.mark.slow
def test_crashed_worker_leaves_a_partial_result(pytester: pytest.Pytester) -> None:
    """Crashed worker leaves a partial result."""
    pytester.makepyfile(
        test_a_first="""
        def test_error(smartflo):
            smartflo.fail(503)
            smartflo.client.get("/v1/broadcast/leads/8668")
        """,
        test_b_then="import os\n\ndef test_crash(smartflo): os._exit(1)",
    )
    options = ("-p", "xdist", "-n", "1", "--dist=load", "--smartflo-coverage=term", "test_a_first.py", "test_b_then.py")
    result = pytester.runpytest(*options)

    result.stdout.fnmatch_lines(["partial: a worker process of xdist crashed: *"])
    assert "status:503" in served(pytester)


@pytest.mark.parametrize(
    ("option", "note"),
    [("-kerror", "4 tests deselected"), ("-x", "the run stopped before its last test")],
)
def test_partial_runs_say_so(pytester: pytest.Pytester, option: str, note: str) -> None:
    """Partial runs say so."""
    pytester.makepyfile(test_a="def test_fails(): assert False")
    result = pytester.runpytest("--smartflo-coverage=term", option, *(["test_a.py"] if option == "-x" else []))

    result.stdout.fnmatch_lines([f"partial: {note.replace('4', '*')}"])


def test_everything_deselected(pytester: pytest.Pytester) -> None:
    """Everything deselected."""
    result = pytester.runpytest("--smartflo-coverage", "--smartflo-coverage-fail-under=1", "-knone")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["total *0 *0", "no response was served: *", "FAIL: 0.0% *"])


def test_no_test_uses_the_fixtures(pytester: pytest.Pytester) -> None:
    """No test uses the fixtures."""
    pytester.makepyfile("def test_other(): ...")
    result = pytester.runpytest("--smartflo-coverage")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["no response was served: no test has requested anything from the fixture smartflo"])


def test_collect_only_reports_nothing(pytester: pytest.Pytester) -> None:
    """Collect only reports nothing."""
    pytester.runpytest("--smartflo-coverage", "--collect-only").stdout.no_fnmatch_line("*value coverage*")

    assert not (pytester.path / ".smartflo-coverage").exists()


@pytest.mark.slow
def test_another_profile_is_another_source_file(pytester: pytest.Pytester) -> None:
    """Another profile is another source file."""
    pytester.makepyfile(
        """
        def test_switches(smartflo):
            smartflo.client.get("/v1/broadcast/leads/8668")
            smartflo.profile("documented")
            smartflo.client.get("/v1/broadcast/leads/8668")
        """
    )
    result = pytester.runpytest("--smartflo-coverage")

    result.stdout.fnmatch_lines(["smartflo-documented.cells *", "smartflo.cells *"])


def test_overlay_of_the_options(pytester: pytest.Pytester) -> None:
    """Overlay of the options."""
    (pytester.path / "overlay.json").write_text('{"properties": {"tier": {"enum": ["gold"]}}, "required": ["tier"]}')
    result = pytester.runpytest("--smartflo-coverage", "--smartflo-overlay=overlay.json")

    result.stdout.fnmatch_lines(["smartflo-*.cells *", "tier *1 *1 *100"])


@pytest.mark.slow
def test_coverage_of_the_users_code_is_not_touched(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """Both are measured in one run."""
    data = tmp_path / "own"
    command = ("-m", "coverage", "run", f"--data-file={data}", "--source=.", "-m", "pytest", "--smartflo-coverage")
    result = pytester.run("python", *command)

    assert result.ret == 0
    assert "status:503" in served(pytester)
    report = pytester.run("python", "-m", "coverage", "report", f"--data-file={data}")
    report.stdout.fnmatch_lines(["test_coverage_of_the_users_code_is_not_touched.py * 100%"])
    report.stdout.no_fnmatch_line("*.cells*")


def test_serve_missing_closes_the_gap(pytester: pytest.Pytester) -> None:
    """Every cell of valid leads is served, and the second list is empty."""
    pytester.makepyfile(
        """
        from smartflo_contract.schemas import load_contract

        def get(smartflo, lead_list):
            return smartflo.client.get(f"/v1/broadcast/leads/{lead_list.id}").get_json()


        def test_closes(smartflo):
            smartflo.client.get("/v1/broadcast/leads/8668")
            leads = get(smartflo, smartflo.serve_missing())
            assert len(leads) > 20
            assert load_contract().is_valid(leads)
            assert get(smartflo, smartflo.serve_missing()) == []


        def test_documented(smartflo):
            smartflo.profile("documented")
            assert load_contract("documented").is_valid(get(smartflo, smartflo.serve_missing()))
        """
    )
    pytester.runpytest("--smartflo-coverage").assert_outcomes(passed=2)

    cells = contract_cells(load_contract())
    missing = {cell.id for cell in cells.leads.cells if cell.group not in {"list_id", "leads"}} - served(pytester)
    assert missing == {"header:malformed", "sensitive_field_map:malformed"}


def test_serve_missing_without_coverage_serves_each_cell(pytester: pytest.Pytester) -> None:
    """A test does not depend on the option."""
    pytester.makepyfile("def test_all(smartflo): assert len(smartflo.serve_missing().leads) > 90")

    pytester.runpytest().assert_outcomes(passed=1)


REMOVED = ["dialer_dial_status", "dial_status", "dialer_skill", "available_at", "skill_id", "time_group"]
"""Properties that an overlay removes, so that fewer cells are missing."""
MISSING_LEAD = """
    def test_missing(smartflo, smartflo_missing_lead):
        lead_list = smartflo.load([smartflo_missing_lead])
        assert smartflo.client.get(f"/v1/broadcast/leads/{lead_list.id}").get_json() == [smartflo_missing_lead]
"""


@pytest.mark.slow
def test_missing_leads_are_those_that_other_tests_were_not_served(pytester: pytest.Pytester) -> None:
    """A second run has the same tests: what these tests were served themselves is not counted."""
    (pytester.path / "overlay.json").write_text(json.dumps({"properties": dict.fromkeys(REMOVED)}))
    pytester.makeini("[pytest]\nsmartflo_overlay = overlay.json\n")
    pytester.runpytest("--smartflo-coverage")
    pytester.makepyfile(test_missing=MISSING_LEAD)
    first = pytester.runpytest("--smartflo-coverage=term", "test_missing.py", "-v").parseoutcomes()["passed"]
    pytester.makepyfile(test_missing=MISSING_LEAD)
    result = pytester.runpytest("--smartflo-coverage", "-v")

    assert 20 < first < 110
    result.stdout.fnmatch_lines(["*test_missing?priority:maximum?*PASSED*"])
    assert pytester.runpytest("--smartflo-coverage").parseoutcomes()["passed"] == first + 5


def test_damaged_data_file_is_a_collection_error(pytester: pytest.Pytester) -> None:
    """The error is one line, without a traceback."""
    (pytester.path / ".smartflo-coverage").write_text("{")
    pytester.makepyfile(test_missing=MISSING_LEAD)
    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*.smartflo-coverage: not a coverage data file, or damaged; delete it and *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_names_of_tests_become_contexts_of_one_bounded_line(pytester: pytest.Pytester) -> None:
    """Ids of parameters may be long, and may contain line breaks and any script."""
    pytester.makeini("[pytest]\ndisable_test_id_escaping_and_forfeit_all_rights_to_community_support = true\n")
    pytester.makepyfile(
        """
        import pytest


        @pytest.mark.parametrize("text", ["x" * 10_000, "two\\nlines", "नाम"])
        def test_reads(smartflo, text):
            smartflo.client.get("/v1/broadcast/leads/8668").get_json()
        """
    )
    pytester.runpytest("--smartflo-coverage=html:h", "--smartflo-coverage=xml:c.xml").assert_outcomes(passed=3)
    contexts = read_recording(pytester.path / ".smartflo-coverage").contexts()

    assert len(contexts) == 3
    assert all(context.isprintable() and len(context) <= 220 for context in contexts)
    page = (pytester.path / "h" / "smartflo_cells.html").read_text()
    assert json.dumps("नाम").strip('"') in page  # contexts are JSON in a script


def test_files_that_last_failed_skips_are_noted(pytester: pytest.Pytester) -> None:
    """``--lf`` does not collect files without failed tests, so pytest does not report their tests as deselected."""
    pytester.makepyfile(test_fails="def test_fails(): assert False")
    pytester.runpytest("-p", "cacheprovider")
    result = pytester.runpytest("-p", "cacheprovider", "--lf", "--smartflo-coverage")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["partial: 1 file skipped by --lf"])


@pytest.mark.fast_only(options=())
@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
def test_file_that_cannot_be_collected_is_noted(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """Without xdist, no test runs then; with it, the others do."""
    pytester.makepyfile(test_broken="import nothing_of_this_name")
    result = pytester.runpytest("--smartflo-coverage", *options)

    result.stdout.fnmatch_lines(["partial: test_broken.py could not be collected"])
    result.stdout.no_fnmatch_line("*the run was interrupted")


@pytest.mark.slow
def test_interrupted_run_reports_what_was_served(pytester: pytest.Pytester) -> None:
    """Ctrl-C ends the run; the reports are still written."""
    pytester.makepyfile(
        """
        def test_error(smartflo):
            smartflo.fail(503)
            smartflo.client.get("/v1/broadcast/leads/8668")


        def test_interrupted(smartflo):
            raise KeyboardInterrupt
        """
    )
    result = pytester.runpytest_subprocess("-p", PLUGIN, "--smartflo-coverage")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["partial: the run was interrupted"])
    assert "status:503" in served(pytester)


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
def test_every_kind_of_test_is_a_context(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """Tests of unittest, coroutines, and fixtures of a whole session; their teardown counts for the last test."""
    pytester.makepyfile(
        test_kinds="""
        import asyncio
        import unittest

        import httpx
        import pytest


        @pytest.fixture(scope="session")
        def shared(smartflo_server):
            with smartflo_server.account() as account:
                account.client.get("/v1/broadcast/leads/900000500")
                yield account
                account.client.get("/v1/broadcast/leads/900000504")


        def test_shared(shared):
            assert shared.client.get("/v1/broadcast/leads/8668").status_code == 200


        class TestUnit(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _smartflo(self, smartflo):
                self.smartflo = smartflo

            def test_unit(self):
                self.assertEqual(self.smartflo.client.get("/v1/broadcast/leads/900000403").status_code, 403)


        def test_coroutine(smartflo):
            async def get():
                async with httpx.AsyncClient(headers=smartflo.headers) as client:
                    return await client.get(f"{smartflo.url}/v1/broadcast/leads/900000404")

            assert asyncio.run(get()).status_code == 404
        """
    )
    result = pytester.runpytest(*options, "--smartflo-coverage=term", "test_kinds.py")

    result.assert_outcomes(passed=3)
    statuses = {
        context: {cell for cell in served(pytester, f"test_kinds.py::{context}") if cell.startswith("status:")}
        for context in ("test_shared", "TestUnit::test_unit", "test_coroutine")
    }
    assert statuses == {
        "test_shared": {"status:200", "status:500"},
        "TestUnit::test_unit": {"status:403"},
        "test_coroutine": {"status:404", "status:504"},
    }


@pytest.mark.fast_only(options=())
@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
def test_responses_after_the_last_test_count(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """A worker of xdist sends what it has served since when it ends."""
    pytester.makeconftest(
        """
        import pytest


        @pytest.hookimpl(wrapper=True)
        def pytest_sessionfinish(session):
            if hasattr(session.config, "kept_client"):
                session.config.kept_client.get("/v1/broadcast/leads/900000504")
            return (yield)
        """
    )
    pytester.makepyfile(
        test_one="""
        def test_keeps_its_client(smartflo, request):
            request.config.kept_client = smartflo.client
        """
    )
    pytester.runpytest(*options, "--smartflo-coverage=term", "test_one.py").assert_outcomes(passed=1)

    assert "status:504" in served(pytester, "(outside of tests)")


@pytest.mark.slow
def test_fixtures_without_the_option_import_no_coverage(pytester: pytest.Pytester) -> None:
    """A run without value coverage pays for none of it."""
    pytester.makepyfile(
        """
        import sys


        def test_reads(smartflo):
            smartflo.client.get("/v1/broadcast/leads/8668")
            assert not [name for name in sys.modules if name.startswith(("coverage.", "smartflo_contract.coverage"))]
        """
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=pytester.path, env=environment, check=True, stdout=subprocess.DEVNULL)


def test_wrong_usage_keeps_the_data_file(pytester: pytest.Pytester) -> None:
    """A path of tests that does not exist is no run."""
    pytester.runpytest("--smartflo-coverage")
    before = served(pytester)
    result = pytester.runpytest("--smartflo-coverage=term", "test_of_another_name.py")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.no_fnmatch_line("*value coverage*")
    assert before == served(pytester)
    assert "status:503" in before


@pytest.mark.slow
def test_run_in_which_no_test_starts_keeps_the_data_file(pytester: pytest.Pytester) -> None:
    """An error of collection, options that select nothing, and ``--collect-only`` lose nothing."""
    pytester.runpytest("--smartflo-coverage")
    before = (pytester.path / ".smartflo-coverage").read_bytes()
    assert pytester.runpytest("--smartflo-coverage", "-knone").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert pytester.runpytest("--smartflo-coverage", "--collect-only").ret == pytest.ExitCode.OK
    pytester.makepyfile(test_broken="import nothing_of_this_name")
    assert pytester.runpytest("--smartflo-coverage").ret == pytest.ExitCode.INTERRUPTED

    assert before == (pytester.path / ".smartflo-coverage").read_bytes()
