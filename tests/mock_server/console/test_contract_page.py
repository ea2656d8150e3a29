"""The page of the contract in a real browser."""

import json
from pathlib import Path

import pytest

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.mutation import MutantResult, MutationRun, mutants_of
from smartflo_contract.mutation.reports import WRITERS
from smartflo_contract.schemas import CONTRADICTIONS, load_contract

from .conftest import Console

pytestmark = pytest.mark.slow
HOSTILE = "<img src=x onerror=alert(1)>"


def test_shows_keys_by_profile_and_contradictions(console: Console) -> None:
    """Each key has its type in each profile, and its evidence; both readings of a contradiction are side by side."""
    console.open("#/contract")
    console.shows("retry_count", ".keys")
    row = next(row for row in console.texts(".keys tbody tr") if row.startswith("retry_count"))
    console.run("click('Contradictions').then(() => until(() => document.querySelector('.card')))")
    cards = console.texts(".card")

    assert "integer, min 0\tstring, pattern" in row.replace("\t\t", "\t")
    assert row.endswith("documented")
    assert [contradiction.title for contradiction in CONTRADICTIONS] == [card.splitlines()[0] for card in cards]
    assert all(text in cards[0] for text in CONTRADICTIONS[0].readings.values())
    assert console.errors == []


def test_shows_coverage_as_heat_map(console: Console) -> None:
    """A fake that records value coverage shows which cells were served; another one, how to record it."""
    console.send("GET", "/v1/broadcast/leads/8669")
    console.open("#/contract/coverage")
    console.run(f"set('Account', '{console.account}')")
    console.shows("dial_status 5/10", ".heat")
    console.shows("dial_status=9", ".scroll")
    with FakeSmartflo() as other:
        console.open("#/contract/coverage", other.url)
        console.shows("Value coverage is not recorded")

        assert "--coverage" in console.run("text('pre')")


def test_shows_survivors_of_a_mutation_report(console: Console, tmp_path: Path) -> None:
    """A report is read in the page: it lists the mutants that no test noticed; another file is refused."""
    results = [
        MutantResult(mutant, "survived" if mutant.id == "retry_count:retype-string" else "killed", (HOSTILE,))
        for mutant in mutants_of(load_contract())
        if mutant.kind == "breaking"
    ]
    WRITERS["json"](MutationRun(load_contract(), results, {}), tmp_path / "mutation.json")
    (tmp_path / "other.json").write_text(json.dumps([HOSTILE]))
    console.open("#/contract/survivors")
    console.shows("No mutation report is loaded")
    for name, shown in (
        ("other.json", "This file is no mutation report"),
        ("mutation.json", "retry_count:retype-string"),
    ):
        node = console.run("var input = document.querySelector('input[type=file]')") or console.tab.call(
            "Runtime.evaluate", expression="input"
        )
        console.tab.call("DOM.setFileInputFiles", files=[str(tmp_path / name)], objectId=node["result"]["objectId"])
        console.shows(shown)

    assert f"1 of {len(results)} mutants survived" in console.run("text('main')")
    assert console.errors == []


def test_hostile_mutation_report_runs_no_script(console: Console, tmp_path: Path) -> None:
    """Whatever a report contains is shown as text: ids, file names, states and descriptions of mutants."""
    mutant = {"id": HOSTILE, "status": "Survived", "description": HOSTILE}
    (tmp_path / "mutation.json").write_text(json.dumps({"files": {HOSTILE: {"mutants": [mutant]}}}))
    console.open("#/contract/survivors")
    console.shows("No mutation report is loaded")
    console.select_file(tmp_path / "mutation.json")
    console.shows("1 of 1 mutants survived")

    assert console.run("text('table')").count(HOSTILE) == 3
    assert console.run("document.querySelectorAll('main img').length") == 0
    assert console.errors == []
