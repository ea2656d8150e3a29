"""Query parameters that a route does not know."""

from collections.abc import Collection, Iterable

from smartflo_contract.schemas.printable import truncate


def reason_for_ignored(names: Iterable[str], known: Collection[str]) -> str:
    """Return the reason in a response to a request with parameters that select nothing, an empty string for none.

    Args:
        names: names of the parameters of the request.
        known: names of the parameters of the route.
    """
    ignored = [truncate(name) for name in names if name not in known]
    return f"these parameters select nothing: {', '.join(ignored)}" if ignored else ""
