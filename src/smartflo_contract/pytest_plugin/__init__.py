"""The pytest plugin: Smartflo as fixtures.

pytest loads :mod:`smartflo_contract.pytest_plugin.plugin` in every run, so that module imports nothing but pytest; the
rest comes with the first test that asks for a fixture.
"""

import typing

if typing.TYPE_CHECKING:
    from smartflo_contract.pytest_plugin._account import LeadList, Smartflo
    from smartflo_contract.pytest_plugin._server import SmartfloServer

__all__ = ["LeadList", "Smartflo", "SmartfloServer"]


def __getattr__(name: str) -> typing.Any:
    """Import a type of a fixture when a test names it."""
    if name in {"LeadList", "Smartflo"}:
        from smartflo_contract.pytest_plugin import _account as module  # noqa: PLC0415
    elif name == "SmartfloServer":
        from smartflo_contract.pytest_plugin import _server as module  # type: ignore[no-redef]  # noqa: PLC0415
    else:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(module, name)
