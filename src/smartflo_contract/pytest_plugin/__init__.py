"""The pytest plugin: Smartflo as fixtures.

pytest loads :mod:`smartflo_contract.pytest_plugin.plugin` in every run, so that module imports pytest only. The rest
is imported when a test uses a fixture.
"""

import typing

if typing.TYPE_CHECKING:
    from smartflo_contract.pytest_plugin._account import Smartflo
    from smartflo_contract.pytest_plugin._lead_list import LeadList
    from smartflo_contract.pytest_plugin._server import SmartfloServer
    from smartflo_contract.pytest_plugin._unmet_faults import UnmetFaultWarning
    from smartflo_contract.pytest_plugin._webhook_receiver import WebhookReceiver
    from smartflo_contract.pytest_plugin._webhooks import WebhookSummary

__all__ = ["LeadList", "Smartflo", "SmartfloServer", "UnmetFaultWarning", "WebhookReceiver", "WebhookSummary"]


def __getattr__(name: str) -> typing.Any:
    """Import the type of a fixture, or the warning, when a test names it."""
    modules = {
        "LeadList": "_lead_list",
        "Smartflo": "_account",
        "SmartfloServer": "_server",
        "UnmetFaultWarning": "_unmet_faults",
        "WebhookReceiver": "_webhook_receiver",
        "WebhookSummary": "_webhooks",
    }
    if name not in modules:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module  # noqa: PLC0415 - only when needed

    return getattr(import_module(f"{__name__}.{modules[name]}"), name)
