"""A request to the admin API as its handlers receive it, and its query parameters."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import ResolvedSettings
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.schemas.errors import nearest

_MAX_NAME_CHARACTERS: Final = 200


class AdminRequest(NamedTuple):
    """An admin request that passed all checks.

    Attributes:
        state: the fake.
        account_id: id of the account that the request names, or ``ALL_ACCOUNTS``.
        query: query parameters.
        body: the validated JSON body; ``None`` if the route has none.
        path_id: the variable segment of the path; empty if the route has none.
    """

    state: State
    account_id: str
    query: Mapping[str, str]
    body: Any = None
    path_id: str = ""

    @property
    def is_for_all_accounts(self) -> bool:
        """Whether the request names no account."""
        return self.account_id == ALL_ACCOUNTS

    @property
    def settings(self) -> ResolvedSettings:
        """The settings of the account, with defaults filled in."""
        return self.state.resolved_settings(self.account_id)

    def edit_account(self) -> AbstractContextManager[Account]:
        """Lock the account for changes until the context ends."""
        return self.state.accounts.edit(self.account_id)

    def integer_parameter(self, name: str, *, max_value: int, default: int) -> int:
        """Return a query parameter that is an integer from 0 to ``max_value``.

        Raises:
            Problem: it is not such an integer.
        """
        value = parse_integer(self.query.get(name, str(default)), 0, max_value)
        if value is None:
            raise Problem(422, f"{name}: expected an integer from 0 to {max_value}")
        return value


def check_query(query: Mapping[str, str], known: Sequence[str]) -> None:
    """Reject unknown query parameters. A request with a misspelled account would otherwise apply to all accounts.

    Raises:
        Problem: there is an unknown parameter.
    """
    for name in query:
        if name not in known:
            choices = f"choose from {', '.join(known)}.{nearest(name, known)}" if known else "this route has none"
            raise Problem(422, f"{name[:_MAX_NAME_CHARACTERS]}: unknown parameter; {choices}")
