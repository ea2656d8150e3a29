"""A sequence that calls every operation of the API once: each after those that create what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Step:
    """One request of the sequence.

    Attributes:
        operation: id of the operation.
        path_id: variable that is the id in the path; empty if there is none.
        body: keys that are added to the documented example, or replace its own; ``{name}`` as a value is that variable.
        query: parameters of the query, with values as in ``body``.
        saves: variable to the JSON pointer of its value in the response.
    """

    operation: str
    path_id: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    saves: Mapping[str, str] = field(default_factory=dict)


SECTIONS: Final[Mapping[str, tuple[Step, ...]]] = {
    "Log in": (
        Step("login", body={"email": "{email}", "password": "{password}"}, saves={"token": "/access_token"}),
        Step("refreshToken"),
    ),
    "Lists and leads": (
        Step("createList", saves={"list_id": "/list_id"}),
        Step("listLists"),
        Step("updateList", "list_id"),
        Step("addLead", "list_id"),
        Step("addLeads", "list_id", saves={"batch_id": "/batch_id"}),
        Step("batchStatus", "batch_id"),
        Step("listLeads", "list_id", saves={"lead_id": "/0/lead_id"}),
        Step("updateLead", "lead_id"),
        Step("patchLeads", "list_id"),
    ),
    "DND": (
        Step("createDndList", saves={"dnd_list_id": "/list_id"}),
        Step("listDndLists"),
        Step("updateDndList", "dnd_list_id"),
        Step("addDndLead", body={"list_id": "{dnd_list_id}"}),
        Step("listDndLeads", query={"list_id": "{dnd_list_id}"}, saves={"dnd_entry_id": "/data/0/id"}),
        Step("updateDndLead", "dnd_entry_id"),
        Step("deleteDndLead", "dnd_entry_id"),
        Step("addDndLeads", "dnd_list_id"),
        Step("deleteDndLeads", "dnd_list_id"),
        Step("deleteDndList", "dnd_list_id"),
    ),
    "Broadcasts": (
        Step("createBroadcast", body={"phone_number_list": "{list_id}"}, saves={"broadcast_id": "/broadcast_id"}),
        Step("getBroadcast", "broadcast_id"),
        Step("updateBroadcast", "broadcast_id"),
        Step("listBroadcasts"),
        Step("startBroadcast", "broadcast_id"),
        Step("pauseBroadcast", "broadcast_id"),
        Step("resumeBroadcast", "broadcast_id"),
        Step("endBroadcast", "broadcast_id"),
        Step("deleteBroadcast", "broadcast_id"),
    ),
    "Users": (
        Step("listUsers", saves={"user_id": "/data/0/id", "agent_id": "/data/0/agent/id"}),
        Step("getUser", "user_id"),
        Step("getOwnUser"),
        Step("listAgents"),
        Step("listAgentsInPages"),
        Step("listMyNumbers"),
    ),
    "Calls": (
        Step("clickToCallSupport"),
        Step("clickToCall", body={"agent_number": "{agent_id}"}),
        Step("listLiveCalls", saves={"call_id": "/0/call_id"}),
        Step("callOptions", body={"call_id": "{call_id}"}),
        Step("hangUpCall", body={"call_id": "{call_id}"}),
        Step("listCallRecords"),
    ),
    "Clean up": (
        Step("deleteLead", "lead_id"),
        Step("deleteLeads", "list_id"),
        Step("deleteList", "list_id"),
        Step("logout"),
    ),
}
"""Steps by section, in their order."""


def step_of(operation: str) -> Step:
    """Return the step that calls an operation."""
    (found,) = (step for steps in SECTIONS.values() for step in steps if step.operation == operation)
    return found


def is_variable(value: object) -> bool:
    """Return whether a value of a body is a variable, such as ``{list_id}``."""
    return isinstance(value, str) and value.startswith("{") and value.endswith("}")
