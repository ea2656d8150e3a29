"""The plugin as pytest loads it: entry point, imports and help; and Hypothesis beside it."""

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
from hypothesis import given, settings

from smartflo_contract.factories import Lead
from smartflo_contract.pytest_plugin import SmartfloServer
from smartflo_contract.strategies import leads

from .conftest import PLUGIN

LIST_IMPORTS = """
import json, sys
import pytest

options = ["--collect-only", "-q", "-p", "no:cacheprovider"]
pytest.main(options)
before = set(sys.modules)
pytest.main([*options, "-p", sys.argv[1]])
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""
"""Prints the packages that a run imports only because of a plugin."""


def test_entry_point_is_plugin_module() -> None:
    """The entry point ``smartflo`` is the entry module."""
    assert [PLUGIN] == [point.value for point in entry_points(group="pytest11", name="smartflo")]


@pytest.mark.slow
def test_run_without_fixtures_imports_pytest_only(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that uses none of our fixtures imports no other library because of us."""
    monkeypatch.delenv("PYTEST_PLUGINS")
    pytester.makepyfile("def test_it(): ...")
    command = [sys.executable, "-c", LIST_IMPORTS, PLUGIN]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=pytester.path)
    packages = set(json.loads(done.stdout.splitlines()[-1])) - sys.stdlib_module_names

    assert {"smartflo_contract"} == packages


def test_help_describes_fixtures_markers_and_options(pytester: pytest.Pytester) -> None:
    """Every fixture has a description; the marker shows its arguments."""
    fixtures = pytester.runpytest("--fixtures").stdout.str()
    markers = pytester.runpytest("--markers").stdout.str()
    options = pytester.runpytest("--help").stdout.str()

    assert "The test's own account on the fake Smartflo" in fixtures
    assert "no docstring available" not in fixtures[fixtures.index("smartflo_contract") :]
    assert "@pytest.mark.smartflo(leads=, profile=, quirks=, faults=, clock=, seed=, allow_unmatched=)" in markers
    assert "--smartflo-seed=SEED" in options


@settings(deadline=None)  # the first example generates the pools
@given(lead=leads())
def test_hypothesis_examples_have_own_accounts(smartflo_server: SmartfloServer, lead: Lead) -> None:
    """Each example creates an account; no health check is suppressed."""
    with smartflo_server.account() as smartflo:
        created = smartflo.add_list(leads=[lead])
        assert [lead] == smartflo.client.get(f"/v1/broadcast/leads/{created.id}").get_json()
        smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=1)
