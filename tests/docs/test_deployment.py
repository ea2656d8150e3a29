"""The systemd unit and the Kubernetes manifest in examples/deployment start the fake with options that it has.

``.ci/run`` validates their form with systemd-analyze and kubernetes-validate.
"""

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from smartflo_contract.cli import cli
from smartflo_contract.cli.serve import serve_command
from smartflo_contract.mock_server import Config, create_app

FOLDER = Path(__file__).parents[2] / "examples" / "deployment"


def unit_command() -> list[str]:
    """Return the command of the unit."""
    lines = (FOLDER / "smartflo-contract.service").read_text(encoding="utf-8").splitlines()
    (command,) = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    return shlex.split(command)


def container() -> dict[str, Any]:
    """Return the container of the manifest."""
    deployment, _ = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(only)


@pytest.mark.parametrize("command", [unit_command(), container()["command"]], ids=["systemd", "kubernetes"])
def test_options_exist(command: list[str]) -> None:
    """Each command is `serve` with options and values that it accepts."""
    program, name, *arguments = command
    # A command keeps its option for help from its first context, so this one has the settings of the group.
    context = serve_command.make_context("serve", arguments, **cli.context_settings)

    assert ("smartflo-contract", "serve", 2) == (Path(program).name, name, context.params["workers"])


def test_variables_exist() -> None:
    """The variables of the manifest are those of options of `serve`."""
    known = {parameter.envvar for parameter in serve_command.params}

    assert {variable["name"] for variable in container()["env"]} <= known


def test_probes_need_no_token() -> None:
    """The probes of the manifest are answered with 200, although the admin API needs a token."""
    client = create_app(Config(host="0.0.0.0", admin_token="secret")).test_client()  # noqa: S104 - nothing listens
    paths = [container()[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")]

    assert [200, 200] == [client.get(path).status_code for path in paths]
