"""The routes of the admin API, in one table."""

from smartflo_contract.mock_server.admin.accounts import get_accounts, post_reset
from smartflo_contract.mock_server.admin.broadcasts import post_broadcast
from smartflo_contract.mock_server.admin.clock import get_clock, patch_clock
from smartflo_contract.mock_server.admin.coverage import get_coverage
from smartflo_contract.mock_server.admin.custom_routes import delete_routes, get_routes, post_route, put_routes
from smartflo_contract.mock_server.admin.faults import delete_faults, get_faults, post_fault, put_faults
from smartflo_contract.mock_server.admin.har import get_requests_har
from smartflo_contract.mock_server.admin.health import get_health, get_ready, get_version
from smartflo_contract.mock_server.admin.index import index_of
from smartflo_contract.mock_server.admin.journal import (
    delete_requests,
    get_requests,
    get_unmatched,
    post_count,
    post_find,
    post_wait,
)
from smartflo_contract.mock_server.admin.lists import (
    delete_lead,
    delete_list,
    get_leads,
    get_list,
    get_lists,
    patch_lead,
    post_leads,
    post_list,
    put_leads,
    put_list,
)
from smartflo_contract.mock_server.admin.mutant import delete_mutant, get_mutant, put_mutant
from smartflo_contract.mock_server.admin.openapi import admin_openapi
from smartflo_contract.mock_server.admin.profile import get_contract, get_contradictions, get_profile, put_profile
from smartflo_contract.mock_server.admin.quirks import get_quirks, patch_quirks
from smartflo_contract.mock_server.admin.rate_limit import delete_rate_limit, get_rate_limit, put_rate_limit
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.admin.route import MAX_LEADS_BYTES, MAX_SNAPSHOT_BYTES, MAX_WEBHOOK_BYTES, AdminRoute
from smartflo_contract.mock_server.admin.snapshot import get_snapshot, post_restore
from smartflo_contract.mock_server.admin.webhooks import (
    delete_webhook,
    delete_webhooks,
    get_deliveries,
    get_webhooks,
    post_webhook,
)


def _get_index(_: AdminRequest) -> object:
    return index_of(ADMIN_ROUTES)


def _get_openapi(_: AdminRequest) -> object:
    return admin_openapi(ADMIN_ROUTES)


ADMIN_ROUTES: tuple[AdminRoute, ...] = (
    AdminRoute(
        "GET", "", _get_index, "Return the routes of the admin API; the console for browsers", "JsonDocument", "fake"
    ),
    AdminRoute("GET", "/health", get_health, "Check that the fake runs", "Status", "fake", is_public=True),
    AdminRoute(
        "GET", "/ready", get_ready, "Check that the fake is ready", "Status", "fake", is_public=True, problems=(503,)
    ),
    AdminRoute("GET", "/version", get_version, "Return version and settings of the fake", "Version", "fake"),
    AdminRoute("GET", "/openapi", _get_openapi, "Return this document", "JsonDocument", "fake"),
    AdminRoute(
        "GET",
        "/contract",
        get_contract,
        "Return the contract of a lead list as annotated JSON Schema",
        "JsonDocument",
        parameters=("profile",),
        problems=(422,),
    ),
    AdminRoute(
        "GET",
        "/contract/contradictions",
        get_contradictions,
        "Return where the vendor's pages contradict each other",
        "Contradictions",
        "fake",
    ),
    AdminRoute("GET", "/profile", get_profile, "Return the profile", "Profile"),
    AdminRoute(
        "PUT",
        "/profile",
        put_profile,
        "Set the profile; null restores the default",
        "Profile",
        body="ProfileChange",
        writes=True,
    ),
    AdminRoute("GET", "/quirks", get_quirks, "Return all quirks with their values", "Quirks"),
    AdminRoute(
        "PATCH",
        "/quirks",
        patch_quirks,
        "Set some quirks; null restores the default",
        "Quirks",
        body="QuirkChanges",
        writes=True,
    ),
    AdminRoute("GET", "/faults", get_faults, "Return the fault rules, and all faults", "Faults"),
    AdminRoute("PUT", "/faults", put_faults, "Replace all fault rules", "FaultRules", body="FaultRules", writes=True),
    AdminRoute(
        "POST", "/faults", post_fault, "Add a fault rule", "FaultRules", body="FaultRule", writes=True, status=201
    ),
    AdminRoute("DELETE", "/faults", delete_faults, "Restore the default fault rules", "FaultRules", writes=True),
    AdminRoute("GET", "/rate-limit", get_rate_limit, "Return the rate limit, and what is left of it", "RateLimit"),
    AdminRoute(
        "PUT",
        "/rate-limit",
        put_rate_limit,
        "Set the rate limit; null for none",
        "RateLimit",
        body="RateLimitChange",
        writes=True,
    ),
    AdminRoute("DELETE", "/rate-limit", delete_rate_limit, "Restore the default rate limit", "RateLimit", writes=True),
    AdminRoute("GET", "/mutant", get_mutant, "Return the mutant of the responses with leads", "Mutant"),
    AdminRoute(
        "PUT",
        "/mutant",
        put_mutant,
        "Set the mutant of the responses with leads",
        "Mutant",
        body="MutantChange",
        writes=True,
    ),
    AdminRoute("DELETE", "/mutant", delete_mutant, "Remove the mutant", "Mutant", writes=True),
    AdminRoute("GET", "/routes", get_routes, "Return the routes that were added to those of the fake", "Routes"),
    AdminRoute(
        "PUT",
        "/routes",
        put_routes,
        "Replace all added routes",
        "Routes",
        body="Routes",
        writes=True,
        max_body_bytes=MAX_LEADS_BYTES,
    ),
    AdminRoute(
        "POST",
        "/routes",
        post_route,
        "Add a route, or replace the one with its method and path",
        "Routes",
        body="Route",
        writes=True,
        status=201,
        max_body_bytes=MAX_LEADS_BYTES,
    ),
    AdminRoute("DELETE", "/routes", delete_routes, "Restore the default added routes", "Routes", writes=True),
    AdminRoute("GET", "/webhooks", get_webhooks, "Return the webhooks, and all triggers and variables", "Webhooks"),
    AdminRoute(
        "POST",
        "/webhooks",
        post_webhook,
        "Add a webhook, or replace the one with its URL, method, trigger and template",
        "StoredWebhook",
        body="Webhook",
        writes=True,
        status=201,
        max_body_bytes=MAX_WEBHOOK_BYTES,
    ),
    AdminRoute("DELETE", "/webhooks", delete_webhooks, "Restore the default webhooks", "Webhooks", writes=True),
    AdminRoute("DELETE", "/webhooks/{webhook_id}", delete_webhook, "Delete a webhook", "Webhooks", writes=True),
    AdminRoute(
        "GET",
        "/webhooks/deliveries",
        get_deliveries,
        "Return what webhooks sent and what receivers answered, oldest first",
        "Deliveries",
        parameters=("after", "limit", "order"),
        problems=(409,),
    ),
    AdminRoute(
        "POST",
        "/broadcasts",
        post_broadcast,
        "Create a broadcast and start it",
        "StartedBroadcast",
        "one",
        body="NewBroadcast",
        writes=True,
        status=201,
        problems=(404, 409),
    ),
    AdminRoute("GET", "/clock", get_clock, "Return the time on the account's clock", "Clock", "one"),
    AdminRoute(
        "PATCH",
        "/clock",
        patch_clock,
        "Set, advance, freeze or resume the account's clock, in this order",
        "Clock",
        "one",
        body="ClockChange",
        writes=True,
    ),
    AdminRoute(
        "GET",
        "/requests",
        get_requests,
        "Return recorded requests, oldest first; as they arrive, with Accept: text/event-stream",
        "RecordedRequests",
        parameters=("after", "before", "limit", "order"),
        problems=(409, 503),
        has_events=True,
    ),
    AdminRoute(
        "GET",
        "/requests.har",
        get_requests_har,
        "Return recorded requests as a HAR file, with the lead lists that have not changed since",
        "JsonDocument",
        parameters=("after", "limit", "order"),
        problems=(409,),
    ),
    AdminRoute("DELETE", "/requests", delete_requests, "Delete recorded requests", "Status", problems=(409,)),
    AdminRoute(
        "POST",
        "/requests/find",
        post_find,
        "Return the recorded requests that match",
        "RecordedRequests",
        body="FindRequests",
        problems=(409,),
    ),
    AdminRoute(
        "POST",
        "/requests/count",
        post_count,
        "Count the recorded requests that match",
        "Count",
        body="CountRequests",
        problems=(409,),
    ),
    AdminRoute(
        "POST",
        "/requests/wait",
        post_wait,
        "Wait until enough requests match, and return them",
        "WaitedFor",
        body="WaitForRequests",
        problems=(409, 503),
    ),
    AdminRoute(
        "GET",
        "/requests/unmatched",
        get_unmatched,
        "Return the requests that matched no route, with the reason and the nearest route",
        "Unmatched",
        parameters=("after", "limit", "order"),
        problems=(409,),
    ),
    AdminRoute(
        "GET",
        "/coverage",
        get_coverage,
        "Return which values of the contract were served",
        "Coverage",
        parameters=("context",),
        problems=(409,),
    ),
    AdminRoute("GET", "/lists", get_lists, "Return the account's lists", "ListSummaries", "one"),
    AdminRoute(
        "POST",
        "/lists",
        post_list,
        "Create a list under a new id",
        "ListSummary",
        "one",
        body="ListDefinition",
        writes=True,
        status=201,
        max_body_bytes=MAX_LEADS_BYTES,
    ),
    AdminRoute("GET", "/lists/{list_id}", get_list, "Return a list", "ListSummary", "one"),
    AdminRoute(
        "PUT",
        "/lists/{list_id}",
        put_list,
        "Create or replace the list with this id",
        "ListSummary",
        "one",
        body="ListDefinition",
        writes=True,
        max_body_bytes=MAX_LEADS_BYTES,
    ),
    AdminRoute("DELETE", "/lists/{list_id}", delete_list, "Delete a list", "Status", "one", writes=True),
    AdminRoute(
        "GET",
        "/lists/{list_id}/leads",
        get_leads,
        "Return leads of a list, without faults and quirks",
        "Leads",
        "one",
        parameters=("offset", "most_leads", "contains", "details"),
    ),
    AdminRoute(
        "PUT",
        "/lists/{list_id}/leads",
        put_leads,
        "Create or replace the list with this id from the leads of a fixture, verbatim",
        "ListSummary",
        "one",
        body="Fixture",
        writes=True,
        max_body_bytes=MAX_LEADS_BYTES,
    ),
    AdminRoute(
        "POST",
        "/lists/{list_id}/leads",
        post_leads,
        "Add leads with any keys",
        "Leads",
        "one",
        body="NewLeads",
        writes=True,
        status=201,
        max_body_bytes=MAX_LEADS_BYTES,
    ),
    AdminRoute(
        "PATCH",
        "/leads/{lead_id}",
        patch_lead,
        "Change any key of a lead, without checking the contract",
        "Lead",
        "one",
        body="LeadChange",
        writes=True,
        max_body_bytes=MAX_LEADS_BYTES,
    ),
    AdminRoute("DELETE", "/leads/{lead_id}", delete_lead, "Delete a lead", "Status", "one", writes=True),
    AdminRoute("GET", "/accounts", get_accounts, "Return the accounts that have state", "Accounts"),
    AdminRoute("GET", "/snapshot", get_snapshot, "Return the state as compact JSON", "Snapshot"),
    AdminRoute(
        "POST",
        "/restore",
        post_restore,
        "Restore a snapshot",
        "Status",
        body="Snapshot",
        writes=True,
        max_body_bytes=MAX_SNAPSHOT_BYTES,
    ),
    AdminRoute("POST", "/reset", post_reset, "Reset the account, or all accounts", "Status", writes=True),
)
"""All routes of the admin API."""
