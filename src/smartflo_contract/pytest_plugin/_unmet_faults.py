"""The warning about faults that no request of a test has met. Imports pytest only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from smartflo_contract.pytest_plugin._account import Smartflo


class UnmetFaultWarning(pytest.PytestWarning):
    """A test passed, and no request met a fault that it had set."""

    __module__ = "smartflo_contract.pytest_plugin"


def warn_about_unmet_faults(item: pytest.Item, account: Smartflo) -> None:
    """Warn for each fault that a test has set for its account, and that no request has met.

    Args:
        item: the test.
        account: account of the test.
    """
    for fault in account.unmet_faults:
        message = f"no request met the fault {fault}; remove it, or check its route, list and number of the request"
        item.warn(UnmetFaultWarning(message))
