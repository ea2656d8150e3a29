"""The account of one test: its start state, and the check for unmatched requests. Imports pytest only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from smartflo_contract.pytest_plugin._failures import FAKE, HAS_FAILED, unmatched_message
from smartflo_contract.pytest_plugin._markers import seed_of_test
from smartflo_contract.pytest_plugin._settings import fail_setting
from smartflo_contract.pytest_plugin._unmet_faults import warn_about_unmet_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from smartflo_contract.mock_server import Config
    from smartflo_contract.pytest_plugin._account import Smartflo
    from smartflo_contract.pytest_plugin._server import SmartfloServer

_OVERRIDDEN_TOO_LATE: Final = (
    "smartflo_config is overridden for this test, but the fake of all tests runs with another configuration: override "
    "it in the top conftest.py, or use smartflo.add_list(), quirks() and fail() here"
)


@contextmanager
def account_of_test(
    item: Any, server: SmartfloServer, config: Config, arguments: Mapping[str, Any]
) -> Iterator[Smartflo]:
    """Yield a new account; afterwards, fail the test if a request matched no route.

    A test that passes causes a warning for each of its faults that no request has met.

    Args:
        item: the test.
        server: the fake.
        config: value of ``smartflo_config`` for the test.
        arguments: of the marker ``smartflo``.
    """
    if config != server.config:
        pytest.fail(_OVERRIDDEN_TOO_LATE, pytrace=False)
    with server.account(seed=seed_of_test(item, config.seed)) as account:
        item.stash[FAKE] = server, account
        item.stash[HAS_FAILED] = False  # the test may run again
        try:
            _set_start_state(account, arguments)
        except ValueError as error:
            fail_setting("@pytest.mark.smartflo", error)
        yield account
        message = unmatched_message(server, account)
        if item.stash[HAS_FAILED]:
            return
        if message and not arguments.get("allow_unmatched"):
            pytest.fail(message, pytrace=False)
        warn_about_unmet_faults(item, account)


def _set_start_state(account: Smartflo, arguments: Mapping[str, Any]) -> None:
    """Set an account to the start state of a marker.

    Raises:
        ValueError: the fake rejects a value.
    """
    if "profile" in arguments:
        account.profile(arguments["profile"])
    if arguments.get("quirks"):
        account.quirks(**arguments["quirks"])
    if "clock" in arguments:
        account.clock.freeze(arguments["clock"])
        account.renew_token()
    if "leads" in arguments:
        account.add_list(leads=arguments["leads"])
    if arguments.get("faults"):
        account.fail(*arguments["faults"])
