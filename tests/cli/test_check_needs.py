"""``--needs`` of check, diff and explain: a break of what is needed fails, another one is a note."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.needs import Needs, PropertyNeeds, needs_as_dict

from .conftest import Run

WHY = "tests/test_sync.py::test_skips_priority"


@pytest.fixture(name="folder")
def _folder(responses: Path, leads: list[dict[str, Any]]) -> Path:
    """Return the folder with responses, needs of the values of some keys, and a response without a key."""
    for key in ("priority", "lead_id"):
        properties = {key: PropertyNeeds(is_required=True, why={"presence": WHY, "value": "exit code 1"})}
        needs = Needs("", "sample", None, "python sync.py", 31, properties)
        (responses / f"{key}.needs.json").write_text(json.dumps(needs_as_dict(needs, load_contract())))
    gone = [{name: value for name, value in lead.items() if name != "priority"} for lead in leads]
    (responses / "gone.json").write_text(json.dumps(gone))
    return responses


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", [["check", "bad.json"], ["diff", "good.json", "bad.json"]])
def test_break_fails_only_where_it_is_needed(run: Run, command: list[str]) -> None:
    """The exit code is that of what the client needs, and the report names the file of the needs."""
    needed = run(*command, "--needs", "priority.needs.json")
    other = run(*command, "--needs", "lead_id.needs.json", "--fail-on", "surprise")

    assert (1, True) == (needed.exit_code, "break: maximum\n" in needed.stdout)
    assert needed.stdout.endswith("\ngrade E by the needs in priority.needs.json: no lead has what is needed\n")
    assert (0, True) == (other.exit_code, "not-needed: maximum\n" in other.stdout)
    assert "0 of them broken\n" in other.stdout
    assert other.stdout.endswith("\ngrade A by the needs in lead_id.needs.json: responses have what is needed\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", REPORTS)
@pytest.mark.parametrize(("needs", "severity", "code"), [("priority", "break", 1), ("lead_id", "not-needed", 0)])
def test_every_format_shows_the_severity_and_the_needs(
    run: Run, form: str, needs: str, severity: str, code: int
) -> None:
    """Readers of every format learn what was needed, and from which file that is known."""
    result = run("check", "gone.json", "--needs", f"{needs}.needs.json", "--report", form)

    assert (code, "") == (result.exit_code, result.stderr)
    assert all(text in result.stdout for text in (severity, f"by the needs in {needs}.needs.json", "required"))


@pytest.mark.usefixtures("folder")
def test_formats_of_programs_show_notes(run: Run) -> None:
    """A break elsewhere is no failure in JUnit, a note in SARIF, a notice on GitHub, and counted in no broken lead."""
    reports = {form: run("check", "gone.json", "--needs", "lead_id.needs.json", "--report", form) for form in REPORTS}
    document = json.loads(reports["json"].stdout)
    suite = ET.fromstring(reports["junit"].stdout).find("testsuite")  # noqa: S314 - it is ours
    sarif = json.loads(reports["sarif"].stdout)["runs"][0]

    assert ("A", 0, "lead_id.needs.json") == (document["grade"], document["broken"], document["needs"])
    assert ["not-needed"] == [finding["severity"] for finding in document["findings"]]
    assert suite is not None
    assert ("0", True) == (suite.get("failures"), "not-needed: /*/priority: " in str(suite.findtext("system-out")))
    assert (["note"], "lead_id.needs.json") == (
        [result["level"] for result in sarif["results"]],
        sarif["properties"]["needs"],
    )
    assert reports["github"].stdout.startswith("::notice title=required /*/priority::not-needed: ")
    assert "| not-needed | `required` |" in reports["markdown"].stdout


@pytest.mark.usefixtures("folder")
def test_body_without_leads_always_fails(run: Run, responses: Path) -> None:
    """Whatever a client needs, it needs an array of leads."""
    for content in ("{", "<html>", '{"success": false, "message": "Token has expired"}', "[1]"):
        (responses / "body.json").write_text(content)
        result = run("check", "body.json", "--needs", "lead_id.needs.json")

        assert (1, "break: ") == (result.exit_code, result.stdout[:7])


@pytest.mark.usefixtures("folder")
def test_masks_names_as_without_needs(run: Run, responses: Path, leads: list[dict[str, Any]]) -> None:
    """A key that may be a name is masked in a note, too."""
    (responses / "named.json").write_text(json.dumps([{**lead, "Zhuravlyov 98765": 1} for lead in leads]))
    result = run("check", "named.json", "--needs", "lead_id.needs.json")

    assert 0 == result.exit_code
    assert "not-needed: additionalProperties\n  /*/(unknown key 1)  30 times" in result.stdout
    assert "Zhuravlyov" not in result.stdout


@pytest.mark.usefixtures("folder")
def test_profile_is_that_of_the_needs_by_default(run: Run, responses: Path, leads: list[dict[str, Any]]) -> None:
    """A client that needs one reading of a contradiction breaks by the other one; an option or variable decides."""
    (responses / "numbers.json").write_text(
        json.dumps([{**lead, "lead_id": index} for index, lead in enumerate(leads, 1)])
    )
    document = json.loads((responses / "lead_id.needs.json").read_text())
    document["properties"]["lead_id"]["x-needs"]["why"]["type"] = WHY
    (responses / "typed.json").write_text(json.dumps(document))
    command = ("check", "numbers.json", "--needs", "typed.json")

    assert 1 == run(*command).exit_code
    assert 0 == run(*command, "--profile", "lenient").exit_code
    assert 0 == run(*command, SMARTFLO_PROFILE="lenient").exit_code
    assert 1 == run("check", "numbers.json", SMARTFLO_NEEDS="typed.json").exit_code


@pytest.mark.usefixtures("folder")
def test_baseline_hides_needed_and_other_findings(run: Run) -> None:
    """A known finding is hidden, whatever its severity."""
    options = ("--needs", "priority.needs.json", "--baseline", "known.json")
    assert 0 == run("check", "gone.json", *options, "--update-baseline").exit_code
    result = run("check", "gone.json", *options)

    assert (0, True) == (result.exit_code, "by the needs in priority.needs.json, apart from 1 known" in result.stdout)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.json", "needs none.json: cannot be read: No such file or directory"),
        ("good.json", "needs good.json: expected a JSON object (needs of a client), got list"),
        ("overlay.json", "needs overlay.json: /: not needs of a client; `smartflo-contract needs"),
        ("other.json", "needs other.json: /properties/nickname: the contract has no key `nickname`; use the overlay"),
        ("old.json", "needs old.json: /x-needs/version: expected version 1, got 0; "),
    ],
)
@pytest.mark.parametrize(
    "command", [["check", "http://127.0.0.1:9/v1/broadcast/leads/1"], ["diff", "good.json", "http://127.0.0.1:9/v1/x"]]
)
def test_rejects_other_files_before_any_request(
    run: Run, responses: Path, command: list[str], name: str, message: str
) -> None:
    """A file that is missing, malformed or for another contract is one line, with exit code 2."""
    document = json.loads((responses / "lead_id.needs.json").read_text())
    other = document | {"properties": {"nickname": {"x-needs": {"why": {}}}}, "required": []}
    (responses / "overlay.json").write_text('{"properties": {"nickname": {"type": "string"}}}')
    (responses / "other.json").write_text(json.dumps(other))
    (responses / "old.json").write_text(json.dumps(document | {"x-needs": document["x-needs"] | {"version": 0}}))
    result = run(*command, "--needs", name)

    assert (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert f"smartflo-contract: {message}" in result.stderr


@pytest.mark.usefixtures("folder")
def test_report_never_replaces_the_needs(run: Run, responses: Path) -> None:
    """The file that is read is not written."""
    before = (responses / "lead_id.needs.json").read_bytes()
    result = run("check", "good.json", "--needs", "lead_id.needs.json", "--report", "json=lead_id.needs.json")

    assert (2, before) == (result.exit_code, (responses / "lead_id.needs.json").read_bytes())
    assert "this file is read or written for another purpose" in result.stderr


@pytest.mark.usefixtures("folder")
def test_explain_shows_what_is_needed_and_why(run: Run) -> None:
    """Of all keys, or of one."""
    option = ("--needs", "priority.needs.json")

    assert (
        f"key\tneeds\twhy\n/*/priority\tto be present\t{WHY}\n/*/priority\tits values\texit code 1\n"
        == run("explain", *option).stdout
    )
    assert run("explain", "priority", *option).stdout.endswith(f"\n{run('explain', *option).stdout}")
    assert run("explain", "lead_id", *option).stdout.endswith(
        "\nAccording to priority.needs.json, your code does not need /*/lead_id.\n"
    )
    assert 2 == run("explain", "--needs", "good.json").exit_code


def test_schema_of_needs_is_published(run: Run) -> None:
    """Programs can validate the file."""
    assert "urn:smartflo-contract:schema:needs:1" == json.loads(run("schema", "needs").stdout)["$id"]
