"""The code in the translation table of docs/migrating.md runs."""

import re
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.pytest_plugin import Smartflo

PAGE = Path(__file__).parents[2] / "docs" / "migrating.md"
TABLE = PAGE.read_text(encoding="utf-8").partition("| before | after |")[2].partition("\n## ")[0]
AFTER = [code for row in TABLE.splitlines() for code in re.findall(r"`(smartflo\.[^`]+)`", row.rpartition(" | ")[2])]


@pytest.mark.filterwarnings("ignore::smartflo_contract.pytest_plugin.UnmetFaultWarning")
@pytest.mark.parametrize("code", AFTER)
def test_expression_runs(smartflo: Smartflo, code: str) -> None:
    """Each expression in the right column runs as written, after the requests that it asserts."""
    smartflo.add_list(id=8668, leads=1)
    smartflo.client.post("/v1/broadcast/lead/8668", json={"field_0": "5550000042", "field_1": "Asha"})
    smartflo.client.get("/v1/broadcast/leads/8668?number=5550000042")
    names: dict[str, Any] = {"smartflo": smartflo, "leads": [{"field_1": "Asha"}], "number": "5550000042"}

    assert eval(code, names) is not False  # noqa: S307  # the page's own code


def test_table_has_expressions() -> None:
    """The expressions are found in the table."""
    assert len(AFTER) >= 15
