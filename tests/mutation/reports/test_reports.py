"""Reports of runs: scores, survivors worst first, over-strict tests, and formats that agree."""

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from smartflo_contract.live.errors import OutputError
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.mutation import KINDS, MutantResult, MutationRun, Score, mutants_of
from smartflo_contract.mutation.reports import WRITERS, html_page, markdown, text_lines
from smartflo_contract.mutation.reports.stryker import report_as_dict
from smartflo_contract.mutation.reports.summary import Summary, score_text
from smartflo_contract.mutation.results import STATUSES, Status
from smartflo_contract.schemas import Contract, load_contract

SCHEMA = Draft7Validator(
    json.loads((Path(__file__).parent / "report_schema/mutation-testing-report-schema.json").read_text())
)
HOSTILE = "</script><script>alert(1)</script>|`x`\n\x1b[31m\ud800 नाम"
OVERLAY = {
    "properties": {"</script>|`नाम`": {"enum": ["<b>", "x"]}, "a/b,c": {"type": "integer"}, "../..": {"type": "null"}}
}
CONTRACTS = [
    load_contract(),
    load_contract("documented"),
    load_contract("lenient"),
    load_contract("sample", OVERLAY),
]

SCRIPT_SHA256 = "751fb010242b0b44e32d84fe7fe0b9ff1da182823b94f59f5c52b001fcfc163b"
"""Hash of ``dist/mutation-test-elements.js`` in mutation-testing-elements 3.9.0."""
TAGS = ("table", "tr", "th", "td", "p", "details", "summary", "ul", "li")
MakeRun = Callable[..., MutationRun]

names = st.sampled_from(["tests/test_a.py::test_one", "tests/test_b.py::test_two[a-b]", "", HOSTILE]) | st.text()


@st.composite
def runs(draw: st.DrawFn) -> MutationRun:
    """Draw any run: some mutants of a contract, with any status, names, reasons and notes."""
    contract = draw(st.sampled_from(CONTRACTS))
    mutants = draw(st.lists(st.sampled_from(mutants_of(contract)), unique_by=lambda mutant: mutant.id, max_size=30))
    tests = st.lists(names, max_size=3, unique=True).map(tuple)
    seconds = st.floats(0, 1000)
    results = [
        MutantResult(
            mutant, draw(st.sampled_from(STATUSES)), draw(tests), draw(tests), draw(names), draw(seconds), draw(names)
        )
        for mutant in mutants
    ]
    return MutationRun(
        contract,
        results,
        draw(st.dictionaries(names, names, max_size=3)),
        draw(st.dictionaries(names, st.tuples(names, st.integers(-1, 100)), max_size=3)),
        draw(st.lists(names, max_size=3)),
        draw(st.sampled_from(["", "npm test", HOSTILE])),
        draw(st.sampled_from([None, Path(__file__).parents[3]])),
    )


@pytest.fixture(name="run")
def _run(make_run: MakeRun) -> MutationRun:
    one, two = "tests/test_a.py::test_one", "tests/test_a.py::test_two"
    killed = {"status": "killed", "covered_by": (one, two), "killed_by": (one,)}
    return make_run(
        {
            "lead_id:retype-number": {"covered_by": (one,), "reproducer": f"pytest {one} --smartflo-mutant X"},
            "lead_id:rename": killed | {"reason": "AssertionError: 1 != 2"},
            "list_id:remove": {"status": "no-coverage"},
            "field_20:remove": {"covered_by": (one,)},
            "field_21:remove": {"covered_by": (one,)},
            "field_22:remove": {"covered_by": (one,)},
            "added_by:remove": {"covered_by": (one,)},
            "added_by:null": {"covered_by": (one,)},
            "priority:null": {"covered_by": (one, two)},
            "retry_count:retype-string": {"covered_by": (one, two)},
            "retry_count:remove": {"status": "timeout", "covered_by": (one, two)},
            "keys:unknown-key": killed | {"reproducer": "pytest again"},
            "leads:swap-neighbors": killed | {"killed_by": (one, two)},
            "priority:priority-30": {"covered_by": (one,)},
            "body:html": {"status": "not-run"},
        },
        left_out={"tests/test_a.py::test_flaky": "failed in a control run"},
        notes=["3 tests deselected"],
    )


def test_table_has_both_scores_of_each_kind(run: MutationRun) -> None:
    """Time-outs count as killed; mutants without coverage, and those that did not run, do not count."""
    header, breaking, tolerance = [re.split(r"\s{2,}", line) for line in [*text_lines(run)][:3]]

    assert header[:3] == ["mutants", "total", "killed"]
    assert header[-2:] == ["score", "without ignored"]
    assert breaking == ["breaking", "12", "1", "1", "8", "1", "1", "20.0%", "40.0%"]
    assert tolerance == ["tolerance", "3", "2", "0", "1", "0", "0", "66.7%", "66.7%"]


def test_ignored_keys_are_listed_apart(run: MutationRun) -> None:
    """They are no survivors of the list; successive fields are one name."""
    lines = [*text_lines(run)]

    assert "ignored: nothing shows that your code reads field_20 to field_22, added_by (5 survivors)" in lines
    assert not any(line.strip().startswith(("field_20:", "added_by:")) for line in lines)


def test_survivors_are_worst_first(run: MutationRun) -> None:
    """Keys that the client reads come first, then larger changes, then those that more tests were served."""
    survivors = [result.mutant.id for result in Summary(run).survivors]

    assert survivors == ["retry_count:retype-string", "lead_id:retype-number", "priority:null"]


def test_survivors_of_the_same_key_are_worst_first(make_run: MakeRun) -> None:
    """A missing key is worse than another type, and that is worse than another value."""
    operators = ("empty", "huge", "null", "rename", "retype-number")
    results: dict[str, Any] = {f"id:{operator}": {} for operator in operators} | {"id:remove": {"status": "killed"}}
    survivors = [result.mutant.operator for result in Summary(make_run(results)).survivors]

    assert survivors == ["rename", "null", "retype-number", "empty", "huge"]


def test_survivor_shows_change_and_reproducer(run: MutationRun) -> None:
    """A survivor has a line in words, the smallest lead that shows it, and a command if there is one."""
    lines = [*text_lines(run)]
    first = lines.index("survived, worst first (3)")

    assert lines[first + 1 : first + 6] == [
        "  retry_count:retype-string: when retry_count is a string instead of a number, no test fails",
        '    retry_count: 2 -> "2"',
        "  lead_id:retype-number: when lead_id is a number instead of a string, no test fails",
        '    lead_id: "639a61a639e241a000000000" -> 3624568950',
        "    Reproduce with: pytest tests/test_a.py::test_one --smartflo-mutant X",
    ]


def test_over_strict_tests_are_grouped(run: MutationRun) -> None:
    """A test that fails although a client should accept the change comes with all such changes."""
    lines = [*text_lines(run)]
    first = lines.index("over-strict tests (2)")

    assert lines[first + 1 : first + 8] == [
        "  tests/test_a.py::test_one",
        "    keys:unknown-key: when a lead has a new key, this test fails",
        '      smartflo_new_key: (missing) -> "value"',
        "      Reproduce with: pytest again",
        "    leads:swap-neighbors: when the leads come in another order, this test fails",
        "      leads: 1, 2 -> 2, 1",
        "  tests/test_a.py::test_two",
    ]


def test_tests_left_out_and_notes_end_the_report(run: MutationRun) -> None:
    """Each has its reason."""
    assert [*text_lines(run)][-3:] == [
        "tests left out (1)",
        "  tests/test_a.py::test_flaky: failed in a control run",
        "note: 3 tests deselected",
    ]


def test_command_has_no_tests(make_run: MakeRun) -> None:
    """A survivor of a command passes it, and the command itself may be over-strict."""
    killed = {"status": "killed", "killed_by": ("npm test",), "reason": "exit code 1"}
    run = make_run(
        {"lead_id:remove": {}, "list_id:remove": killed, "list_id:null": {}, "keys:unknown-key": killed},
        command="npm test",
    )
    text = "\n".join(text_lines(run))

    assert "list_id:null: when list_id is null, the command still passes" in text
    assert "over-strict command (1)\n  npm test\n" in text
    assert "this command fails" in text
    report = report_as_dict(run)
    assert report["testFiles"] == {"npm test": {"tests": [{"id": "npm test", "name": "npm test"}]}}
    assert not any("coveredBy" in mutant for file in report["files"].values() for mutant in file["mutants"])


def test_run_without_mutants_is_reported() -> None:
    """There is no score."""
    lines = [*text_lines(MutationRun(load_contract(), []))]

    assert [line.split()[0] for line in lines[1:3]] == ["breaking", "tolerance"]
    assert all(line.endswith("-") for line in lines[1:3])
    assert len(lines) == 4


def test_long_reports_are_bounded() -> None:
    """Only a part of each list is shown, and the rest is counted."""
    contract = load_contract()
    tests = tuple(f"tests/test_{'x' * 300}.py::test_{number}" for number in range(300))
    results = [
        MutantResult(
            mutant,
            "killed" if mutant.kind == "tolerance" or mutant.operator == "null" else "survived",
            tests,
            tests,
            reproducer="pytest " + "x" * 3000,
        )
        for mutant in mutants_of(contract)
    ]
    run = MutationRun(contract, results, dict.fromkeys(tests, "y" * 9_000), notes=tests)
    lines = [*text_lines(run)]

    assert len(lines) < 400
    assert max(map(len, lines)) < 12_000
    for rest in ("survivors", "mutants", "tests", "notes"):
        assert any(re.fullmatch(rf" *and [0-9,]+ more {rest}", line) for line in lines)
    assert len(markdown(run)) < 200_000
    assert re.search(r"^and [0-9,]+ more survivors$", markdown(run), re.MULTILINE)


def test_markdown_has_what_the_terminal_has(run: MutationRun) -> None:
    """The same scores, ignored keys, survivors, over-strict tests and reasons, as tables."""
    text = markdown(run)

    for part in (
        "| breaking | 12 | 1 | 1 | 8 | 1 | 1 | 20.0% | 40.0% |",
        "ignored: nothing shows that your code reads `field_20 to field_22`, `added_by` (5 survivors).",
        "**Survived, worst first (3)**: no test fails.",
        '| `retry_count:retype-string` | `retry_count is a string instead of a number` | `retry_count: 2 -> "2"` |  |',
        "**Over-strict (2)**: this test fails.",
        "| `tests/test_a.py::test_one` | `keys:unknown-key` | `a lead has a new key` |",
        "| `tests/test_a.py::test_flaky` | `failed in a control run` |",
        "Note: `3 tests deselected`",
    ):
        assert part in text


@given(runs())
def test_markdown_has_no_foreign_markup(run: MutationRun) -> None:
    """Names and reasons are in code style: outside of it there is no markup, and each row has all its cells."""
    for line in markdown(run).splitlines():
        assert line.count("`") % 2 == 0
        assert "<" not in re.sub(r"`[^`]*`", "", line)
    tables = re.findall(r"(?:^\|.*\n)+", markdown(run), re.MULTILINE)
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


@given(runs())
def test_any_run_gives_valid_reports(run: MutationRun) -> None:
    """JSON follows the published schema and has each mutant once, and text is printable."""
    report = report_as_dict(run)
    SCHEMA.validate(report)
    json.dumps(report, ensure_ascii=False).encode()
    ids = [mutant["id"] for file in report["files"].values() for mutant in file["mutants"]]

    assert len(ids) == len({*ids}) == len(run.results)
    assert all(line.isprintable() for line in text_lines(run))


@given(runs())
def test_formats_have_the_same_scores(run: MutationRun) -> None:
    """Text, Markdown, and JSON, where a tool computes them from the statuses in the folders of a kind."""
    report = report_as_dict(run)
    for kind in Summary(run).kinds:
        scores = [run.score(kind, with_ignored=with_ignored) for with_ignored in (True, False)]
        texts = [*map(score_text, scores)]
        (line,) = (line for line in text_lines(run) if line.startswith(f"{kind} "))
        (row,) = (line for line in markdown(run).splitlines() if line.startswith(f"| {kind} |"))

        assert line.split()[-2:] == texts
        assert row.endswith(f" | {' | '.join(texts)} |")
        assert [*report["config"]["scores"][kind].values()] == [
            {"killed": score.killed, "survived": score.survived, "percent": score.percent} for score in scores
        ]
        assert [counted(report, f"/{kind}/"), counted(report, f"/{kind}/", "/ignored/")] == scores


def counted(report: dict[str, Any], folder: str, excluded: str = "none") -> Score:
    """Return the score of the files in a folder, without those in another one."""
    statuses = [
        mutant["status"]
        for path, file in report["files"].items()
        for mutant in file["mutants"]
        if folder in path and excluded not in path
    ]
    return Score(statuses.count("Killed") + statuses.count("Timeout"), statuses.count("Survived"))


@given(runs())
def test_each_test_of_a_mutant_is_defined(run: MutationRun) -> None:
    """Tests that cover or kill a mutant, and those that were left out, are tests of a file, each once."""
    report = report_as_dict(run)
    defined = [test["id"] for file in report["testFiles"].values() for test in file["tests"]]
    mutants = [mutant for file in report["files"].values() for mutant in file["mutants"]]

    assert {*report["config"]["left_out"]} <= {*defined}
    for mutant in mutants:
        assert {*mutant.get("coveredBy", ()), *mutant["killedBy"]} <= {*defined}


def test_json_describes_each_mutant(run: MutationRun) -> None:
    """A mutant has its operator, what changes, why it has its status, and how to run it again."""
    report = report_as_dict(run)
    mutants: dict[str, Any] = {mutant["id"]: mutant for file in report["files"].values() for mutant in file["mutants"]}

    assert [*report["files"]] == [
        "smartflo/breaking/lead.json",
        "smartflo/breaking/response.json",
        "smartflo/breaking/ignored/lead.json",
        "smartflo/tolerance/lead.json",
        "smartflo/tolerance/response.json",
    ]
    assert mutants["lead_id:retype-number"] == {
        "id": "lead_id:retype-number",
        "mutatorName": "retype-number",
        "location": {"start": {"line": 4, "column": 5}, "end": {"line": 4, "column": 42}},
        "replacement": '"lead_id": 3624568950',
        "status": "Survived",
        "statusReason": "",
        "description": "lead_id is a number instead of a string (breaking, evidence: assumed)\n"
        "Reproduce with: pytest tests/test_a.py::test_one --smartflo-mutant X",
        "duration": 0,
        "killedBy": [],
        "coveredBy": ["tests/test_a.py::test_one"],
    }
    reasons = {
        "lead_id:rename": ("Killed", "AssertionError: 1 != 2"),
        "retry_count:remove": ("Timeout", ""),
        "list_id:remove": ("NoCoverage", "no test was served what the mutant changes"),
        "body:html": ("Pending", "the run ended before its turn"),
        "added_by:null": ("Survived", "ignored: nothing shows that your code reads added_by"),
        "keys:unknown-key": ("Killed", "over-strict: a client should accept this change"),
        "priority:priority-30": ("Survived", "accepted, as it should be"),
    }
    assert {name: (mutants[name]["status"], mutants[name]["statusReason"]) for name in reasons} == reasons


def test_sources_of_test_files_are_shown_if_they_have_the_tests(make_run: MakeRun, tmp_path: Path) -> None:
    """Files outside of the project, missing ones, and files that have become shorter are not shown."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project/test_a.py").write_text("def test_one():\n    ...\n")
    (tmp_path / "outside.py").write_text("SECRET = 1\n")
    places = {"a": ("test_a.py", 1), "b": ("../outside.py", 1), "c": ("missing.py", 1)}
    run = make_run({}, test_files=places, root=tmp_path / "project")
    shorter = make_run({}, test_files={"a": ("test_a.py", 9)}, root=tmp_path / "project")

    assert {path: file.get("source") for path, file in report_as_dict(run)["testFiles"].items()} == {
        "test_a.py": "def test_one():\n    ...\n",
        "../outside.py": None,
        "missing.py": None,
    }
    assert "source" not in report_as_dict(shorter)["testFiles"]["test_a.py"]
    assert "source" not in report_as_dict(make_run({}, test_files=places))["testFiles"]["test_a.py"]


@given(runs())
def test_page_has_no_foreign_markup(run: MutationRun) -> None:
    """Whatever names there are, the page has its own three scripts and no other element of them."""
    page = html_page(run)
    report = page.partition('id="report">')[2].partition("</script>")[0]

    assert page.count("</script>") == page.count("<script") == 3
    assert "<" not in report
    assert json.loads(report) == json.loads(json.dumps(report_as_dict(run)))
    header = page.partition("<header>")[2].partition("</header>")[0]
    assert {*re.findall("<[^>]*>", header)} <= {f"<{slash}{tag}>" for slash in ("", "/") for tag in TAGS}


def test_script_is_that_of_the_package() -> None:
    """The script is the one that npm has, as the file with its licenses states, and cannot end its element."""
    folder = files("smartflo_contract.mutation.reports") / "mutation_testing_elements"
    script = (folder / "mutation-test-elements.js").read_bytes()

    assert sha256(script).hexdigest() == SCRIPT_SHA256
    assert not re.search(b"</?script", script, re.IGNORECASE)


@pytest.mark.parametrize("form", WRITERS)
def test_reports_are_written_and_replaced(run: MutationRun, tmp_path: Path, form: str) -> None:
    """A report is one file, which replaces an earlier one and leaves nothing else."""
    for _ in range(2):
        WRITERS[form](run, tmp_path / "report")

    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    assert "retry_count:retype-string" in (tmp_path / "report").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", WRITERS)
def test_reports_that_cannot_be_written_are_one_line(run: MutationRun, tmp_path: Path, form: str) -> None:
    """The path is a folder."""
    with pytest.raises(OutputError, match=r"^cannot write .+: Is a directory$"):
        WRITERS[form](run, tmp_path)


@pytest.mark.slow
def test_real_runs_give_valid_reports() -> None:
    """Mutants of two contracts, one with an overlay, are served to a client that reads two keys."""
    for contract in (load_contract(), load_contract("documented", OVERLAY)):
        run = MutationRun(contract, [*real_results(contract)], command="reader")
        report = report_as_dict(run)
        SCHEMA.validate(report)
        survivors = {result.mutant.id for result in Summary(run).survivors}

        assert {"killed", "survived"} <= {result.status for result in run.results}
        assert {"lead_id:remove", "dial_status:null"}.isdisjoint(survivors)
        assert {"lead_id", "dial_status"}.isdisjoint(report["config"]["ignored"])
        assert {"retry_count", "added_by"} <= report["config"]["ignored"].keys()
        assert 0 < report["config"]["scores"]["breaking"]["without_ignored"]["percent"] < 100


def real_results(contract: Contract) -> Iterator[MutantResult]:
    """Yield the result of each fifth mutant, and of those that remove a key or make it null."""
    overlay = contract.overlay and contract.overlay.schema
    with FakeSmartflo(Config(profile=contract.profile, overlay=overlay)) as fake:
        url, headers = f"{fake.url}/v1/broadcast/leads/8668", {"Authorization": "any-text"}
        for number, mutant in enumerate(mutants_of(contract)):
            if number % 5 == 0 or mutant.operator in {"remove", "null"}:
                fake.set_mutant(mutant.id)
                is_accepted = reads(requests.get(url, headers=headers, timeout=5))
                decided: Status = "survived" if is_accepted else "killed"
                yield MutantResult(mutant, decided if fake.mutant_served else "no-coverage")


def reads(response: requests.Response) -> bool:
    """Return whether a client accepts a response. It reads two keys."""
    try:
        return all(lead["lead_id"] and 0 <= lead["dial_status"] < 100 for lead in response.json())
    except (KeyError, TypeError, ValueError):
        return False


def test_json_file_is_that_of_the_schema(run: MutationRun, tmp_path: Path) -> None:
    """The file is read back as the report."""
    WRITERS["json"](run, tmp_path / "mutation.json")

    assert json.loads((tmp_path / "mutation.json").read_text(encoding="utf-8")) == report_as_dict(run)
    assert [*report_as_dict(run)["config"]["scores"]] == [*KINDS]
