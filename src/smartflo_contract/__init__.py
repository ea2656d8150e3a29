"""Contract-testing kit for the Smartflo lead list API: a fake, fixtures and a checker from one contract."""

import typing

if typing.TYPE_CHECKING:
    from smartflo_contract.schemas import assert_leads

__all__ = ["__version__", "assert_leads"]


def __getattr__(name: str) -> typing.Any:
    """Import a name when it is used: each import adds milliseconds to every start."""
    if name == "__version__":
        from smartflo_contract._version import __version__  # noqa: PLC0415

        return __version__
    if name == "assert_leads":
        from smartflo_contract.schemas import assert_leads  # noqa: PLC0415

        return assert_leads
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
