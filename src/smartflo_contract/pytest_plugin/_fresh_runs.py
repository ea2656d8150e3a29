"""Run tests with a mutant in a new process of pytest, with the options of this run that matter."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.mutants import Mutant
from smartflo_contract.mutation.decider import Outcome
from smartflo_contract.pytest_plugin._failures import node_argument, plain_node_id
from smartflo_contract.pytest_plugin._mutation_options import MUTANT, RESULT_VARIABLE
from smartflo_contract.pytest_plugin._settings import options_of_run

LIMIT_SECONDS: Final = 300.0
"""Time limit of one process."""
_LISTS: Final[Mapping[str, str]] = {"plugins": "-p", "pythonwarnings": "-W", "override_ini": "-o"}
"""Options of pytest that may be repeated, by the name of their values."""
_VALUES: Final[Mapping[str, str]] = {
    "inifilename": "-c",
    "confcutdir": "--confcutdir",
    "importmode": "--import-mode",
    "markexpr": "-m",
    "keyword": "-k",
    "randomly_seed": "--randomly-seed",
    "asyncio_mode": "--asyncio-mode",
}
"""Options of pytest and of other plugins with one value; they decide which tests run, and what they do."""


def run_fresh(config: pytest.Config, items: Mapping[str, pytest.Item], tests: Sequence[str], mutant: Mutant) -> Outcome:
    """Run tests with a mutant in a new process, until one fails.

    Args:
        config: pytest's configuration.
        items: the tests by name.
        tests: names of the tests to run.
        mutant: the mutant.
    """
    by_node = {plain_node_id(items[test]): test for test in tests}
    nodes = [node_argument(items[test]) for test in tests]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "result.json"
        command = [sys.executable, "-m", "pytest", *nodes, *_options(config), f"{MUTANT}={mutant.id}"]
        environment = os.environ | {RESULT_VARIABLE: str(file)}
        environment.pop("PYTEST_XDIST_WORKER", None)
        try:
            process = subprocess.run(  # noqa: S603 - the command of this process, with the tests of this run
                command,
                cwd=config.invocation_params.dir,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome(tests[0], f"took more than {LIMIT_SECONDS:.0f} s in a new process", is_timeout=True)
        result: Any = json.loads(file.read_bytes()) if file.exists() else {"served": 0, "failed": []}
    failed = [(by_node.get(node, tests[0]), str(reason)) for node, reason in result["failed"]]
    if not failed and process.returncode:
        failed = [(tests[0], f"pytest ended with {process.returncode} in a new process")]
    test, reason = failed[0] if failed else ("", "")
    return Outcome(test, reason, served=int(result["served"]))


def _options(config: pytest.Config) -> list[str]:
    """Return the options of this run that decide what the tests do, and those that let one process run them."""
    option: Any = config.option
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--rootdir={config.rootpath}", *options_of_run(config)]
    for name, flag in _LISTS.items():
        for value in getattr(option, name, None) or ():
            options += [flag, str(value)]
    for name, flag in _VALUES.items():
        value = getattr(option, name, None)
        if value:
            options += [flag, str(value)] if len(flag) == 2 else [f"{flag}={value}"]  # noqa: PLR2004 - a short flag
    if config.pluginmanager.hasplugin("xdist"):
        options.append("-n0")
    return options
