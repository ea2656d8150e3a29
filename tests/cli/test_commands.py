"""sample, schema, openapi and explain."""

import json
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import validate

from smartflo_contract import __version__
from smartflo_contract.factories import lead_list
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.faults.parsing import parse_fault
from smartflo_contract.schemas import load_contract

Run = Callable[..., subprocess.CompletedProcess[str]]

SCRIPT = Path(sysconfig.get_path("scripts")) / "smartflo-contract"

OVERLAY = {
    "properties": {
        "nickname": {"type": "string", "minLength": 3},
        "undisposed_lead": None,
        "call_count": {"type": "string"},
        "priority": {"maximum": 5},
        "dial_status": {"enum": [1, 4]},
    }
}


@pytest.fixture(name="overlay")
def _overlay(tmp_path: Path) -> str:
    path = tmp_path / "overlay.json"
    path.write_text(json.dumps(OVERLAY))
    return str(path)


def test_version(run: Run) -> None:
    """--version prints name and version."""
    done = run("--version")

    assert (done.returncode, done.stdout) == (0, f"smartflo-contract {__version__}\n")


def test_installed_command_is_the_module() -> None:
    """The console script runs the same command."""
    assert __version__ in subprocess.run([SCRIPT, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "command", [(), ("serve",), ("sample",), ("schema",), ("openapi",), ("explain",), ("quirks",), ("faults",)]
)
def test_help_teaches(run: Run, command: tuple[str, ...]) -> None:
    """Every command has help, and every option of it names its environment variable."""
    done = run(*command, "--help")
    options = done.stdout.partition("Options:")[2].partition("Commands:")[0]
    named = options.count("\n  -") - options.count("\n  -h, --help") - options.count("\n  --version")

    assert done.returncode == 0
    assert options.count("SMARTFLO_") == named


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    """The bare command shows its help and is a usage error."""
    done = run()

    assert done.returncode == 2
    assert "Commands:" in done.stdout + done.stderr


def test_sample_is_an_array_of_valid_leads(run: Run) -> None:
    """Without options, sample prints an array of one lead, the same that the factory makes."""
    done = run("sample")

    assert json.loads(done.stdout) == lead_list(0, 8668, 1)
    assert load_contract().is_valid(done.stdout)


def test_sample_of_none_is_an_empty_array(run: Run) -> None:
    """Zero leads are an empty array."""
    assert json.loads(run("sample", "-n", "0").stdout) == []


def test_sample_ndjson_is_a_lead_a_line(run: Run) -> None:
    """The format ndjson prints one lead a line."""
    lines = run("sample", "-n", "3", "--seed", "5", "--format", "ndjson").stdout.splitlines()

    assert [json.loads(line) for line in lines] == lead_list(5, 8668, 3)


@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
def test_sample_follows_the_profile(run: Run, profile: str) -> None:
    """Leads are valid under the profile asked for."""
    assert load_contract(profile).is_valid(run("sample", "-n", "20", "--profile", profile).stdout)


def test_sample_columns(run: Run) -> None:
    """Columns are separated by commas, and one in quotes may hold a comma."""
    (lead,) = json.loads(run("sample", "--columns", 'Name,"Loan, in lakh",Mobile').stdout)

    assert json.loads(lead["header"]) == ["Name", "Loan, in lakh", "Mobile"]
    assert lead["field_2"].startswith("+915550")


def test_sample_without_columns(run: Run) -> None:
    """An empty list of columns is a list without columns."""
    (lead,) = json.loads(run("sample", "--columns", "").stdout)

    assert lead["header"] == "[]"


def test_valid_phones_come_with_a_warning(run: Run) -> None:
    """Numbers of may be somebody's are an explicit choice, warned of on standard error."""
    done = run("sample", "--phones", "valid")

    assert "may belong to a person" in done.stderr
    assert json.loads(done.stdout)[0]["field_0"].startswith("+9198")


def test_closed_pipe_is_no_error() -> None:
    """A reader that has seen enough ends the command in silence."""
    with subprocess.Popen(
        [SCRIPT, "sample", "-n", "100000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (0, "")


@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_schema_is_plain_json_schema(run: Run, name: str) -> None:
    """Every schema is valid JSON Schema without keywords of our own."""
    done = run("schema", name, "--profile", "lenient")
    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))

    assert '"x-' not in done.stdout


def test_schema_is_of_one_lead_by_default(run: Run) -> None:
    """Without an argument the schema is that of a lead."""
    assert json.loads(run("schema").stdout) == load_contract().schema("lead")


def test_annotated_schema_keeps_the_evidence(run: Run) -> None:
    """--annotated keeps the x- keywords."""
    assert "x-evidence" in json.loads(run("schema", "--annotated").stdout)["properties"]["priority"]


def test_openapi_is_valid(run: Run) -> None:
    """The OpenAPI document passes its validator."""
    validate(json.loads(run("openapi", "--profile", "documented").stdout))


def test_admin_openapi_is_valid(run: Run) -> None:
    """So is that of the admin API."""
    document = json.loads(run("openapi", "--admin").stdout)
    validate(document)

    assert "/__admin/requests/wait" in document["paths"]


def test_overlay_in_every_command(run: Run, overlay: str) -> None:
    """An overlay changes sample, schema, openapi and explain without a change of code."""
    leads = json.loads(run("sample", "-n", "50", "--overlay", overlay).stdout)
    schema = json.loads(run("schema", "--overlay", overlay).stdout)
    document = json.loads(run("openapi", "--overlay", overlay).stdout)
    told = run("explain", "--overlay", overlay).stdout

    assert load_contract("sample", OVERLAY).is_valid(leads)
    assert {lead["dial_status"] for lead in leads} == {1, 4}
    assert all("undisposed_lead" not in lead and len(lead["nickname"]) >= 3 for lead in leads)
    for properties in (schema["properties"], document["components"]["schemas"]["Lead"]["properties"]):
        assert "undisposed_lead" not in properties
        assert properties["call_count"]["type"] == "string"
        assert properties["priority"]["maximum"] == 5
        assert properties["dial_status"]["enum"] == [1, 4]
    assert "/*/nickname" in told
    assert "/*/undisposed_lead\t" not in told


def test_overlay_by_variable(run: Run, overlay: str) -> None:
    """The variable SMARTFLO_OVERLAY is the flag."""
    assert "nickname" in run("schema", SMARTFLO_OVERLAY=overlay).stdout


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("SMARTFLO_QUIRKS", "SMARTFLO_QUIRK"),
        ("SMARTFLO_FAULTS", "SMARTFLO_FAULT"),
        ("SMARTFLO_PROT", "SMARTFLO_PORT"),
        ("SMARTFLO_PASWORD", "SMARTFLO_PASSWORD"),
    ],
)
def test_misspelt_variables_are_warned_of(run: Run, variable: str, meant: str) -> None:
    """A variable that is nearly one of the command's is told in one line, and the command goes on."""
    done = run("sample", **{variable: "x"})

    assert (0, f"warning: {variable} is not read. Did you mean {meant}?\n") == (done.returncode, done.stderr)
    assert 1 == len(json.loads(done.stdout))


def test_other_variables_are_left_alone(run: Run) -> None:
    """Known variables, those of other commands too, and those of the user's own are not warned of."""
    others = {"SMARTFLO_TOKEN": "x", "SMARTFLO_PORT": "1", "SMARTFLO_BASE_URL": "x", "SMARTFLO_LIST_IDS": "x"}

    assert "" == run("sample", **others).stderr


def test_flag_wins_over_variable(run: Run) -> None:
    """A flag wins over its variable."""
    assert len(json.loads(run("sample", "-n", "2", SMARTFLO_COUNT="5").stdout)) == 2


def test_explain_lists_keys_and_contradictions(run: Run) -> None:
    """Without an argument, explain lists every key and every contradiction, one a line when piped."""
    told = run("explain").stdout.splitlines()

    assert sum(line.startswith("/*/") for line in told) == 23
    assert any(line.startswith("sample-not-json\t") for line in told)


def test_explain_a_key(run: Run) -> None:
    """A key comes with its readings, evidence and contradictions."""
    told = run("explain", "dialer_dial_status").stdout

    assert "known value\t-9: Queue Missed (observed)" in told
    assert "contradiction\tdisposition-list" in told


def test_explain_a_contradiction(run: Run) -> None:
    """The id of a contradiction is explained too."""
    assert "seen in values\tno" in run("explain", "method-line").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("smaple",), "sample"),
        (("sample", "--sed", "1"), "--seed"),
        (("sample", "-n", "-1"), "-1"),
        (("sample", "-n", "1000000000000"), "range"),
        (("sample", "--seed", "x"), "'x'"),
        (("sample", "--profile", "strict"), "documented"),
        (("sample", "--format", "xml"), "ndjson"),
        (("sample", "--columns", "a\nb"), "--columns"),
        (("sample", "--overlay", "absent.json"), "absent.json"),
        (("schema", "foo"), "leads"),
        (("schema", "lead", "more"), "more"),
        (("openapi", "--profile", "x"), "lenient"),
        (("explain", "led_id"), "lead_id"),
        (("explain", "/*/created_at/x"), "$date"),
        (("serve", "--port", "99999"), "65535"),
        (("serve", "--port", "http"), "http"),
        (("serve", "--workers", "0"), "workers"),
        (("serve", "--workers", "2"), "--read-only"),
        (("serve", "--quirk", "expired_token"), "expected NAME=VALUE, such as expired_token=200"),
        (("serve", "--fault", "rest"), "Did you mean `reset`?"),
        (("serve", "--fault", "503;at"), "expected settings such as at=3"),
        (("serve", "--fault", "503", "--read-only"), "remove the faults or read_only"),
        (("serve", "--quirk", "expired_tokn=200"), "Did you mean `expired_token`?"),
        (("serve", "--quirk", "expired_token=7"), "expected one of 401, 200, got '7'"),
        (("serve", "--auth", "maybe"), "off"),
        (("serve", "--config", "absent.toml"), "absent.toml"),
        (("serve", "--overlay", "absent.json"), "absent.json"),
    ],
)
def test_mistakes_are_one_helpful_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """A user's mistake is one line that names it, on standard error, with exit code 2."""
    done = run(*arguments)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr
    assert done.stderr.startswith("smartflo-contract: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not JSON"),
        ("{", "line 1 column 2"),
        ("[]", "JSON object"),
        ('{"properties": {"a": {"minItems": 2}}}', "`minItems`"),
        ('{"propertys": {}}', "`propertys`"),
        ('{"properties": {"priority": {"maximum": 0}}}', "above maximum"),
        ('{"properties": {"a": {"type": "string", "pattern": "^(x)$", "minLength": 5}}}', "`a`"),
    ],
)
def test_unusable_overlays_are_one_helpful_line(run: Run, tmp_path: Path, content: str, said: str) -> None:
    """An overlay that cannot be used is told in one line, not by a traceback."""
    (tmp_path / "bad.json").write_text(content)
    done = run("sample", "--overlay", "bad.json")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr


def test_json_is_utf_8_everywhere(run: Run) -> None:
    """Names in any script are printed as UTF-8, whatever the locale says."""
    done = run("sample", "--columns", "\u0928\u093e\u092e", PYTHONIOENCODING="ascii", PYTHONUTF8="1")

    assert "\u0928\u093e\u092e" in json.loads(done.stdout)[0]["header"]


def test_quirks_are_listed(run: Run) -> None:
    """Each quirk stands in a line: name, values, default, evidence, and why."""
    done = run("quirks")
    lines = [line.split("\t") for line in done.stdout.splitlines()]

    assert (0, ["quirk", "values", "default", "evidence", "why"]) == (done.returncode, lines[0])
    assert ["expired_token", "401, 200", "401", "observed (public clients)"] in [line[:4] for line in lines]


def test_faults_are_listed(run: Run) -> None:
    """Each fault stands in a line, and each setting of a rule; an example shows how they are written."""
    *lines, example = [line.split("\t") for line in run("faults").stdout.splitlines()]

    assert ["fault", "evidence", "request", "client receives"] == lines[0]
    assert ["reset", "assumed", "not handled", "the connection closes without a response"] in lines
    assert ["lead", "cut, cut_clean", "1", "number of leads that arrive whole"] in lines
    assert Config(faults=[parse_fault(example[0].split("'")[1])])
