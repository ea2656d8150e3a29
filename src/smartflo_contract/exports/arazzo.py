"""An Arazzo workflow: log in, create a list, add a lead, read the list, delete both."""

from collections.abc import Mapping
from typing import Any, Final

from smartflo_contract.exports.operations import JSON, Operation, operations
from smartflo_contract.exports.scenario import Step, is_variable, step_of

_SEQUENCE: Final = ("login", "createList", "addLead", "listLeads", "deleteLead", "deleteList")
_INPUTS: Final[Mapping[str, str]] = {"email": "The login id.", "password": "The password."}


def arazzo_document(document: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Return the Arazzo description of the workflow.

    Args:
        document: the OpenAPI document.
        url: where it is, relative to this description.
    """
    by_id = operations(document)
    sources: dict[str, str] = {name: f"$inputs.{name}" for name in _INPUTS}
    steps = []
    for step in map(step_of, _SEQUENCE):
        steps.append(_step(step, by_id[step.operation], sources))
        sources |= {name: f"$steps.{step.operation}.outputs.{name}" for name in step.saves}
    return {
        "arazzo": "1.0.1",
        "info": {
            "title": document["info"]["title"],
            "summary": "The life of a lead.",
            "description": "It creates and deletes a lead list: use it with a fake only.",
            "version": document["info"]["version"],
        },
        "sourceDescriptions": [{"name": "smartflo", "url": url, "type": "openapi"}],
        "workflows": [
            {
                "workflowId": "lead-lifecycle",
                "summary": "Log in, create a list, add a lead, read the list, delete the lead and the list.",
                "inputs": {
                    "type": "object",
                    "properties": {name: {"type": "string", "description": text} for name, text in _INPUTS.items()},
                    "required": list(_INPUTS),
                },
                "steps": steps,
                "outputs": {name: sources[name] for name in ("list_id", "lead_id")},
            }
        ],
    }


def _step(step: Step, operation: Operation, sources: Mapping[str, str]) -> dict[str, Any]:
    """Return one step; ``sources`` has the runtime expression of each variable that is set so far."""
    parameters = []
    if "token" in sources:
        parameters.append({"name": "Authorization", "in": "header", "value": f"Bearer {{{sources['token']}}}"})
    if step.path_id:
        parameters.append({"name": "id", "in": "path", "value": sources[step.path_id]})
    result: dict[str, Any] = {
        "stepId": step.operation,
        "description": operation.details["summary"],
        "operationId": step.operation,
    }
    if parameters:
        result["parameters"] = parameters
    if operation.body is not None:
        values = {**operation.body, **step.body}
        payload = {key: sources[value[1:-1]] if is_variable(value) else value for key, value in values.items()}
        result["requestBody"] = {"contentType": JSON, "payload": payload}
    result["successCriteria"] = [{"condition": "$statusCode == 200"}]
    if step.saves:
        result["outputs"] = {name: f"$response.body#{pointer}" for name, pointer in step.saves.items()}
    return result
