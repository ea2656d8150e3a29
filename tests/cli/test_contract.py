"""sample, schema, openapi, explain, quirks and faults."""

import json
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from smartflo_contract.factories import lead_list
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.faults.parsing import parse_fault
from smartflo_contract.schemas import load_contract

from .conftest import Run

OVERLAY = {
    "properties": {
        "nickname": {"type": "string", "minLength": 3},
        "undisposed_lead": None,
        "call_count": {"type": "string"},
        "priority": {"maximum": 5},
        "dial_status": {"enum": [1, 4]},
    }
}


def test_sample_prints_array_of_valid_leads(run: Run) -> None:
    """Without options, sample prints an array with the first lead of the factory."""
    result = run("sample")

    assert json.loads(result.stdout) == lead_list(0, 8668, 1)
    assert load_contract().is_valid(result.stdout)


def test_sample_prints_empty_array(run: Run) -> None:
    """Zero leads are an empty array."""
    assert json.loads(run("sample", "-n", "0").stdout) == []


def test_sample_prints_one_lead_per_line(run: Run) -> None:
    """The format ndjson has one lead per line."""
    lines = run("sample", "-n", "3", "--seed", "5", "--format", "ndjson").stdout.splitlines()

    assert [json.loads(line) for line in lines] == lead_list(5, 8668, 3)


@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
def test_sample_follows_profile(run: Run, profile: str) -> None:
    """Leads are valid under the chosen profile."""
    assert load_contract(profile).is_valid(run("sample", "-n", "20", "--profile", profile).stdout)


def test_sample_accepts_list_id(run: Run) -> None:
    """Leads belong to the chosen list, as those of the fake do."""
    assert lead_list(0, 4711, 2) == json.loads(run("sample", "-n", "2", "--list-id", "4711").stdout)
    assert 2 == run("sample", "--list-id", "0").exit_code


def test_sample_accepts_column_names(run: Run) -> None:
    """Columns are separated by commas; a quoted name may contain a comma."""
    (lead,) = json.loads(run("sample", "--columns", 'Name,"Loan, in lakh",Mobile').stdout)

    assert json.loads(lead["header"]) == ["Name", "Loan, in lakh", "Mobile"]
    assert lead["field_2"].startswith("+915550")


def test_sample_accepts_no_columns(run: Run) -> None:
    """An empty string is a list without columns."""
    (lead,) = json.loads(run("sample", "--columns", "").stdout)

    assert lead["header"] == "[]"


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_sample_prints_pairs(run: Run, tmp_path: Path, form: str) -> None:
    """The option pairs prints the leads of a list of pairs, with the properties of an overlay."""
    overlay = tmp_path / "overlay.json"
    removed = ["dialer_dial_status", "header", "dialer_skill", "available_at", "skill_id", "time_group", "list_name"]
    overlay.write_text(json.dumps({"properties": {"tier": {"enum": ["gold", 3]}, **dict.fromkeys(removed)}}))
    options = "--pairs", "--list-id", "4711", "--overlay", str(overlay), "--format", form
    output = run("sample", *options).stdout
    leads = json.loads(output) if form == "json" else list(map(json.loads, output.splitlines()))
    pairs = {(lead.get("tier"), lead["dial_status"]) for lead in leads}

    assert load_contract("sample", overlay).is_valid(leads)
    assert {lead["list_id"] for lead in leads} == {4711}
    assert {(tier, status) for tier in ("gold", 3, None) for status in range(1, 10)} <= pairs
    assert run("sample", *options, "--seed", "1").stdout != output


@pytest.mark.parametrize("option", [("-n", "3"), ("--count", "1"), ("--columns", "Name")])
def test_sample_rejects_options_that_pairs_decide(run: Run, option: tuple[str, ...]) -> None:
    """Pairs decide the number of leads and their columns, also if an option has the value of its default."""
    result = run("sample", "--pairs", *option)

    assert result.exit_code == 2
    assert "--pairs and --co" in result.stderr
    assert "exclude each other; omit one" in result.stderr


def test_sample_warns_about_valid_phones(run: Run) -> None:
    """Numbers that may belong to a person need an explicit choice, and cause a warning."""
    result = run("sample", "--phones", "valid")

    assert "may belong to a person" in result.stderr
    assert json.loads(result.stdout)[0]["field_0"].startswith("+9198")


@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_schema_is_plain_json_schema(run: Run, name: str) -> None:
    """Every schema is valid JSON Schema without keywords of our own."""
    stdout = run("schema", name, "--profile", "lenient").stdout
    jsonschema.Draft202012Validator.check_schema(json.loads(stdout))

    assert '"x-' not in stdout


@pytest.mark.parametrize("name", ["lead", "leads", "error", "finding", "report"])
def test_portable_schema_compiles_in_linear_engines(run: Run, name: str) -> None:
    """Each portable schema is self-contained, and its patterns need no backtracking engine."""
    schema = json.loads(run("schema", name, "--portable").stdout)

    assert jsonschema_rs.validator_for(schema, pattern_options=jsonschema_rs.RegexOptions())
    assert "(?" not in json.dumps(schema)


def test_portable_schema_is_not_annotated(run: Run) -> None:
    """--portable and --annotated exclude each other."""
    result = run("schema", "--portable", "--annotated")

    assert 2 == result.exit_code
    assert "--portable and --annotated exclude each other; omit one." in result.stderr


def test_schema_defaults_to_one_lead(run: Run) -> None:
    """Without an argument, the schema is that of a lead."""
    assert json.loads(run("schema").stdout) == load_contract().schema("lead")


def test_annotated_schema_keeps_evidence(run: Run) -> None:
    """--annotated keeps the x- keywords."""
    assert "x-evidence" in json.loads(run("schema", "--annotated").stdout)["properties"]["priority"]


@pytest.mark.slow
def test_openapi_is_valid(run: Run) -> None:
    """Both OpenAPI documents pass a validator."""
    validate(json.loads(run("openapi", "--profile", "documented").stdout))
    admin = json.loads(run("openapi", "--admin").stdout)
    validate(admin)

    assert "/__admin/requests/wait" in admin["paths"]


def test_every_command_applies_overlay(run: Run, tmp_path: Path) -> None:
    """An overlay changes sample, schema, openapi and explain without a change of code."""
    (tmp_path / "overlay.json").write_text(json.dumps(OVERLAY))
    overlay = ("--overlay", "overlay.json")
    leads = json.loads(run("sample", "-n", "50", *overlay).stdout)
    schema = json.loads(run("schema", *overlay).stdout)
    document = json.loads(run("openapi", *overlay).stdout)
    explanations = run("explain", *overlay).stdout

    assert load_contract("sample", OVERLAY).is_valid(leads)
    assert {lead["dial_status"] for lead in leads} == {1, 4}
    assert all("undisposed_lead" not in lead and len(lead["nickname"]) >= 3 for lead in leads)
    for properties in (schema["properties"], document["components"]["schemas"]["Lead"]["properties"]):
        assert "undisposed_lead" not in properties
        assert properties["call_count"]["type"] == "string"
        assert properties["priority"]["maximum"] == 5
        assert properties["dial_status"]["enum"] == [1, 4]
    assert "/*/nickname" in explanations
    assert "/*/undisposed_lead\t" not in explanations


def test_explain_lists_keys_and_contradictions(run: Run) -> None:
    """Without an argument, explain lists every key and every contradiction, one per line."""
    lines = run("explain").stdout.splitlines()

    assert sum(line.startswith("/*/") for line in lines) == 23
    assert any(line.startswith("sample-not-json\t") for line in lines)


def test_explains_key(run: Run) -> None:
    """A key comes with its readings, known values and contradictions."""
    explanation = run("explain", "dialer_dial_status").stdout

    assert "known value\t-9: Queue Missed (observed)" in explanation
    assert "contradiction\tdisposition-list" in explanation


def test_explains_contradiction(run: Run) -> None:
    """The id of a contradiction is explained as well."""
    assert "visible in values\tno" in run("explain", "method-line").stdout


def test_lists_quirks(run: Run) -> None:
    """Each quirk is a line: name, values, default, evidence and description."""
    result = run("quirks")
    lines = [line.split("\t") for line in result.stdout.splitlines()]

    assert (0, ["quirk", "values", "default", "evidence", "why"]) == (result.exit_code, lines[0])
    assert ["expired_token", "401, 200", "401", "observed (public clients)"] in [line[:4] for line in lines]


def test_lists_faults(run: Run) -> None:
    """Each fault and each setting is a line; the example at the end can be parsed."""
    lines = [line.split("\t") for line in run("faults").stdout.splitlines()]
    (example,) = lines.pop()

    assert ["fault", "evidence", "request", "client receives"] == lines[0]
    assert ["reset", "assumed", "not handled", "the connection closes without a response"] in lines
    assert ["lead", "cut, cut_clean", "1", "number of leads that arrive whole"] in lines
    assert Config(faults=[parse_fault(example.removeprefix("  --fault "))])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("faults", "cut"), "fault\tcut"),
        (("faults", "503"), "fault\t400 to 599"),
        (("faults", "retry_after"), "setting\tretry_after"),
        (("quirks", "expired_token"), "values\t401, 200"),
    ],
)
def test_shows_one_fault_or_quirk(run: Run, arguments: tuple[str, str], line: str) -> None:
    """With a name, a listing shows only what it is about, one cell per line."""
    lines = run(*arguments).stdout.splitlines()

    assert line in lines
    assert len(lines) == {"faults": 4, "quirks": 5}[arguments[0]]


@pytest.mark.parametrize(
    ("command", "name", "suggestion"), [("faults", "cutt", "cut"), ("quirks", "expird", "expired_token")]
)
def test_names_nearest_fault_or_quirk(run: Run, command: str, name: str, suggestion: str) -> None:
    """An unknown name is an error that names the nearest one."""
    result = run(command, name)

    assert (2, "") == (result.exit_code, result.stdout)
    assert f"Did you mean `{suggestion}`?" in result.stderr


def test_lists_faults_and_quirks_as_json(run: Run) -> None:
    """The JSON has the cells of the tables, of all names or of one."""
    faults = json.loads(run("faults", "--format", "json").stdout)
    quirks = json.loads(run("quirks", "lockout", "--format", "json").stdout)

    assert ["faults", "settings"] == list(faults)
    assert {"fault", "evidence", "request", "client receives"} == faults["faults"][0].keys()
    assert ["lockout"] == [quirk["quirk"] for quirk in quirks["quirks"]]


def test_prints_where_docs_are(run: Run) -> None:
    """The first line is the folder; each other line is a page in it, with its title."""
    folder, *pages = run("docs").stdout.splitlines()

    assert {page.name for page in Path(folder).glob("*.md")} == {line.partition("\t")[0] for line in pages}
    assert "fake.md\tRun a fake Smartflo" in pages
    assert "magic-ids.md" in {line.partition("\t")[0] for line in pages}
