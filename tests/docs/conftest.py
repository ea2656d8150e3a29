"""What the pages run is not measured: it is the same code that tests of the rooms measure, in many processes."""

import os

import pytest


@pytest.fixture(autouse=True)
def _not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)
