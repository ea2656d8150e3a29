"""Handler for value coverage: which values of the contract were served."""

from typing import Final

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import AdminRequest

_NOT_OBSERVED: Final = (
    "this fake does not record value coverage; start it with `smartflo-contract serve --coverage FILE`, or run pytest "
    "with --smartflo-coverage"
)
_SEVERAL_WORKERS: Final = (
    "the workers of this fake merge what they served without its accounts; request all accounts (no token, no "
    "`?account=`), select one context with `?context=`, or use one worker"
)


def get_coverage(request: AdminRequest) -> object:
    """Return what the account was served, or all accounts."""
    observer = request.state.observer
    if observer is None:
        raise Problem(409, _NOT_OBSERVED)
    if request.state.config.workers > 1 and request.account_filter is not None:
        raise Problem(409, _SEVERAL_WORKERS)
    return observer.report(request.account_filter, request.query.get("context"))
