"""action.yml and docs/ci.md: the shell code of each recipe runs as on its platform, against a fake."""

import fcntl
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
import yaml
from click.testing import CliRunner

from smartflo_contract.pytest_plugin import Smartflo
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.needs import Needs, PropertyNeeds, needs_as_dict

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
(_, BASELINE_COMMAND), (_, WORKFLOW), (_, GITLAB), (_, SETTINGS), (_, SCRIPT), (_, CRONTAB), (_, NEEDS) = BLOCKS
STEPS: list[dict[str, Any]] = yaml.safe_load(WORKFLOW)["jobs"]["check"]["steps"]
JOB: dict[str, Any] = yaml.safe_load(GITLAB)["smartflo-contract"]
INSTALL, CHECK = ACTION["runs"]["steps"]
OUR_ACTION = "OWNER/smartflo-contract@COMMIT"
LIST_ID = 8668
CONTRACT = "smartflo_contract/schemas/lead.schema.json"
SCRIPTS = sysconfig.get_path("scripts")
BASELINE = json.dumps({"version": 1, "findings": []})
EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


class Case(NamedTuple):
    """A response of the API.

    Attributes:
        code: exit code of a check of it.
        variables: environment variables that a user sets.
        smartflo: the account on the fake.
    """

    code: int
    variables: dict[str, str]
    smartflo: Smartflo

    def assert_minimal_requests(self, output: str) -> None:
        """Assert one login, then one read if it succeeded, and no password in the output."""
        methods = [request["method"] for request in self.smartflo.requests]
        assert (["POST"] if self.code == 3 else ["POST", "GET"]) == methods
        assert self.variables["SMARTFLO_PASSWORD"] not in output


def case_of(smartflo: Smartflo, state: str) -> Case:
    """Return the case of a list that is valid or has drifted, or of a rejected login."""
    smartflo.add_list(id=LIST_ID, leads=[{"priority": 99} if state == "drifted" else {}] * 30)
    variables = {
        "SMARTFLO_BASE_URL": smartflo.url,
        "SMARTFLO_EMAIL": smartflo.email,
        "SMARTFLO_PASSWORD": "wrong" if state == "rejected" else smartflo.password,
    }
    return Case({"valid": 0, "drifted": 1, "rejected": 3}[state], variables, smartflo)


@pytest.fixture(name="case", params=["valid", "drifted", "rejected"])
def _case(request: pytest.FixtureRequest, smartflo: Smartflo) -> Case:
    return case_of(smartflo, str(request.param))


def run(command: Sequence[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with these variables, and of our environment only where the package is."""
    inherited = {name: os.environ[name] for name in ("HOME", "PATH", "PYTHONPATH") if name in os.environ}
    return subprocess.run(command, cwd=folder, env=inherited | variables, capture_output=True, text=True, check=False)


class StepResult(NamedTuple):
    """The result of a step of a job on GitHub.

    Attributes:
        code: exit code.
        log: standard output and standard error.
        outputs: outputs of the action.
        summary: summary of the job.
    """

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def run_step(step: dict[str, Any], inputs: Mapping[str, str], folder: Path, temp: Path, **variables: str) -> StepResult:
    """Run a step of the action as GitHub does.

    Args:
        step: the step in action.yml.
        inputs: inputs of the action that are not defaults.
        folder: working directory of the job.
        temp: temporary directory of the runner.
        variables: environment variables that the workflow sets.
    """
    assert inputs.keys() <= ACTION["inputs"].keys()
    values = {f"inputs.{name}": inputs.get(name, spec.get("default")) for name, spec in ACTION["inputs"].items()}
    set_by_step = {name: EXPRESSION.sub(lambda match: values[match[1]], value) for name, value in step["env"].items()}
    output, summary = folder / "output", folder / "summary"
    script = temp / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    assert "bash" == step["shell"]
    done = run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        folder,
        **variables,
        GITHUB_ACTIONS="true",
        GITHUB_ACTION_PATH=str(ROOT),
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(summary),
        RUNNER_TEMP=str(temp),
        **set_by_step,
    )
    lines = output.read_text().splitlines() if output.exists() else []
    written = {f"steps.check.outputs.{name}": value for name, value in (line.split("=", 1) for line in lines)}
    outputs = {
        name: EXPRESSION.sub(lambda match: written.get(match[1], ""), spec["value"])
        for name, spec in ACTION["outputs"].items()
    }
    text = summary.read_text() if summary.exists() else ""
    return StepResult(done.returncode, done.stdout + done.stderr, outputs, text)


@pytest.fixture(name="temp", scope="session", params=["linked", pytest.param("installed", marks=pytest.mark.slow)])
def _temp(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide the package as the action does: linked, or in slow tests installed without the network."""
    temp = tmp_path_factory.mktemp("runner")
    if request.param == "linked":
        (temp / "smartflo-contract").mkdir()
        (temp / "smartflo-contract" / "smartflo_contract").symlink_to(ROOT / "src" / "smartflo_contract")
        return temp
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    done = run_step(INSTALL, {"python": sys.executable}, temp, temp, **offline)
    assert 0 == done.code, done.log
    return temp


@pytest.mark.fast_only(case="drifted")
def test_action_reports_what_the_check_finds(case: Case, temp: Path, tmp_path: Path) -> None:
    """The recipe for GitHub has the exit code of the check, annotations, a summary, SARIF and outputs."""
    (ours,) = (step for step in STEPS if step.get("uses") == OUR_ACTION)
    (tmp_path / ours["with"]["baseline"]).write_text(BASELINE)
    secrets = {f"secrets.{name}": value for name, value in case.variables.items()}
    variables = {name: EXPRESSION.sub(lambda match: secrets[match[1]], text) for name, text in ours["env"].items()}
    inputs = ours["with"] | {"base-url": case.variables["SMARTFLO_BASE_URL"], "python": sys.executable}
    done = run_step(CHECK, inputs, tmp_path, temp, **variables)

    case.assert_minimal_requests(done.log)
    assert (case.code, str(case.code)) == (done.code, done.outputs["exit-code"])
    grade = {0: "A", 1: "E", 3: ""}[case.code]
    assert grade == done.outputs["grade"]
    if case.code == 3:
        assert "::error title=smartflo-contract::smartflo-contract: the login at http://127.0.0.1:" in done.log
        assert ("", "") == (done.outputs["sarif"], done.outputs["json"])
        assert done.summary.startswith("## Smartflo contract: exit code 3\n\n    the login at http://127.0.0.1:")
        return
    assert ("::error title=maximum /*/priority::" in done.log) == bool(case.code)
    assert f"::notice title=smartflo-contract::grade {grade}: " in done.log
    assert done.summary.startswith(f"## Smartflo contract: grade {grade}: ")
    (log,) = json.loads((tmp_path / done.outputs["sarif"]).read_text())["runs"]
    assert ["maximum"] * case.code == [result["ruleId"] for result in log["results"]]
    installed = temp / "smartflo-contract"
    assert f"{installed.as_uri()}/" == log["originalUriBaseIds"]["SITE_PACKAGES"]["uri"]
    assert (installed / CONTRACT).read_bytes() == (ROOT / "src" / CONTRACT).read_bytes()
    assert [CONTRACT] * case.code == [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["results"]
    ]
    assert grade == json.loads(Path(done.outputs["json"]).read_text())["grade"]


def test_inputs_select_sources_and_reports(temp: Path, tmp_path: Path) -> None:
    """Sources are separated by lines, an empty path omits a report, and the profile is that of the input."""
    lines = json.dumps([{}])
    for name in ("a b.json", "c.json"):
        (tmp_path / name).write_text(lines)
    inputs = {"sources": "\n  a b.json\n\nc.json \n", "sarif": "", "junit": "a b.xml", "json": "c.js"}
    done = run_step(CHECK, inputs | {"python": sys.executable, "profile": "sample"}, tmp_path, temp)

    assert (1, "", "a b.xml", "c.js") == (done.code, *(done.outputs[name] for name in ("sarif", "junit", "json")))
    report = json.loads((tmp_path / "c.js").read_text())
    assert ("sample", ["a b.json", "c.json"]) == (report["profile"], [source["name"] for source in report["sources"]])
    assert int(ET.parse(tmp_path / "a b.xml").getroot()[0].get("failures", "")) >= 1  # noqa: S314 - it is ours
    assert not list(tmp_path.glob("*.sarif"))


CLIENT = """import json, os, socket
host, port = os.environ["SMARTFLO_BASE_URL"].removeprefix("http://").split(":")
token = os.environ["SMARTFLO_TOKEN"]
with socket.create_connection((host, int(port))) as connection:
    request = f"GET /v1/broadcast/leads/8668 HTTP/1.1\\r\\nHost: {host}\\r\\nAuthorization: {token}"
    connection.sendall(f"{request}\\r\\nConnection: close\\r\\n\\r\\n".encode())
    response = connection.makefile("rb").read()
for lead in json.loads(response.partition(b"\\r\\n\\r\\n")[2]):
    lead["lead_id"] + str(lead["priority"])
"""
"""A client in Python that starts quickly."""


@pytest.mark.slow
def test_needs_are_found_and_applied(smartflo: Smartflo, tmp_path: Path) -> None:
    """The commands of the page write what the tests of a client need, and check by it."""
    (tmp_path / "client.py").write_text(CLIENT)
    (tmp_path / "run-tests.sh").write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -S client.py\n")
    (tmp_path / "run-tests.sh").chmod(0o755)
    smartflo.add_list(id=LIST_ID, leads=[{"priority": 99}] * 30)
    variables = {"SMARTFLO_BASE_URL": smartflo.url, "SMARTFLO_TOKEN": smartflo.token}
    path = os.pathsep.join([SCRIPTS, os.environ["PATH"]])
    done = run(["bash", "-e", "-c", NEEDS], tmp_path, **variables, PATH=path)

    assert (0, True) == (done.returncode, "not-needed: maximum" in done.stdout), done.stdout + done.stderr
    assert {"lead_id", "priority"} == json.loads((tmp_path / "needs.json").read_text())["properties"].keys()


@pytest.mark.slow
def test_action_fails_only_for_what_is_needed(smartflo: Smartflo, temp: Path, tmp_path: Path) -> None:
    """The needs of a client decide whether a finding is a notice or an error, and their profile is used."""
    properties = {"lead_id": PropertyNeeds(is_required=True, why={"presence": "exit code 1", "null": "exit code 1"})}
    needs = Needs("needs.json", "sample", None, "./run-tests.sh", 31, properties)
    (tmp_path / "needs.json").write_text(json.dumps(needs_as_dict(needs, load_contract())))
    smartflo.add_list(id=LIST_ID, leads=[{"priority": 99}] * 30)
    smartflo.add_list(id=LIST_ID + 1, leads=[{"lead_id": None}] * 30)
    inputs = {"base-url": smartflo.url, "python": sys.executable, "needs": "needs.json"}
    noted, broken = (
        run_step(CHECK, inputs | {"sources": str(LIST_ID + number)}, tmp_path, temp, SMARTFLO_TOKEN=smartflo.token)
        for number in range(2)
    )

    assert (0, "A") == (noted.code, noted.outputs["grade"])
    assert "::notice title=maximum /*/priority::not-needed: " in noted.log
    assert "## Smartflo contract: grade A by the needs in needs.json: " in noted.summary
    assert (1, "E", True) == (broken.code, broken.outputs["grade"], "profile sample" in broken.summary)


@pytest.mark.parametrize(
    ("sources", "code", "message"),
    [
        ("--exit-zero\n$(touch pwned)\n`touch pwned`\n'; touch pwned; '", 3, "cannot read --exit-zero: No such file"),
        (" \n", 2, "the input `sources` is empty: "),
    ],
)
def test_sources_are_not_executed(temp: Path, tmp_path: Path, sources: str, code: int, message: str) -> None:
    """A source is neither executed by the shell nor parsed as an option; an error is an annotation."""
    done = run_step(CHECK, {"sources": sources, "python": sys.executable}, tmp_path, temp)

    assert (code, str(code)) == (done.code, done.outputs["exit-code"])
    assert re.search(
        rf"^::error title=smartflo-contract::smartflo-contract: {re.escape(message)}", done.log, re.MULTILINE
    )
    assert done.summary.startswith("## Smartflo contract: exit code ")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("inputs", "code", "message"),
    [
        ({"sources": ""}, 2, "the input `sources` is empty: set list ids, URLs or files, one per line"),
        ({"sources": "\n \n"}, 2, "the input `sources` is empty: set list ids, URLs or files, one per line"),
        ({"profile": "smaple"}, 2, "'smaple' is not one of 'sample', 'documented', 'lenient'"),
        ({"fail-on": "breaks"}, 2, "'breaks' is not one of"),
        ({"min-leads": "many"}, 2, "'many' is not a valid integer"),
        ({"overlay": "none.json"}, 2, "overlay none.json: cannot be read"),
        ({"baseline": "none.json"}, 2, "baseline none.json: No such file"),
        ({"needs": "none.json"}, 2, "needs none.json: cannot be read: No such file"),
        ({"needs": "leads.json"}, 2, "needs leads.json: expected a JSON object"),
        ({"junit": "none/junit.xml"}, 2, "none/junit.xml"),
        ({"sources": "none.json"}, 3, "cannot read none.json: No such file"),
        ({"sources": "8668", "base-url": "http://127.0.0.1:9"}, 3, "cannot reach http://127.0.0.1:9"),
        ({"sources": "8668", "base-url": "ftp://x"}, 3, "ftp://x"),
    ],
)
def test_summary_states_why_the_check_failed(
    inputs: dict[str, str], code: int, message: str, temp: Path, tmp_path: Path
) -> None:
    """Exit codes 2 and 3 leave one line in the job summary, and the same as an annotation."""
    (tmp_path / "leads.json").write_text("[]")
    done = run_step(CHECK, {"sources": "leads.json", "python": sys.executable} | inputs, tmp_path, temp)

    assert (code, str(code)) == (done.code, done.outputs["exit-code"]), done.log
    heading, _, line, *rest = done.summary.splitlines()
    assert (f"## Smartflo contract: exit code {code}", []) == (heading, rest)
    assert message in line
    (annotation,) = re.findall("^::error title=smartflo-contract::(.*)$", done.log, re.MULTILINE)
    assert message in annotation


def test_action_reports_readable_sources_beside_unreadable_one(temp: Path, tmp_path: Path) -> None:
    """Grade and reports are outputs, except for SARIF: its upload would close the alerts of the other source."""
    (tmp_path / "leads.json").write_text(json.dumps([{}]))
    inputs = {"sources": "leads.json\nnone.json", "junit": "j.xml", "python": sys.executable}
    done = run_step(CHECK, inputs, tmp_path, temp)

    assert (3, "3", "F") == (done.code, done.outputs["exit-code"], done.outputs["grade"])
    assert ("", "j.xml") == (done.outputs["sarif"], done.outputs["junit"])
    assert done.summary.startswith("## Smartflo contract: grade F for none.json: ")
    assert "::error title=smartflo-contract::smartflo-contract: cannot read none.json: " in done.log


def test_inputs_reach_the_shell_as_variables() -> None:
    """No step has an expression in its code or uses another action, and each input is a variable."""
    used = {name for step in (INSTALL, CHECK) for text in step["env"].values() for name in EXPRESSION.findall(text)}

    assert {f"inputs.{name}" for name in ACTION["inputs"]} == used
    assert not [step for step in (INSTALL, CHECK) if "${{" in step["run"]]
    assert not [step for step in ACTION["runs"]["steps"] if "uses" in step]


def test_install_runs_no_code_of_the_repository(tmp_path: Path) -> None:
    """A file ``pip.py`` of the repository, such as one of a pull request, is not run instead of pip."""
    (tmp_path / "pip.py").write_text("raise SystemExit('code of the repository')")
    temp = tmp_path / "temp"
    temp.mkdir()
    stopped_early = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_REQUIRE_HASHES": "1"}
    done = run_step(INSTALL, {"python": sys.executable}, tmp_path, temp, **stopped_early)

    assert "hash" in done.log.lower()
    assert "code of the repository" not in done.log


def test_other_actions_are_pinned() -> None:
    """The workflow pins other actions by a full SHA, with the version in a comment."""
    others = [uses for uses in re.findall(r"uses: (.*)", WORKFLOW) if uses != OUR_ACTION]

    assert others
    assert [] == [uses for uses in others if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[0-9.]+", uses)]


def test_page_documents_inputs_and_outputs() -> None:
    """Each input and output is in a table, and the last step uploads the SARIF output."""
    rows = {name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`([\w-]+)`", row)}

    assert {*ACTION["inputs"], *ACTION["outputs"]} == rows
    assert "${{ steps.smartflo.outputs.sarif }}" == STEPS[-1]["with"]["sarif_file"]


def gitlab(case: Case, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the job as GitLab does. A stub of pip writes its arguments into the file ``pip``."""
    stub = folder / "bin" / "python"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\" > pip\n")
    stub.chmod(0o755)
    path = os.pathsep.join([str(stub.parent), SCRIPTS, os.environ["PATH"]])
    script = "\n".join(["set -eo pipefail", *JOB["script"]])
    return run(["bash", "-c", script], folder, **JOB["variables"] | case.variables, PATH=path)


@pytest.mark.fast_only(case="drifted")
def test_gitlab_job_reports_what_the_check_finds(case: Case, tmp_path: Path) -> None:
    """The recipe for GitLab installs the package, has the exit code of the check, and writes a JUnit report."""
    (tmp_path / "smartflo-baseline.json").write_text(BASELINE)
    done = gitlab(case, tmp_path)

    case.assert_minimal_requests(done.stdout + done.stderr)
    assert case.code == done.returncode
    arguments = (tmp_path / "pip").read_text().splitlines()
    assert ["-P", "-m", "pip", "install", "--quiet", JOB["variables"]["PACKAGE"]] == arguments
    report = tmp_path / JOB["artifacts"]["reports"]["junit"]
    assert (case.code != 3) == report.exists()
    if report.exists():
        assert str(case.code) == ET.parse(report).getroot()[0].get("failures")  # noqa: S314 - it is ours


@pytest.mark.slow
def test_baseline_accepts_known_findings(smartflo: Smartflo, tmp_path: Path) -> None:
    """Findings that the first command of the page writes to the baseline fail no later check."""
    case = case_of(smartflo, "drifted")
    path = os.pathsep.join([SCRIPTS, os.environ["PATH"]])
    assert 0 == run(["bash", "-c", BASELINE_COMMAND], tmp_path, **case.variables, PATH=path).returncode

    assert 0 == gitlab(case, tmp_path).returncode


def cron(case: Case, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the line of the crontab as cron does, with all files in a folder."""
    (folder / "venv" / "bin").mkdir(parents=True)
    (folder / "venv" / "bin" / "smartflo-contract").symlink_to(Path(SCRIPTS) / "smartflo-contract")
    (folder / "smartflo-baseline.json").write_text(BASELINE)
    names = re.findall(r"^(\w+)=", SETTINGS, re.MULTILINE)
    (folder / "settings").write_text("".join(f"{name}={shlex.quote(case.variables[name])}\n" for name in names))
    (folder / "check-contract").write_text(SCRIPT)
    (folder / "check-contract").chmod(0o755)
    line = CRONTAB.splitlines()[-1].split(maxsplit=5)[5].replace("/opt/smartflo", str(folder))
    return run(["/bin/sh", "-c", line], Path("/"), PATH="/usr/bin:/bin")


needs_flock = pytest.mark.skipif(shutil.which("flock") is None, reason="flock is part of Linux")


@pytest.mark.fast_only(case="drifted")
@needs_flock
def test_cron_reports_what_the_check_finds(case: Case, tmp_path: Path) -> None:
    """The recipe for cron has the exit code of the check, and output only if there is something to report."""
    done = cron(case, tmp_path)

    case.assert_minimal_requests(done.stdout)
    assert (case.code, "") == (done.returncode, done.stderr)
    starts = {
        0: "",
        1: "break: maximum\n  /*/priority  30 times",
        3: "smartflo-contract: the login at http://127.0.0.1:",
    }
    expected = f"Smartflo contract, exit code {case.code}:\n{starts[case.code]}" if case.code else ""
    assert expected == done.stdout[: len(expected) or None]


@needs_flock
def test_cron_skips_a_run_during_another(smartflo: Smartflo, tmp_path: Path) -> None:
    """While one run holds the lock, the next one prints nothing and sends no requests."""
    lock = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = cron(case_of(smartflo, "valid"), tmp_path)
    finally:
        os.close(lock)

    assert ("", "", []) == (done.stdout, done.stderr, smartflo.requests)


def test_recipes_run_at_night_in_india() -> None:
    """The times of the recipes, in UTC except for GitLab's, are between midnight and six in India."""
    lines = re.findall(r"(?:cron: \"|cron line `|^)(\d+) (\d+) \* \* \*", PAGE, re.MULTILINE)
    minutes = [int(minute) + 60 * int(hour) for minute, hour in lines]
    github, in_gitlab, in_cron = minutes

    assert all(0 <= at < 6 * 60 for at in ((github + 330) % 1440, in_gitlab, (in_cron + 330) % 1440))


@pytest.mark.slow
@pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="check-jsonschema is with the development tools")
@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("github-actions", (ROOT / "action.yml").read_text(encoding="utf-8")),
        ("github-workflows", WORKFLOW),
        ("gitlab-ci", GITLAB),
    ],
    ids=["action", "workflow", "gitlab"],
)
def test_platform_schemas_accept_the_files(schema: str, text: str, tmp_path: Path) -> None:
    """The action, the workflow and the job are valid under the schemas of their platforms."""
    main = import_module("check_jsonschema").main  # no dependency of the tests, and without types
    (tmp_path / "file.yml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["--builtin-schema", f"vendor.{schema}", str(tmp_path / "file.yml")])

    assert (0, "ok -- validation done\n") == (result.exit_code, result.output)
