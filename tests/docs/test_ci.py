"""action.yml and docs/ci.md: the shell of each recipe runs as its platform runs it, against a fake for the API."""

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
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
import yaml

from smartflo_contract.pytest_plugin import Smartflo

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
(_, KNOWN), (_, WORKFLOW), (_, GITLAB), (_, SETTINGS), (_, SCRIPT), (_, CRONTAB) = BLOCKS
STEPS: list[dict[str, Any]] = yaml.safe_load(WORKFLOW)["jobs"]["check"]["steps"]
JOB: dict[str, Any] = yaml.safe_load(GITLAB)["smartflo-contract"]
INSTALL, CHECK = ACTION["runs"]["steps"]
OURS = "OWNER/smartflo-contract@COMMIT"
LIST = 8668
CONTRACT = "smartflo_contract/schemas/lead.schema.json"
SCRIPTS = sysconfig.get_path("scripts")
BASELINE = json.dumps({"version": 1, "findings": []})
EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


class Case(NamedTuple):
    """What the API answers.

    Attributes:
        code: exit code that it makes.
        variables: what a user sets.
        smartflo: the account on the fake.
    """

    code: int
    variables: dict[str, str]
    smartflo: Smartflo

    def assert_polite(self, said: str) -> None:
        """There was one login, then one read where it was taken; nothing that was said has the password."""
        methods = [request["method"] for request in self.smartflo.requests]
        assert (["POST"] if self.code == 3 else ["POST", "GET"]) == methods
        assert self.variables["SMARTFLO_PASSWORD"] not in said


def made(smartflo: Smartflo, what: str) -> Case:
    """Return what is answered where the list is good, has drifted, or the login is refused."""
    smartflo.add_list(id=LIST, leads=[{"priority": 99} if what == "drifted" else {}] * 30)
    variables = {
        "SMARTFLO_BASE_URL": smartflo.url,
        "SMARTFLO_EMAIL": smartflo.email,
        "SMARTFLO_PASSWORD": "wrong" if what == "refused" else smartflo.password,
    }
    return Case({"good": 0, "drifted": 1, "refused": 3}[what], variables, smartflo)


@pytest.fixture(name="case", params=["good", "drifted", "refused"])
def _case(request: pytest.FixtureRequest, smartflo: Smartflo) -> Case:
    return made(smartflo, str(request.param))


def run(command: Sequence[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with these variables, and nothing of ours but where the package is."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "PYTHONPATH") if name in os.environ}
    return subprocess.run(command, cwd=folder, env=kept | variables, capture_output=True, text=True, check=False)


class Done(NamedTuple):
    """A step of a job on GitHub, done.

    Attributes:
        code: exit code.
        said: what the log has.
        outputs: of the action.
        summary: of the job.
    """

    code: int
    said: str
    outputs: dict[str, str]
    summary: str


def step(which: dict[str, Any], given: Mapping[str, str], folder: Path, temp: Path, **variables: str) -> Done:
    """Run a step of the action as GitHub does, with some inputs, and what the workflow sets."""
    assert given.keys() <= ACTION["inputs"].keys()
    inputs = {f"inputs.{name}": given.get(name, about.get("default")) for name, about in ACTION["inputs"].items()}
    set_by_step = {name: EXPRESSION.sub(lambda found: inputs[found[1]], value) for name, value in which["env"].items()}
    output, summary = folder / "output", folder / "summary"
    script = temp / "step.sh"
    script.write_text(which["run"], encoding="utf-8")
    assert "bash" == which["shell"]
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
    told = dict(line.split("=", 1) for line in output.read_text().splitlines()) if output.exists() else {}
    outputs = {
        name: EXPRESSION.sub(lambda found: told.get(found[1].removeprefix("steps.check.outputs."), ""), about["value"])
        for name, about in ACTION["outputs"].items()
    }
    return Done(done.returncode, done.stdout + done.stderr, outputs, summary.read_text() if summary.exists() else "")


@pytest.fixture(name="temp", scope="session")
def _temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the package as the action does, but for what would need the network."""
    temp = tmp_path_factory.mktemp("runner")
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    done = step(INSTALL, {"python": sys.executable}, temp, temp, **offline)
    assert 0 == done.code, done.said
    return temp


def test_the_action(case: Case, temp: Path, tmp_path: Path) -> None:
    """The recipe for GitHub ends as the check does, and leaves annotations, a summary, SARIF and outputs."""
    (ours,) = (step for step in STEPS if step.get("uses") == OURS)
    (tmp_path / ours["with"]["baseline"]).write_text(BASELINE)
    secrets = {f"secrets.{name}": value for name, value in case.variables.items()}
    variables = {name: EXPRESSION.sub(lambda found: secrets[found[1]], text) for name, text in ours["env"].items()}
    given = ours["with"] | {"base-url": case.variables["SMARTFLO_BASE_URL"], "python": sys.executable}
    done = step(CHECK, given, tmp_path, temp, **variables)

    case.assert_polite(done.said)
    assert (case.code, str(case.code)) == (done.code, done.outputs["exit-code"])
    grade = {0: "A", 1: "E", 3: ""}[case.code]
    assert grade == done.outputs["grade"]
    if case.code == 3:
        assert "::error title=smartflo-contract::smartflo-contract: the login at http://127.0.0.1:" in done.said
        assert ("", "", "") == (done.summary, done.outputs["sarif"], done.outputs["json"])
        return
    assert ("::error title=maximum /*/priority::" in done.said) == bool(case.code)
    assert f"::notice title=smartflo-contract::grade {grade}: " in done.said
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


def test_inputs_of_the_action(temp: Path, tmp_path: Path) -> None:
    """Several sources are several lines; reports are where they are wanted, or nowhere; severities are those given."""
    lines = json.dumps([{}])
    for name in ("a b.json", "c.json"):
        (tmp_path / name).write_text(lines)
    given = {"sources": "\n  a b.json\n\nc.json \n", "sarif": "", "junit": "a b.xml", "json": "c.js"}
    done = step(CHECK, given | {"python": sys.executable, "profile": "sample"}, tmp_path, temp)

    assert (1, "", "a b.xml", "c.js") == (done.code, *(done.outputs[name] for name in ("sarif", "junit", "json")))
    told = json.loads((tmp_path / "c.js").read_text())
    assert ("sample", ["a b.json", "c.json"]) == (told["profile"], [source["name"] for source in told["sources"]])
    assert int(ET.parse(tmp_path / "a b.xml").getroot()[0].get("failures", "")) >= 1  # noqa: S314 - it is ours
    assert not list(tmp_path.glob("*.sarif"))


@pytest.mark.parametrize(
    ("sources", "code", "told"),
    [
        ("--exit-zero\n$(touch pwned)\n`touch pwned`\n'; touch pwned; '", 3, "cannot read --exit-zero: No such file"),
        (" \n", 2, "Missing argument 'SOURCE...'"),
    ],
)
def test_sources_are_no_code(temp: Path, tmp_path: Path, sources: str, code: int, told: str) -> None:
    """A source is neither run by the shell nor taken for an option; a mistake is an annotation."""
    done = step(CHECK, {"sources": sources, "python": sys.executable}, tmp_path, temp)

    assert (code, str(code)) == (done.code, done.outputs["exit-code"])
    assert re.search(
        rf"^::error title=smartflo-contract::smartflo-contract: {re.escape(told)}", done.said, re.MULTILINE
    )
    assert not (tmp_path / "pwned").exists()


def test_no_expression_is_code() -> None:
    """What users write reaches the shell by variables alone, and each input reaches it."""
    used = {name for which in (INSTALL, CHECK) for text in which["env"].values() for name in EXPRESSION.findall(text)}

    assert {f"inputs.{name}" for name in ACTION["inputs"]} == used
    assert not [which for which in (INSTALL, CHECK) if "${{" in which["run"]]
    assert not [which for which in ACTION["runs"]["steps"] if "uses" in which]


def test_other_actions_are_pinned() -> None:
    """The workflow has the actions of others by a full SHA, with the version in a comment."""
    others = [uses for uses in re.findall(r"uses: (.*)", WORKFLOW) if uses != OURS]

    assert others
    assert [] == [uses for uses in others if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[0-9.]+", uses)]


def test_the_page_tells_of_the_action() -> None:
    """Each input and each output is in a table, and the last step uploads what the action has written."""
    rows = {name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`([\w-]+)`", row)}

    assert {*ACTION["inputs"], *ACTION["outputs"]} == rows
    assert "${{ steps.smartflo.outputs.sarif }}" == STEPS[-1]["with"]["sarif_file"]


def gitlab(case: Case, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the job as GitLab does; what pip was asked for is in the file ``pip``."""
    stub = folder / "bin" / "python"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\" > pip\n")
    stub.chmod(0o755)
    path = os.pathsep.join([str(stub.parent), SCRIPTS, os.environ["PATH"]])
    script = "\n".join(["set -eo pipefail", *JOB["script"]])
    return run(["bash", "-c", script], folder, **JOB["variables"] | case.variables, PATH=path)


def test_gitlab(case: Case, tmp_path: Path) -> None:
    """The recipe for GitLab installs the package that is named, ends as the check does, and leaves a JUnit report."""
    (tmp_path / "smartflo-baseline.json").write_text(BASELINE)
    done = gitlab(case, tmp_path)

    case.assert_polite(done.stdout + done.stderr)
    assert case.code == done.returncode
    assert ["-m", "pip", "install", "--quiet", JOB["variables"]["PACKAGE"]] == (tmp_path / "pip").read_text().split(
        "\n"
    )[:-1]
    report = tmp_path / JOB["artifacts"]["reports"]["junit"]
    assert (case.code != 3) == report.exists()
    if report.exists():
        assert str(case.code) == ET.parse(report).getroot()[0].get("failures")  # noqa: S314 - it is ours


def test_known_findings(smartflo: Smartflo, tmp_path: Path) -> None:
    """What the first command of the page notes as known fails nothing from then on."""
    case = made(smartflo, "drifted")
    path = os.pathsep.join([SCRIPTS, os.environ["PATH"]])
    assert 0 == run(["bash", "-c", KNOWN], tmp_path, **case.variables, PATH=path).returncode

    assert 0 == gitlab(case, tmp_path).returncode


def cron(case: Case, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the line of the crontab as cron does, with everything in a folder."""
    (folder / "venv" / "bin").mkdir(parents=True)
    (folder / "venv" / "bin" / "smartflo-contract").symlink_to(Path(SCRIPTS) / "smartflo-contract")
    (folder / "smartflo-baseline.json").write_text(BASELINE)
    names = re.findall(r"^(\w+)=", SETTINGS, re.MULTILINE)
    (folder / "settings").write_text("".join(f"{name}={shlex.quote(case.variables[name])}\n" for name in names))
    (folder / "check-contract").write_text(SCRIPT)
    (folder / "check-contract").chmod(0o755)
    line = CRONTAB.splitlines()[-1].split(maxsplit=5)[5].replace("/opt/smartflo", str(folder))
    return run(["/bin/sh", "-c", line], Path("/"), PATH="/usr/bin:/bin")


needs_flock = pytest.mark.skipif(shutil.which("flock") is None, reason="flock is of Linux")


@needs_flock
def test_cron(case: Case, tmp_path: Path) -> None:
    """The recipe for cron ends as the check does, and speaks only where somebody should look."""
    done = cron(case, tmp_path)

    case.assert_polite(done.stdout)
    assert (case.code, "") == (done.returncode, done.stderr)
    begins = {
        0: "",
        1: "break: maximum\n  /*/priority  30 times",
        3: "smartflo-contract: the login at http://127.0.0.1:",
    }
    told = f"Smartflo contract, exit code {case.code}:\n{begins[case.code]}" if case.code else ""
    assert told == done.stdout[: len(told) or None]


@needs_flock
def test_one_run_at_a_time(smartflo: Smartflo, tmp_path: Path) -> None:
    """While one run of cron's holds the lock, the next one says and asks nothing."""
    lock = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = cron(made(smartflo, "good"), tmp_path)
    finally:
        os.close(lock)

    assert ("", "", []) == (done.stdout, done.stderr, smartflo.requests)


def test_all_run_at_night_in_india() -> None:
    """The times of the recipes, in UTC but for GitLab's, are between midnight and six in India."""
    lines = re.findall(r"(?:cron: \"|cron line `|^)(\d+) (\d+) \* \* \*", PAGE, re.MULTILINE)
    minutes = [int(minute) + 60 * int(hour) for minute, hour in lines]
    github, in_gitlab, in_cron = minutes

    assert all(0 <= at < 6 * 60 for at in ((github + 330) % 1440, in_gitlab, (in_cron + 330) % 1440))


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
def test_schemas_of_the_platforms(schema: str, text: str, tmp_path: Path) -> None:
    """What a platform reads is what its schema allows."""
    (tmp_path / "file.yml").write_text(text, encoding="utf-8")
    done = run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", "file.yml"], tmp_path)

    assert (0, "") == (done.returncode, done.stdout.removeprefix("ok -- validation done\n") + done.stderr)
