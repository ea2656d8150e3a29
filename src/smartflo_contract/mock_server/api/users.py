"""The users, agents and numbers of an account."""

from typing import Final

from flask import Response

from smartflo_contract.mock_server.calls.agents import Agent, agents, own_numbers
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.mock_server.http.request_bodies import invalid_values, validation_response
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.schemas.printable import truncate

_DEFAULT_PAGE_USERS: Final = 100
_MAX_PAGE_USERS: Final = 1_000
_MAX_ID: Final = 2**53 - 1
_EXAMPLE: Final = "for example /v1/users?limit=100"
_STATES: Final = {
    "is_extension_created": True,
    "is_login_based_calling": False,
    "is_international_calling": False,
    "is_web_login": True,
    "user_status": True,
}
"""What every user is, by the parameter that filters by it."""
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def get_users(call: Call) -> Response:
    """Return a page of the account's users, ordered by id."""
    arguments = call.request.args
    limit = parse_integer(arguments.get("limit", str(_DEFAULT_PAGE_USERS)), 1, _MAX_PAGE_USERS)
    last_seen_id = parse_integer(arguments.get("last_seen_id", "0"), 0, _MAX_ID)
    states = {name: _BOOLEANS.get(arguments.get(name, str(state)).lower()) for name, state in _STATES.items()}
    values = {"limit": limit, "last_seen_id": last_seen_id} | states
    errors = invalid_values({name: value is not None for name, value in values.items()})
    if errors or limit is None or last_seen_id is None:
        return validation_response(errors, call.settings.quirks, _EXAMPLE)
    found = agents(call.state.config.seed) if states == _STATES else ()
    page = [agent for agent in found if agent.user_id > last_seen_id][:limit]
    body = {"data": [_user(agent) for agent in page], "last_seen_id": page[-1].user_id if page else None}
    return json_response(200, body, "assumed")


def get_user(call: Call, user_id: str | None = None) -> Response:
    """Return one user; the first one for the route without an id."""
    for agent in agents(call.state.config.seed):
        if user_id in {None, str(agent.user_id)}:
            return json_response(200, {"data": _single_user(agent)}, "assumed")
    reason = f"this account has no user with the id {truncate(str(user_id))}; GET /v1/users returns its users"
    return error_response(404, "User not found.", reason)


def get_agents(call: Call) -> Response:
    """Return the account's agents in one array."""
    return json_response(200, [_agent(agent) for agent in agents(call.state.config.seed)], "assumed")


def get_agents_v2(call: Call) -> Response:
    """Return the account's agents in an object."""
    data = [_agent(agent) for agent in agents(call.state.config.seed)]
    return json_response(200, {"has_more": False, "data": data}, "assumed")


def get_my_number(call: Call) -> Response:
    """Return the account's numbers in one array."""
    numbers = own_numbers(call.state.config.seed)
    body = [
        {"id": own.id, "name": own.name, "alias": own.number.removeprefix("+"), "did": own.number, "destination": None}
        for own in numbers
    ]
    return json_response(200, body, "assumed")


def _user(agent: Agent) -> dict[str, object]:
    """Return a user as the list of users has it."""
    return {
        "id": agent.user_id,
        "name": agent.name,
        "login_id": agent.login_id,
        "extension": agent.extension,
        "user_status": True,
        "is_login_based_calling_enabled": False,
        "agent": _agent(agent),
    }


def _single_user(agent: Agent) -> dict[str, object]:
    """Return a user as the response to a request for one user has it."""
    return {
        "id": agent.user_id,
        "name": agent.name,
        "login_id": agent.login_id,
        "number": agent.number,
        "team_member": {"is_login_based_calling": False},
        "agent": {"id": agent.id, "intercom": agent.intercom, "number": agent.number},
    }


def _agent(agent: Agent) -> dict[str, object]:
    return {"id": agent.id, "name": agent.name, "follow_me_number": agent.number}
