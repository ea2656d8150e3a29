"""The files for containers agree with the package. ``.ci/run`` lints them and runs their instructions."""

import json
import re
import tomllib
from fnmatch import fnmatch
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from smartflo_contract.cli import cli
from smartflo_contract.cli.serve import serve_command


@pytest.fixture(name="dockerfile")
def _dockerfile(root: Path) -> str:
    return (root / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(name="project")
def _project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(name="fake")
def _fake(root: Path) -> dict[str, Any]:
    """Return the service of the fake."""
    compose = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))
    return dict(compose["services"]["fake"])


def test_labels_are_those_of_the_project(dockerfile: str, project: dict[str, Any]) -> None:
    """Version and license of the image are those in pyproject.toml."""
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="(.*)"', dockerfile))

    assert [project["project"][name] for name in ("version", "license")] == [labels["version"], labels["licenses"]]


def test_image_serves_as_other_user_than_root(dockerfile: str) -> None:
    """The last stage sets a user by number, the port that it exposes, and a health check that the command has."""
    last = dockerfile.rpartition("\nFROM ")[2]
    values = {line.partition(" ")[0]: line.partition(" ")[2] for line in last.splitlines()}
    user = int(values["USER"].partition(":")[0])
    commands = [json.loads(values["CMD"])[0], json.loads(values["HEALTHCHECK"].partition(" CMD ")[2])[1]]

    assert user > 0
    assert f"SMARTFLO_PORT={values['EXPOSE']}" in values["ENV"]
    assert ["serve", "ready"] == commands
    assert {*commands} <= {*cli.commands}


def test_variables_are_those_of_serve(dockerfile: str, fake: dict[str, Any]) -> None:
    """Image and compose file set no variable that command and libpq do not read, and options that the command has."""
    known = {parameter.envvar for parameter in serve_command.params} | {"PGPASSWORD"}
    named = {*re.findall(r"(SMARTFLO_[A-Z_]+)=", dockerfile), *fake["environment"]}
    name, *arguments = fake["command"]

    assert named <= known
    # A command keeps its option for help from its first context, so this one has the settings of the group.
    context = serve_command.make_context("serve", arguments, **cli.context_settings)
    assert ("serve", 2) == (name, context.params["workers"])


def test_any_password_of_the_database_can_be_set(root: Path, fake: dict[str, Any]) -> None:
    """The fake gets the password of the database unchanged: in the URL of the store, `/` and `@` would end it."""
    compose = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))
    password = compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"]

    assert password == fake["environment"]["PGPASSWORD"]
    assert "$" not in fake["environment"]["SMARTFLO_STORE"]


def test_build_context_has_what_the_wheel_consists_of(root: Path, project: dict[str, Any]) -> None:
    """`.dockerignore` lets through the sources, the included files and the license."""
    lines = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = [line.removeprefix("!") for line in lines if line.startswith("!")]
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    needed = {"pyproject.toml", "src", "README.md", *included, *project["project"]["license-files"]}
    assert not {path for path in needed if not any(fnmatch(path, f"{pattern}*") for pattern in kept)}


def test_development_container_installs_the_tools(root: Path) -> None:
    """The command after its creation is that of CONTRIBUTING.md."""
    settings = json.loads((root / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))

    assert settings["postCreateCommand"] in (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="check-jsonschema is with the development tools")
def test_workflow_with_service_container_is_valid(root: Path, tmp_path: Path) -> None:
    """GitHub's schema accepts the recipe of docs/install.md."""
    page = (root / "docs" / "install.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "tests.yml").write_text(recipe, encoding="utf-8")
    main = import_module("check_jsonschema").main
    result = CliRunner().invoke(main, ["--builtin-schema", "vendor.github-workflows", str(tmp_path / "tests.yml")])

    assert (0, "ok -- validation done\n") == (result.exit_code, result.output)
