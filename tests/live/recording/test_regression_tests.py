"""What is found in a response becomes tests, each of the smallest list that has it."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import EDGE_CASES, lead_list
from smartflo_contract.live import RecordError, check, record
from smartflo_contract.live.recording.literals import literal
from smartflo_contract.live.recording.pseudonyms import runs
from smartflo_contract.pytest_plugin import Smartflo
from smartflo_contract.schemas.body_rules import BODY_RULES

KEY: Final = b"0123456789abcdef"
NAME: Final = "test_recorded.py"


def leads_of(**changes: Any) -> list[dict[str, Any]]:
    """Return ten leads, of which the fourth has some keys differently."""
    leads = [dict(one) for one in lead_list(3, 4711, 10)]
    leads[3] |= changes
    return leads


def written(leads: object, folder: Path, **options: Any) -> str:
    """Return the tests of some leads."""
    record(json.dumps(leads).encode(), as_test=folder / NAME, key=KEY, **options)
    return (folder / NAME).read_text(encoding="utf-8")


def loaded(text: str) -> dict[str, Callable[[Smartflo], None]]:
    """Return the tests of a module."""
    module: dict[str, Any] = {}
    exec(compile(text, NAME, "exec"), module)  # noqa: S102 - it is what we test
    return {name: test for name, test in module.items() if name.startswith("test_")}


def body(text: str, test: str) -> str:
    """Return one test of a module, without its docstring."""
    return re.sub('    """.*?"""\n', "", text.partition(f"def {test}(")[2].partition("\n\n\n")[0], flags=re.DOTALL)


def keys(text: str, name: str) -> set[str]:
    """Return the keys that the leads of a test have differently."""
    (found,) = re.findall(rf"^    {name} = (.*?)^(?=    [a-z])", text, re.DOTALL | re.MULTILINE)
    return set(ast.literal_eval(found))


DRIFTED: Final = leads_of(dial_status=99, surprise={"tags": ["vip"]}, created_at="now")
del DRIFTED[4]["priority"]
DRIFTED[5]["lead_id"] = DRIFTED[5]["id"] = DRIFTED[2]["id"]
DRIFTED[6]["list_id"] = 8668
DRIFTED[7]["field_1"] = DRIFTED[8]["field_1"] = 7


def test_they_pass_until_the_finding_is_gone(tmp_path: Path) -> None:
    """As written all tests pass; one whose lead conforms fails, as does one whose client loses the leads."""
    leads = leads_of(dial_status=99)
    del leads[4]["priority"]
    text = written(leads, tmp_path)
    mended = text.replace('{"dial_status": 99}', '{"dial_status": 1}')
    (tmp_path / "test_mended.py").write_text(mended, encoding="utf-8")
    (tmp_path / "test_lost.py").write_text(text.replace("return response.json()", "return []"), encoding="utf-8")
    plugins = [f"-pno:{name}" for name in ("randomly", "cacheprovider", "schemathesis")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, "--tb=no", "-rf"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^FAILED (\S+?)::(\S+)", done.stdout, re.MULTILINE)

    assert text != mended
    assert [name for file, name in failed if file == "test_mended.py"] == ["test_unknown_value_dial_status"]
    assert {name for file, name in failed if file == "test_lost.py"} == set(loaded(text))
    assert [] == [name for file, name in failed if file == NAME]
    assert 1 == done.returncode


def test_one_test_of_each_finding(tmp_path: Path) -> None:
    """The tests are those of the findings of the report, each told with its place, count and evidence."""
    text = written(DRIFTED, tmp_path)
    report = check(json.dumps(DRIFTED).encode())
    told = [ast.get_docstring(one) for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)]

    assert len(report.findings) == len(loaded(text)) == 7
    for rule, pointer, times in (
        ("required", "/*/priority", "once"),
        ("type", "/*/field_1", "2 times"),
        ("one-list-id", "/*/list_id", "once"),
    ):
        assert any(str(one).startswith(f"{pointer}: break, rule {rule}, found {times}.\n") for one in told)
    assert any("got integer 99" in str(one) and "Evidence: documented: leads page" in str(one) for one in told)


@pytest.mark.parametrize(
    ("test", "changes"),
    [
        ("test_unknown_value_dial_status", {"changes": {"dial_status"}}),
        ("test_required_priority", {"missing": {"priority"}}),
        ("test_type_created_at", {"changes": {"created_at"}}),
        ("test_one_list_id_list_id", {"changes_1": {"list_id"}}),
        ("test_lead_id_unique_lead_id", {"changes_0": {"lead_id"}, "changes_1": {"lead_id", "id"}}),
    ],
)
def test_what_is_served_is_small(tmp_path: Path, test: str, changes: Mapping[str, set[str]]) -> None:
    """A test has the keys that make its finding, and those without which there would be another one."""
    found = body(written(DRIFTED, tmp_path), test)
    names = re.findall(r"^    ((?:changes|missing)\w*) = ", found, re.MULTILINE)

    assert changes.keys() == set(names)
    if test != "test_lead_id_unique_lead_id":
        assert changes == {name: keys(found, name) for name in names}
    else:
        assert all("lead_id" in keys(found, name) for name in names)


def test_every_edge_case(smartflo: Smartflo, tmp_path: Path) -> None:
    """What is found in the leads at which clients break is found again in what the tests serve."""
    leads = [one for case in EDGE_CASES.values() for one in case.leads]
    tests = loaded(written(leads, tmp_path))

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
def test_overlays(smartflo: Smartflo, tmp_path: Path, overlay: dict[str, Any]) -> None:
    """An overlay is part of the tests; where no lead can be made under it, whole leads are served."""
    (tmp_path / "overlay.json").write_text(json.dumps(overlay), encoding="utf-8")
    text = written(leads_of(dial_status=99), tmp_path, overlay=tmp_path / "overlay.json")
    tests = loaded(text)

    assert overlay == loaded_overlay(text)
    assert len(tests) == len(check(json.dumps(leads_of(dial_status=99)).encode(), overlay=overlay).findings) > 1
    for test in tests.values():
        test(smartflo)


def loaded_overlay(text: str) -> object:
    """Return the overlay in a module of tests."""
    (found,) = (
        one.value
        for one in ast.parse(text).body
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id == "OVERLAY"
    )
    return ast.literal_eval(found)


def test_one_key_gives_the_same_tests(tmp_path: Path) -> None:
    """The tests follow from the response and the key; a fixture beside them has the same leads."""
    first, second = written(DRIFTED, tmp_path), written(DRIFTED, tmp_path)
    record(json.dumps(DRIFTED).encode(), tmp_path / "fixture.json", as_test=tmp_path / NAME, key=KEY)
    served = ast.literal_eval(re.findall(r"changes = (\{.*surprise.*\}|\{.*tags.*\}|\{.*\[.*\}+)", first)[0])

    assert first == second == (tmp_path / NAME).read_text()
    assert served.items() <= json.loads((tmp_path / "fixture.json").read_bytes())[3].items()
    assert [(10, 7, 7), (10, 0, 0)] == [
        record(json.dumps(DRIFTED).encode(), tmp_path / "fixture.json", as_test=one) for one in (tmp_path / NAME, None)
    ]


LETTERS: Final = "bgmpBGMP"
"""No text of the contract has four of these in a row, nor has a pseudonym one."""
personal = st.one_of(
    st.text(LETTERS, min_size=4, max_size=30),
    st.text("68", min_size=10, max_size=10).map("+91{}".format),
    st.text(LETTERS, min_size=4, max_size=9).map("{}@bgmp.gpm".format),
)


@settings(max_examples=10)
@given(value=personal, key=st.text(LETTERS, min_size=4, max_size=20), column=st.text(LETTERS, min_size=4))
def test_no_piece_survives(value: str, key: str, column: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nowhere in the tests are four characters in a row of a personal text, be it a name of a key or column."""
    changed = {key: {key: [value]}, "field_1": {"x": value}, "dial_status": value, "header": f'["{column}'}
    text = written(leads_of(**changed, priority=value), tmp_path_factory.mktemp("tests"))
    tests = text.partition("\n\n\ndef test_")[2]
    found = {run for one in (value, key, column) for run in runs(one) if not run.startswith("+91")}

    assert tests
    assert set() == {run for run in found if run in tests}


decoded = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=30), below, max_size=4),
    max_leaves=12,
)


@settings(max_examples=5)
@given(values=st.lists(decoded, min_size=40, max_size=40))
def test_formatters_leave_them_alone(values: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Values are written as Ruff writes them, and mean what they meant."""
    assert values == [ast.literal_eval(literal(value, indent=4, before=4)) for value in values]
    text = "".join(f"x = {literal(value, before=4)}\n" for value in values)
    assert text == formatted(text, tmp_path_factory.mktemp("format"))


def formatted(text: str, folder: Path) -> str:
    """Return a module as Ruff formats it, where it is installed."""
    if find_spec("ruff") is None:
        return text
    (folder / "module.py").write_text(text, encoding="utf-8", newline="\n")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "module.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "module.py").read_text(encoding="utf-8")


def test_formatters_leave_whole_files_alone(tmp_path: Path) -> None:
    """A file of tests is as Ruff formats it, with an overlay and with texts of any length."""
    overlay = {"title": 'A "quoted" \\ title', "properties": {"tier": {"enum": ["low" * 20, "high" * 20]}}}
    leads = leads_of(
        tier=3, field_40="😀 'अमित' \"x\" " * 9, surprise=[["x" * 50, "y" * 50]], **{"a" * 90: 1, "it's": {}}
    )
    text = written(leads, tmp_path, overlay=overlay)

    assert text == formatted(text, tmp_path)
    assert loaded(text)


def test_what_cannot_be_printed(smartflo: Smartflo, tmp_path: Path) -> None:
    """Keys with controls, which a module cannot hold or an editor would hide, are told by their escapes."""
    text = written(leads_of(**{"a\x00b": 1, "c\x1b[31md": 2, "e\N{RIGHT-TO-LEFT OVERRIDE}f": 3, 'g"""\\': 4}), tmp_path)

    assert text.replace("\n", "").isprintable()
    assert 4 == len(loaded(text))
    for test in loaded(text).values():
        test(smartflo)


def test_names_differ(tmp_path: Path) -> None:
    """Keys of which no letter can stand in a name have tests of their own."""
    tests = loaded(written(leads_of(**{"अमित": 1, "रवि": 2, "-": 3}), tmp_path))
    assert {"test_unknown_key", "test_unknown_key_2"} < tests.keys()
    assert 3 == len(tests)


def test_the_worst_of_many(smartflo: Smartflo, tmp_path: Path) -> None:
    """There are a hundred tests at most, those of the worst findings, and the module says how many are left out."""
    leads = leads_of(**{f"key {number} of": number for number in range(400)})
    del leads[5]["priority"]
    made = record(json.dumps(leads).encode(), as_test=tmp_path / NAME, key=KEY)
    text = (tmp_path / NAME).read_text(encoding="utf-8")
    tests = loaded(text)

    assert (10, 100, 401) == made
    assert 100 == len(tests)
    assert 'assert what it must make of the leads.\n\nThey are of the worst 100 of 401 findings.\n"""\n' in text
    assert text == formatted(text, tmp_path)
    assert next(iter(tests)) == "test_required_priority"
    for test in (*tests.values(),)[::40]:
        test(smartflo)


def test_nothing_is_found(tmp_path: Path) -> None:
    """Without findings there are no tests, and what was there stays."""
    (tmp_path / NAME).write_text("before")
    assert (10, 0, 0) == record(json.dumps(leads_of()).encode(), tmp_path / "fixture.json", as_test=tmp_path / NAME)
    assert "before" == (tmp_path / NAME).read_text()
    assert 10 == len(json.loads((tmp_path / "fixture.json").read_bytes()))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "nothing to write: name a fixture, a file of tests, or both"),
        ({"as_test": "tests.json"}, r"tests\.json: tests are written to a file of Python, such as test_recorded\.py"),
        ({"as_test": "a.py", "path": "a.py"}, r"a\.py: the fixture and the tests cannot be one file"),
        ({"as_test": "none/a.py"}, r"cannot write none/a\.py: No such file or directory"),
        ({"as_test": "a.py", "path": "none/a.json"}, r"cannot write none/a\.json: No such file or directory"),
    ],
)
def test_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], told: str
) -> None:
    """What cannot be written is told in a line, and nothing is."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError, match=told):
        record(json.dumps(DRIFTED).encode(), **options)
    assert [] == list(tmp_path.iterdir())


def test_one_file_by_two_names(tmp_path: Path) -> None:
    """The fixture and the tests are not written over each other."""
    (tmp_path / "link.py").symlink_to(tmp_path / NAME)
    with pytest.raises(RecordError, match="the fixture and the tests cannot be one file"):
        record(json.dumps(DRIFTED).encode(), tmp_path / "link.py", as_test=tmp_path / NAME)


def test_both_or_none(tmp_path: Path) -> None:
    """Where the tests cannot be written, the fixture is not either, and what was there stays."""
    (tmp_path / "fixture.json").write_text("before")
    (tmp_path / NAME).symlink_to(tmp_path / "none" / NAME)
    with pytest.raises(RecordError, match=r"cannot write .*test_recorded\.py: No such file or directory"):
        record(json.dumps(DRIFTED).encode(), tmp_path / "fixture.json", as_test=tmp_path / NAME)

    assert "before" == (tmp_path / "fixture.json").read_text()
    assert {NAME, "fixture.json"} == {path.name for path in tmp_path.iterdir()}


def test_what_the_fake_cannot_serve(tmp_path: Path) -> None:
    """An item that is no lead is recorded, but no test of it can be written; then nothing is."""
    content = json.dumps([*leads_of(), "9876543210"]).encode()
    with pytest.raises(
        RecordError, match="lead 10 is no JSON object, and the fake serves no such: leave out --as-test"
    ):
        record(content, tmp_path / "fixture.json", as_test=tmp_path / NAME)
    assert [] == list(tmp_path.iterdir())
    assert (11, 0, 0) == record(content, tmp_path / "fixture.json")


@pytest.mark.parametrize(
    ("rule", "fault"), [(name, rule.fake_fault) for name, rule in BODY_RULES.items() if rule.fake_fault]
)
def test_what_is_wrong_with_a_body(smartflo: Smartflo, tmp_path: Path, rule: str, fault: str) -> None:
    """No lead shows it, but the fake does: the message names the fault by which it comes again."""
    made = smartflo.add_list(leads=3)
    smartflo.fail(fault)
    of_http = rule in {"content-type", "cut-connection"}
    source = made.url if of_http else smartflo.client.get(made.url).data
    told = rf'nothing is recorded: {rule}; see `check`; smartflo\.fail\("{fault}"\) has the fake answer so in a test$'
    with pytest.raises(RecordError, match=told):
        record(source, as_test=tmp_path / NAME, token=smartflo.token)
    assert [] == list(tmp_path.iterdir())
