"""Runs for the tests of reports: results of real mutants that are made up."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from smartflo_contract.mutation import MutantResult, MutationRun, mutants_of
from smartflo_contract.schemas import Contract, load_contract

MakeRun = Callable[..., MutationRun]


@pytest.fixture(name="make_run", scope="session")
def _make_run() -> MakeRun:
    """Return a function that makes a run: results by the id of the mutant, and attributes of the run."""

    def make_run(
        results: Mapping[str, Mapping[str, Any]], contract: Contract | None = None, **attributes: Any
    ) -> MutationRun:
        contract = contract or load_contract()
        mutants = {mutant.id: mutant for mutant in mutants_of(contract)}
        made = [
            MutantResult(**{"mutant": mutants[name], "status": "survived", **fields})
            for name, fields in results.items()
        ]
        return MutationRun(contract, made, **attributes)

    return make_run
