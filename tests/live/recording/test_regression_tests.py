"""Findings become tests, each with the smallest list that has the finding."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import EDGE_CASES, lead, lead_list
from smartflo_contract.live import Recorded, RecordError, check, record
from smartflo_contract.live.recording.character_runs import character_runs
from smartflo_contract.pytest_plugin import Smartflo
from smartflo_contract.schemas.body_rules import BODY_RULES

Lead: TypeAlias = dict[str, Any]
RecordedTest: TypeAlias = Callable[[Smartflo], None]

KEY: Final = b"0123456789abcdef"
MODULE: Final = "test_recorded.py"
FOLDER: Final = "test_recorded"
PLUGIN: Final = "smartflo_contract.pytest_plugin.plugin"
FAKE_FAULTS: Final = {name: rule.fake_fault for name, rule in BODY_RULES.items() if rule.fake_fault}


def ten_leads(**changes: Any) -> list[Lead]:
    """Return ten leads, the fourth with some changes."""
    leads = [dict(lead) for lead in lead_list(3, 4711, 10)]
    leads[3] |= changes
    return leads


DRIFTED: Final = ten_leads(dial_status=99, surprise={"tags": ["vip"]}, created_at="now")
del DRIFTED[4]["priority"]
DRIFTED[5]["lead_id"] = DRIFTED[5]["id"] = DRIFTED[2]["id"]
DRIFTED[6]["list_id"] = 8668
DRIFTED[7]["field_1"] = DRIFTED[8]["field_1"] = 7


def record_tests(leads: object, folder: Path, **options: Any) -> str:
    """Record the tests of some leads and return their source."""
    record(json.dumps(leads).encode(), as_test=folder / MODULE, key=KEY, **options)
    return (folder / MODULE).read_text(encoding="utf-8")


def load_module(folder: Path) -> dict[str, RecordedTest]:
    """Return the tests of the module in a folder."""
    path = folder / MODULE
    module: dict[str, Any] = {"__file__": str(path)}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), module)  # noqa: S102 - it is what we test
    return {name: test for name, test in module.items() if name.startswith("test_")}


def lists_of(folder: Path) -> dict[str, list[Lead]]:
    """Return the lists in the folder of the tests, by name."""
    files = (folder / FOLDER).glob("*.json")
    return {file.stem: json.loads(file.read_bytes()) for file in files if file.name != "overlay.json"}


@pytest.fixture(name="drifted", scope="module")
def _drifted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record the tests of the drifted leads, once."""
    folder = tmp_path_factory.mktemp("drifted")
    record_tests(DRIFTED, folder)
    return folder


def test_tests_pass_while_the_finding_remains(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test fails once its list conforms or the client drops leads."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # loading other plugins would take most of the time
    leads = ten_leads(dial_status=99)
    del leads[4]["priority"]
    source = record_tests(leads, pytester.path)
    pytester.path.joinpath("test_without_leads.py").write_text(source.replace("return response.json()", "return []"))
    (served,) = lists_of(pytester.path)["unknown_value_dial_status"]
    conforming = source.replace(f'with_name("{FOLDER}")', 'with_name("conforming")')
    pytester.path.joinpath("test_conforming.py").write_text(conforming)
    pytester.mkdir("conforming")
    for name, content in lists_of(pytester.path).items():
        fixed = [served | {"dial_status": 1}] if name == "unknown_value_dial_status" else content
        (pytester.path / "conforming" / f"{name}.json").write_text(json.dumps(fixed))

    run = pytester.inline_run("-p", "no:cacheprovider", "-p", PLUGIN)
    outcomes = {
        report.nodeid: report.outcome for report in run.getreports("pytest_runtest_logreport") if report.when == "call"
    }

    assert {
        f"{MODULE}::test_required_priority": "passed",
        f"{MODULE}::test_unknown_value_dial_status": "passed",
        "test_conforming.py::test_required_priority": "passed",
        "test_conforming.py::test_unknown_value_dial_status": "failed",
        "test_without_leads.py::test_required_priority": "failed",
        "test_without_leads.py::test_unknown_value_dial_status": "failed",
    } == outcomes


def test_records_one_test_per_finding(drifted: Path) -> None:
    """Tests and lists are those of the findings in the report; a docstring has location, count, evidence and list."""
    source = (drifted / MODULE).read_text(encoding="utf-8")
    report = check(json.dumps(DRIFTED).encode())
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    docstrings = {node.name: ast.get_docstring(node) or "" for node in functions if node.name.startswith("test_")}

    assert len(report.findings) == len(docstrings) == 7
    assert {name.removeprefix("test_") for name in docstrings} == lists_of(drifted).keys()
    for rule, pointer, times in (
        ("required", "/*/priority", "once"),
        ("type", "/*/field_1", "2 times"),
        ("one-list-id", "/*/list_id", "once"),
    ):
        first_line = f"{pointer}: break, rule {rule}, found {times}.\n"
        assert any(docstring.startswith(first_line) for docstring in docstrings.values())
    dial_status = docstrings["test_unknown_value_dial_status"]
    assert "got integer 99" in dial_status
    assert "Evidence: documented (leads page" in dial_status
    assert dial_status.endswith(f"The list is {FOLDER}/unknown_value_dial_status.json.")


@pytest.mark.parametrize(
    ("name", "changed_keys"),
    [
        ("unknown_value_dial_status", [{"dial_status"}]),
        ("required_priority", [{"priority"}]),
        ("type_created_at", [{"created_at"}]),
        ("one_list_id_list_id", [set(), {"list_id"}]),
    ],
)
def test_list_differs_from_generated_leads_in_few_keys(drifted: Path, name: str, changed_keys: list[set[str]]) -> None:
    """A list has the keys that make its finding, and those without which there would be another finding."""
    assert changed_keys == [changes(served, index) for index, served in enumerate(lists_of(drifted)[name])]


def test_list_of_equal_ids_has_both_leads(drifted: Path) -> None:
    """A finding that takes two leads is served with both."""
    first, second = lists_of(drifted)["lead_id_unique_lead_id"]
    assert first["lead_id"] == second["lead_id"]
    assert {"lead_id"} <= changes(first, 0) <= {"id", "lead_id"}
    assert {"lead_id"} <= changes(second, 1) <= {"id", "lead_id"}


def changes(served: Lead, index: int) -> set[str]:
    """Return the keys in which a lead differs from a generated one."""
    generated = dict(lead(0, 8668, index))
    return {
        key for key in served.keys() | generated.keys() if key not in generated or served.get(key) != generated[key]
    }


def test_fake_serves_the_findings_of_every_edge_case(smartflo: Smartflo, tmp_path: Path) -> None:
    """The findings of the leads that break clients are found again in the lists of the tests."""
    leads = [lead for case in EDGE_CASES.values() for lead in case.leads]
    record_tests(leads, tmp_path)
    tests = load_module(tmp_path)

    assert len(tests) == len(check(json.dumps(leads).encode()).findings) > 15
    for test in tests.values():
        test(smartflo)


@pytest.mark.parametrize(
    "overlay",
    [
        {"properties": {"priority": {"maximum": 0, "minimum": 0}, "tier": {"type": "string"}}, "required": ["tier"]},
        {"properties": {"list_id": None}},
        {"properties": {"retry_count": {"type": "string"}}},
    ],
    ids=["more", "fewer", "unlike-the-sample"],
)
def test_tests_use_the_overlay(smartflo: Smartflo, tmp_path: Path, overlay: dict[str, Any]) -> None:
    """The overlay is a file beside the lists; where it allows no generated lead, leads are served unreduced."""
    (tmp_path / "overlay.json").write_text(json.dumps(overlay), encoding="utf-8")
    record_tests(ten_leads(dial_status=99), tmp_path, overlay=tmp_path / "overlay.json")
    tests = load_module(tmp_path)

    assert overlay == json.loads((tmp_path / FOLDER / "overlay.json").read_bytes())
    assert len(tests) == len(check(json.dumps(ten_leads(dial_status=99)).encode(), overlay=overlay).findings) > 1
    for test in tests.values():
        test(smartflo)


def test_same_key_records_same_tests(drifted: Path, tmp_path: Path) -> None:
    """A fixture that is recorded with the tests has the same pseudonyms; existing files are replaced."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "required_priority.json").write_text("before")
    (tmp_path / MODULE).write_text("before")
    record(json.dumps(DRIFTED).encode(), tmp_path / "fixture.json", as_test=tmp_path / MODULE, key=KEY)
    fixture = json.loads((tmp_path / "fixture.json").read_bytes())
    (unknown_key,) = fixture[3].keys() - lead(0, 8668, 0).keys()
    (served,) = lists_of(tmp_path)[f"unknown_key_{unknown_key}"]

    assert (drifted / MODULE).read_text() == (tmp_path / MODULE).read_text()
    assert lists_of(drifted) == lists_of(tmp_path)
    assert fixture[3][unknown_key] == served[unknown_key]


LETTERS: Final = "bgmpBGMP"
"""No string of the contract has four of these in a row, nor does a pseudonym."""
personal = st.one_of(
    st.text(LETTERS, min_size=4, max_size=30),
    st.text("68", min_size=10, max_size=10).map("+91{}".format),
    st.text(LETTERS, min_size=4, max_size=9).map("{}@bgmp.gpm".format),
)


@settings(max_examples=10)
@given(value=personal, key=st.text(LETTERS, min_size=4, max_size=20), column=st.text(LETTERS, min_size=4))
def test_no_piece_of_personal_data_remains(
    value: str, key: str, column: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No four characters in a row of a personal value, key or column name are in the tests or their lists."""
    personal_keys = {key: {key: [value]}, "field_1": {"x": value}, "dial_status": value, "header": f'["{column}'}
    folder = tmp_path_factory.mktemp("tests")
    source = record_tests(ten_leads(**personal_keys, priority=value), folder)
    tests = source.partition("\n\n\ndef test_")[2]
    changed = [{key: served[key] for key in changes(served, 0)} for served, *_ in lists_of(folder).values()]
    text = tests + json.dumps(changed, ensure_ascii=False)
    pieces = {run for string in (value, key, column) for run in character_runs(string) if not run.startswith("+91")}

    assert tests
    assert 4 < len(changed)
    assert set() == {piece for piece in pieces if piece in text}


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ruff") is None, reason="Ruff is not installed")
def test_source_is_formatted(drifted: Path) -> None:
    """Ruff's formatter leaves the module unchanged."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--check", str(drifted / MODULE)]
    assert 0 == subprocess.run(command, check=False, capture_output=True).returncode


def test_escapes_hidden_characters(smartflo: Smartflo, tmp_path: Path) -> None:
    """Keys with control characters are written with escapes, in the module as in the lists."""
    keys: dict[str, Any] = {"a\x00b": 1, "c\x1b[31md": 2, "e\N{RIGHT-TO-LEFT OVERRIDE}f": 3, 'g"""\\': 4}
    source = record_tests(ten_leads(**keys), tmp_path)

    for text in (source, *(path.read_text() for path in (tmp_path / FOLDER).iterdir())):
        assert text.replace("\n", "").isprintable()
    assert 4 == len(load_module(tmp_path))
    for test in load_module(tmp_path).values():
        test(smartflo)


@pytest.mark.parametrize("quotes", ['"' * 4, "'" * 4, '"' * 7, "\\" + '"' * 4])
def test_quotes_end_no_docstring(tmp_path: Path, quotes: str) -> None:
    """What follows quotes in the name of a key or of the module is text, not code, in the recorded tests."""
    key = f"x{quotes}; raise SystemExit #"
    module = tmp_path / f"test_{quotes}; raise SystemExit #.py"
    overlay = {"properties": {key: {"type": "integer"}}, "required": [key]}
    record(json.dumps(ten_leads(**{f"y{quotes}z": 1})).encode(), as_test=module, key=KEY, overlay=overlay)

    parsed = ast.parse(module.read_text(encoding="utf-8"))
    assert 2 == sum(isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in parsed.body)
    assert not [node for node in ast.walk(parsed) if isinstance(node, ast.Raise)]


def test_names_of_tests_and_lists_are_unique(tmp_path: Path) -> None:
    """Keys without letters that a name can contain have tests of their own."""
    record_tests(ten_leads(**{"अमित": 1, "रवि": 2, "-": 3}), tmp_path)
    assert {"test_unknown_key", "test_unknown_key_2"} < load_module(tmp_path).keys()
    assert 3 == len(load_module(tmp_path)) == len(lists_of(tmp_path))


@pytest.mark.slow
def test_records_at_most_a_hundred_tests(smartflo: Smartflo, tmp_path: Path) -> None:
    """The most severe findings have tests, and the module states how many findings there are."""
    leads = ten_leads(**{f"key {number} of": number for number in range(150)})
    del leads[5]["priority"]
    recorded = record(json.dumps(leads).encode(), as_test=tmp_path / MODULE, key=KEY)
    tests = load_module(tmp_path)

    assert Recorded(10, 100, 151) == recorded
    assert 100 == len(tests) == len(lists_of(tmp_path))
    assert "\n\nThere are 100 tests, for the most severe of 151 findings.\n" in (tmp_path / MODULE).read_text()
    assert next(iter(tests)) == "test_required_priority"
    for test in (*tests.values(),)[::40]:
        test(smartflo)


def test_writes_no_tests_without_findings(tmp_path: Path) -> None:
    """An existing module stays, and no folder is created."""
    (tmp_path / MODULE).write_text("before")
    body = json.dumps(ten_leads()).encode()
    assert Recorded(10, 0, 0) == record(body, tmp_path / "fixture.json", as_test=tmp_path / MODULE)
    assert "before" == (tmp_path / MODULE).read_text()
    assert {MODULE, "fixture.json"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "nothing to write: name a fixture, a test module, or both"),
        ({"as_test": "tests.json"}, r"tests\.json: tests are written to a Python file, such as test_recorded\.py"),
        ({"as_test": "a.py", "path": "a.py"}, r"a\.py: the fixture and the tests cannot be the same file"),
        ({"as_test": "a.py", "path": "a/b.json"}, r"a/b\.json: the folder a is for the lists of a\.py"),
        ({"as_test": "none/a.py"}, r"cannot write none/a\.py: No such file or directory"),
        ({"as_test": "a.py", "path": "none/a.json"}, r"cannot write none/a\.json: No such file or directory"),
    ],
)
def test_rejects_targets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], message: str
) -> None:
    """Nothing is written if one of the targets cannot be."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError, match=message):
        record(json.dumps(DRIFTED).encode(), **options)
    assert [] == list(tmp_path.iterdir())


def test_rejects_links_to_the_same_file(tmp_path: Path) -> None:
    """The fixture and the tests never overwrite each other."""
    (tmp_path / "link.py").symlink_to(tmp_path / MODULE)
    with pytest.raises(RecordError, match="the fixture and the tests cannot be the same file"):
        record(json.dumps(DRIFTED).encode(), tmp_path / "link.py", as_test=tmp_path / MODULE)


@pytest.mark.parametrize("obstacle", ["module", "folder", "list"])
def test_writes_all_files_or_none(tmp_path: Path, obstacle: str) -> None:
    """If one file cannot be written, none is, and existing files stay unchanged."""
    (tmp_path / "fixture.json").write_text("before")
    (tmp_path / MODULE).write_text("before")
    match obstacle:
        case "module":
            (tmp_path / MODULE).unlink()
            (tmp_path / MODULE).symlink_to(tmp_path / "none" / MODULE)
        case "folder":
            (tmp_path / FOLDER).write_text("before")
        case _:
            (tmp_path / FOLDER / "unknown_value_dial_status.json").mkdir(parents=True)
    files = files_below(tmp_path)
    with pytest.raises(RecordError, match=rf"cannot write .*{FOLDER}"):
        record(json.dumps(DRIFTED).encode(), tmp_path / "fixture.json", as_test=tmp_path / MODULE)

    assert files == files_below(tmp_path)


def files_below(folder: Path) -> dict[str, str]:
    """Return the content of each file below a folder, and nothing for folders and broken links."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else "" for path in folder.rglob("*")
    }


def test_rejects_source_in_the_folder_of_the_lists(tmp_path: Path) -> None:
    """A list that a test loads is not recorded into the same tests."""
    (tmp_path / FOLDER).mkdir()
    source = tmp_path / FOLDER / "required_priority.json"
    source.write_text(json.dumps(DRIFTED))
    with pytest.raises(RecordError, match=rf"the folder {FOLDER} is for the lists of test_recorded\.py"):
        record(source, as_test=tmp_path / MODULE)


def test_rejects_items_that_are_not_objects(tmp_path: Path) -> None:
    """The fake cannot serve such an item, so it is recorded as a fixture only."""
    body = json.dumps([*ten_leads(), "9876543210"]).encode()
    message = "lead 10 is not a JSON object, and the fake cannot serve it in a test; record without --as-test"
    with pytest.raises(RecordError, match=message):
        record(body, tmp_path / "fixture.json", as_test=tmp_path / MODULE)
    assert [] == list(tmp_path.iterdir())
    assert Recorded(11, 0, 0) == record(body, tmp_path / "fixture.json")


@pytest.mark.parametrize(("rule", "fault"), FAKE_FAULTS.items())
def test_defective_body_names_fault_of_the_fake(smartflo: Smartflo, tmp_path: Path, rule: str, fault: str) -> None:
    """No lead shows a defect of the body, but a fault of the fake does."""
    served = smartflo.add_list(leads=3)
    smartflo.fail(fault)
    source = served.url if rule in {"content-type", "cut-connection"} else smartflo.client.get(served.url).data
    message = rf'\({rule}\); nothing is recorded\. .*smartflo\.fail\("{fault}"\) has the same effect$'
    with pytest.raises(RecordError, match=message):
        record(source, as_test=tmp_path / MODULE, token=smartflo.token)
    assert [] == list(tmp_path.iterdir())
