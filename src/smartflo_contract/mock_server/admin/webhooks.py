"""Handlers for the webhooks of an account, and for what they sent."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from smartflo_contract.mock_server.admin.problems import Problem, value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest, page_of_query
from smartflo_contract.mock_server.config.webhook import Webhook, webhook_from_json
from smartflo_contract.mock_server.config.webhook_tables import TRIGGERS, VARIABLES, TableEntry
from smartflo_contract.mock_server.journal.redaction import redact_headers, redact_json, redact_string
from smartflo_contract.mock_server.webhook_service import add_webhook, set_webhooks
from smartflo_contract.schemas.printable import truncate

_NO_LOG: Final = (
    "this fake keeps no deliveries: journal_requests is 0, or it has several workers and no store, so each would know "
    "only its own"
)


def get_webhooks(request: AdminRequest) -> object:
    """Return the webhooks of the account, and every trigger and variable."""
    webhooks = [_to_json(webhook) for webhook in request.settings.webhooks]
    return {"webhooks": webhooks, "triggers": _table(TRIGGERS), "variables": _table(VARIABLES)}


def post_webhook(request: AdminRequest) -> object:
    """Add a webhook; it replaces one with the same URL, method, trigger and template."""
    webhook = webhook_from_json(request.body)
    with value_errors_as_problems():
        add_webhook(request.state, request.account_id, webhook)
    return _to_json(webhook)


def delete_webhooks(request: AdminRequest) -> object:
    """Restore the webhooks of all accounts, or of the configuration."""
    set_webhooks(request.state, request.account_id, None)
    return get_webhooks(request)


def delete_webhook(request: AdminRequest) -> object:
    """Delete one webhook."""
    webhooks = request.settings.webhooks
    others = tuple(webhook for webhook in webhooks if webhook.id != request.path_id)
    if len(others) == len(webhooks):
        raise Problem(404, f"there is no webhook {truncate(request.path_id)}; GET /__admin/webhooks returns all")
    set_webhooks(request.state, request.account_id, others)
    return get_webhooks(request)


def get_deliveries(request: AdminRequest) -> object:
    """Return what webhooks sent."""
    log = request.state.deliveries
    if not log:
        raise Problem(409, _NO_LOG)
    page = page_of_query(request)
    entries = list(log.after(page.after, request.account_filter))
    return {"total": len(entries), "deliveries": page.select(entries), "dropped": log.dropped(request.account_filter)}


def _table(entries: Mapping[str, TableEntry]) -> list[dict[str, Any]]:
    return [{"name": name, "evidence": entry.evidence, "why": entry.description} for name, entry in entries.items()]


def _to_json(webhook: Webhook) -> dict[str, Any]:
    """Return a webhook with secrets masked."""
    template = redact_string(webhook.template) if isinstance(webhook.template, str) else redact_json(webhook.template)
    shown = {"url": redact_string(webhook.url), "headers": redact_headers(webhook.headers), "template": template}
    return {"id": webhook.id, **asdict(webhook), **shown}
