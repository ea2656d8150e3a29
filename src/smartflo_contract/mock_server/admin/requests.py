"""A request to the admin API as its handlers receive it, and its query parameters."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple, TypeVar

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import ResolvedSettings
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.printable import truncate

_MAX_NAME_CHARACTERS: Final = 200
_MAX_PAGE_ENTRIES: Final = 1_000
_DEFAULT_PAGE_ENTRIES: Final = 100
MAX_ID: Final = 2**53
"""Maximum id of a request."""
_Entry = TypeVar("_Entry")


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

    @property
    def account_filter(self) -> str | None:
        """The account whose records are meant, ``None`` for those of all accounts."""
        return None if self.is_for_all_accounts else self.account_id

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


class Page(NamedTuple):
    """Which of the recorded entries a response contains.

    Attributes:
        order: ``oldest`` or ``newest``: which ones come first.
        after: id; only later entries.
        limit: maximum number of entries.
    """

    order: str = "oldest"
    after: int = 0
    limit: int = _DEFAULT_PAGE_ENTRIES

    def select(self, entries: Sequence[_Entry]) -> Sequence[_Entry]:
        """Return those of some entries, oldest first, that the response contains."""
        return entries[::-1][: self.limit] if self.order == "newest" else entries[: self.limit]


def page_of_query(request: AdminRequest) -> Page:
    """Return the page in the query parameters.

    Raises:
        Problem: a parameter is invalid.
    """
    order = request.query.get("order", "oldest")
    if order not in {"oldest", "newest"}:
        raise Problem(422, f"order: expected oldest or newest, got {truncate(order)}")
    return Page(
        order,
        request.integer_parameter("after", max_value=MAX_ID, default=0),
        request.integer_parameter("limit", max_value=_MAX_PAGE_ENTRIES, default=_DEFAULT_PAGE_ENTRIES),
    )


def check_query(query: Mapping[str, str], known: Sequence[str]) -> None:
    """Reject unknown query parameters. A request with a misspelled account would otherwise apply to all accounts.

    Raises:
        Problem: there is an unknown parameter.
    """
    for name in query:
        if name not in known:
            choices = f"choose from {', '.join(known)}.{nearest(name, known)}" if known else "this route has none"
            raise Problem(422, f"{name[:_MAX_NAME_CHARACTERS]}: unknown parameter; {choices}")
