"""Leads with the cells that tests were not served: for a list, and for a parametrized fixture."""

from typing import Any

import pytest

from smartflo_contract.coverage import CoverageError, Recorder, contract_cells, read_recording
from smartflo_contract.coverage.examples import lead_examples
from smartflo_contract.pytest_plugin._coverage import DATA_FILE
from smartflo_contract.pytest_plugin._recording import contract_of_options
from smartflo_contract.schemas import Contract, ContractError


def leads_not_served(contract: Contract, observer: object, list_id: int) -> list[dict[str, Any]]:
    """Return a valid lead for each cell that this process has not served yet; for each cell without value coverage.

    Args:
        contract: the contract of the leads.
        observer: the observer of the fake.
        list_id: id of the list of the leads.
    """
    cells = contract_cells(contract)
    served = observer.served_leads(cells) if isinstance(observer, Recorder) else 0
    return [example.lead for example in lead_examples(cells, served, list_id) if example.is_valid]


def missing_leads(config: pytest.Config) -> dict[str, dict[str, Any]]:
    """Return a valid lead by cell, for each cell that the other tests of the last run with coverage were not served.

    Raises:
        pytest.Collector.CollectError: the data file of the last run, or the contract, cannot be read.
    """
    path = config.rootpath / DATA_FILE
    try:
        cells = contract_cells(contract_of_options(config))
        served = read_recording(path).without_closing().served_mask(cells) if path.exists() else 0
    except (CoverageError, ContractError) as error:
        raise pytest.Collector.CollectError(str(error)) from None
    return {example.cell.id: example.lead for example in lead_examples(cells, served) if example.is_valid}
