"""The types of keyword arguments are those of the tables of faults and quirks."""

from typing import get_type_hints

from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.mock_server.faults.rules import SETTINGS
from smartflo_contract.pytest_plugin import Smartflo

from .keywords import MODULE, module


def test_keywords_are_generated() -> None:
    """The module is what `keywords.py --write` generates, to the letter."""
    assert module() == MODULE.read_text(encoding="utf-8")


def test_type_checkers_know_all_keywords() -> None:
    """The methods accept the settings of a fault and the quirks, and no others."""
    settings = get_type_hints(Smartflo.fail)["settings"].__args__[0]
    quirks = get_type_hints(Smartflo.quirks)["values"].__args__[0]

    assert set(SETTINGS) == {*settings.__annotations__, "list_id", "at"}
    assert set(QUIRKS) == set(quirks.__annotations__)
