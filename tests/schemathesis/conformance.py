"""Check that the fake's responses conform to its OpenAPI documents.

Schemathesis generates valid and invalid requests from the document that ``smartflo-contract openapi`` prints, and from
that of the admin API, and sends them to fakes that run under ``serve``. No response may be a server error, and each
must have a status, a content type and a body of the document. Most generated ids and phone numbers are replaced by
known ones, because almost all requests would name unknown lists and leads otherwise.

    python tests/schemathesis/conformance.py [--examples 5]
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from smartflo_contract.mock_server import Webhook
from smartflo_contract.mock_server.admin.openapi import admin_openapi
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi

try:
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )
except ImportError:
    sys.exit('Schemathesis is not installed; run pip install ".[dev]"')

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Rejection of invalid requests is not checked: the fake ignores unknown keys."""
OVERLAY = {
    "properties": {
        "campaign": {"type": "string", "minLength": 3, "maxLength": 9},
        "undisposed_lead": None,
        "priority": {"maximum": 5},
        "field_3": {"minLength": 1},
    },
    "required": ["campaign"],
}
FAKES = (("sample", None), ("documented", None), ("lenient", None), ("sample", OVERLAY))
"""Profile and overlay of each fake."""
LIST_IDS = ("8668", "910000003", "8669")
DND_LIST_IDS = ("1", "2")
DND_ENTRY_ID = "800000000000010000000002"
"""Id of the second entry of an account's DND list, after a list was created."""
RECEIVER_URL = "http://127.0.0.1:9/"
"""Where webhooks would be sent to."""
WAIT = "POST /__admin/requests/wait"
VALID_TIMES = {"start_date_time": "2026-01-31 09:30:00", "end_date_time": "2099-01-31 09:30:00"}
VALID_PARTS: dict[str, dict[str, Any]] = {
    "PUT /__admin/faults": {"rules": [{"steps": ["503"]}]},
    "POST /__admin/faults": {"steps": ["503"], "route": "any"},
    "POST /v1/broadcast": {"phone_number_list": 8668} | VALID_TIMES,
    "PUT /v1/broadcast/{id}": {"phone_number_list": 8668} | VALID_TIMES,
    "POST /__admin/broadcasts": {"list_id": 8668} | VALID_TIMES,
    "POST /__admin/webhooks": {"url": RECEIVER_URL, "template": {"call": "$call_id"}},
}
"""Parts of bodies whose values are restricted by more than their schema."""
BATCH_ID = f"{1:024x}"
"""Id of the first bulk request of any account."""
USER_ID = "3736"
BROADCAST_EVENTS = {
    "GET /v1/broadcast/{id}": (),
    "PUT /v1/broadcast/{id}": (),
    "DELETE /v1/broadcast/{id}": (),
    "GET /v1/broadcast/start/{id}": (),
    "GET /v1/broadcast/pause/{id}": ("start",),
    "GET /v1/broadcast/resume/{id}": ("start", "pause"),
    "GET /v1/broadcast/end/{id}": ("start",),
}
"""Operations that need a broadcast, and its events before."""
LEAD_LABELS = (
    "PUT /v1/broadcast/lead/{id}",
    "DELETE /v1/broadcast/lead/{id}",
    "PATCH /__admin/leads/{lead_id}",
    "DELETE /__admin/leads/{lead_id}",
)
"""Operations that need a lead."""
CALL_LABELS = ("POST /v1/call/hangup", "POST /v1/call/options")
"""Operations that need a call in progress."""
PHONE_KEYS = ("field_0", "number", "destination_number", "customer_number")
REQUESTS_PER_ACCOUNT = 20
"""After this many requests, the next account continues, which has what the last one deleted."""
PARTS_TO_INVALIDATE = {"parameters", "requestBody"}
"""An operation must have one of these for its requests to be invalid."""
TIMEOUT = 60
"""Maximum time for a response, in seconds."""
MAX_MESSAGE_CHARACTERS = 300
LOGGED_ERROR = re.compile(r"ERROR|WARNING|Traceback|\[(ERROR|WARNING)")
"""Beginning of a line on standard error that reports an error."""


class Counts(NamedTuple):
    """Numbers of requests to one operation, by mode.

    Attributes:
        sent: requests that were sent.
        accepted: requests with a 2xx response.
    """

    sent: Counter[str]
    accepted: Counter[str]


@contextmanager
def run_fake(profile: str, overlay: dict[str, Any] | None) -> Iterator[tuple[str, Path]]:
    """Run a fake; yield its URL and the file with its standard error."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0", "--profile", profile]
        command += ["--coverage", str(folder / "coverage")]
        if overlay is not None:
            (folder / "overlay.json").write_text(json.dumps(overlay), encoding="utf-8")
            command += ["--overlay", str(folder / "overlay.json")]
        with (
            (folder / "errors").open("wb") as errors,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
        ):
            assert process.stdout is not None
            try:
                url = process.stdout.readline().strip()
                if not url:
                    lines = (folder / "errors").read_text(encoding="utf-8").strip().splitlines()
                    sys.exit(f"the fake did not start: {' '.join(lines[-1:])}")
                yield url, folder / "errors"
            finally:
                process.terminate()


def known_ids(url: str, label: str) -> tuple[str, ...]:
    """Return known ids for the path of an operation."""
    if label in LEAD_LABELS:
        leads = requests.get(f"{url}/v1/broadcast/leads/8668", headers={"Authorization": "x"}, timeout=TIMEOUT).json()
        return tuple(str(lead["lead_id"]) for lead in leads[:REQUESTS_PER_ACCOUNT])
    if "/dnd/" in label:
        return (DND_ENTRY_ID,) if label.endswith("/dnd/lead/{id}") else DND_LIST_IDS
    if "/webhooks/{webhook_id}" in label:
        return (Webhook(RECEIVER_URL).id,)
    if "/v1/user/" in label:
        return (USER_ID,)
    return (BATCH_ID,) if "batch_status" in label else LIST_IDS


def one_line(text: str) -> str:
    """Return the beginning of a text without line breaks."""
    return " ".join(text.split())[:MAX_MESSAGE_CHARACTERS]


def set_phone_number(body: object) -> None:
    """Replace any string under the key of a phone number by one. The schema has no pattern for it."""
    data = body.get("data") if isinstance(body, dict) else None
    rows = [body, *data] if isinstance(data, list) else [body]
    for row in rows:
        for key in PHONE_KEYS:
            if isinstance(row, dict) and isinstance(row.get(key), str | int):
                row[key] = "5550000042"


def make_valid(url: str, case: Any, label: str, known: str | None) -> None:
    """Replace values that no schema restricts enough: ids, phone numbers, quirks and snapshots. Shorten waits.

    Args:
        url: URL of the fake.
        case: the generated request.
        label: method and path of its operation.
        known: a known id; ``None`` to keep the generated ids.
    """
    if label == WAIT and isinstance(case.body, dict):
        case.body["timeout"] = 0
    if not known:
        return
    if case.path_parameters:
        case.path_parameters[next(iter(case.path_parameters))] = known
    set_phone_number(case.body)
    if label == "PATCH /__admin/quirks":
        case.body = {"unknown_list": "empty"}
    if label == "POST /__admin/restore":
        case.body = requests.get(f"{url}/__admin/snapshot", headers={"Authorization": "x"}, timeout=TIMEOUT).json()
    if isinstance(case.body, dict):
        case.body.update(VALID_PARTS.get(label, {}))


def prepare_account(url: str, session: requests.Session, account: str, label: str) -> None:
    """Create what the known ids of an operation stand for: a batch, a webhook, or DND list 2 and a number on list 1."""
    headers, dnd = {"Authorization": account}, f"{url}/v1/broadcast/dnd"
    if "batch_status" in label:
        body = {"data": [{"field_0": "5550000042"}]}
        session.post(f"{url}/v1/broadcast/leads/8669", json=body, headers=headers, timeout=TIMEOUT)
    if "/webhooks/{webhook_id}" in label:
        webhook = {"url": RECEIVER_URL}
        session.post(f"{url}/__admin/webhooks", json=webhook, headers=headers, timeout=TIMEOUT)
    if "/dnd/" not in label:
        return
    lists = session.get(f"{dnd}/lists", headers=headers, timeout=TIMEOUT).json()
    if lists["count"] == 1:
        session.post(f"{dnd}/list", json={"name": "Complaints"}, headers=headers, timeout=TIMEOUT)
        session.post(f"{dnd}/lead", json={"number": "5550000042"}, headers=headers, timeout=TIMEOUT)


def live_call_id(url: str, session: requests.Session, account: str) -> str:
    """Make a call, and return the id of the newest call in progress."""
    headers = {"Authorization": account}
    body = {"agent_number": "1", "destination_number": "5550000042"}
    session.post(f"{url}/v1/click_to_call", json=body, headers=headers, timeout=TIMEOUT)
    return str(session.get(f"{url}/v1/live_calls", headers=headers, timeout=TIMEOUT).json()[0]["call_id"])


def new_broadcast_id(url: str, session: requests.Session, account: str, label: str) -> str:
    """Create a broadcast, let the events happen that an operation needs, and return its id."""
    headers, broadcast = {"Authorization": account}, f"{url}/v1/broadcast"
    created = session.post(f"{broadcast}/list", json={"name": "March"}, headers=headers, timeout=TIMEOUT).json()
    body = {"name": "March", "phone_number_list": created["list_id"]}
    broadcast_id = session.post(broadcast, json=body, headers=headers, timeout=TIMEOUT).json()["broadcast_id"]
    for event in BROADCAST_EVENTS[label]:
        session.get(f"{broadcast}/{event}/{broadcast_id}", headers=headers, timeout=TIMEOUT)
    return str(broadcast_id)


def set_new_id(url: str, session: requests.Session, account: str, case: Any, label: str) -> None:
    """Replace the id in a request by that of a new broadcast or call, if the operation needs one."""
    if label.replace("HEAD ", "GET ") in BROADCAST_EVENTS:
        case.path_parameters["id"] = new_broadcast_id(url, session, account, label.replace("HEAD ", "GET "))
        case.query = {}
    if label in CALL_LABELS and isinstance(case.body, dict):
        case.body["call_id"] = live_call_id(url, session, account)


def failures(url: str, operation: Any, max_examples: int, counts: Counts) -> Iterator[str]:
    """Send requests to one operation, count them, and yield what is wrong with the responses."""
    messages: list[str] = []
    session = requests.Session()
    session.trust_env = False

    def send_all(mode: schemathesis.GenerationMode) -> None:
        ids = known_ids(url, operation.label)

        @settings(
            max_examples=max_examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            number = counts.sent.total()
            known = ids[number // 3 % len(ids)] if number % 3 else None  # every third keeps its generated id
            make_valid(url, case, operation.label, known)
            account = f"Bearer {operation.label} {number // REQUESTS_PER_ACCOUNT}"
            if known:
                prepare_account(url, session, account, operation.label)
            if known:
                set_new_id(url, session, account, case, operation.label)
            response = case.call(base_url=url, session=session, headers={"Authorization": account}, timeout=TIMEOUT)
            counts.sent[mode] += 1
            counts.accepted[mode] += response.status_code < 300
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as group:
                reasons = {one_line(f"{failure.title}: {failure.message}") for failure in group.exceptions}
                messages.extend(f"{operation.label}: {response.status_code}: {reason}" for reason in sorted(reasons))

        send()

    for mode in schemathesis.GenerationMode:
        try:
            send_all(mode)
        except Unsatisfiable:
            can_be_invalid = not PARTS_TO_INVALIDATE.isdisjoint(operation.definition.raw)
            if mode is schemathesis.GenerationMode.POSITIVE or can_be_invalid:
                messages.append(f"{operation.label}: no request could be generated")
        except Exception as error:  # noqa: BLE001 - any error becomes one line
            messages.append(f"{operation.label}: {type(error).__name__}: {one_line(str(error))}")
    session.close()
    yield from messages


def operations(profile: str, overlay: dict[str, Any] | None) -> list[Any]:
    """Return the operations of a contract's OpenAPI document, and of the admin API's."""
    documents = (openapi(load_contract(profile, overlay)), admin_openapi(ADMIN_ROUTES))
    schemas: list[Any] = [schemathesis.openapi.from_dict(document) for document in documents]
    return [result.ok() for schema in schemas for result in schema.get_all_operations()]


def positive_integer(text: str) -> int:
    """Return the value of an option that is an integer from 1 on."""
    if not (text.isdecimal() and int(text)):
        message = f"expected an integer from 1 on, got {text}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def main() -> None:
    """Send requests to every fake, print a table, and exit with a message if a response does not conform."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    help_text = "number of valid and of invalid requests to each operation of each fake (default: 5)"
    parser.add_argument("--examples", type=positive_integer, default=5, help=help_text)
    max_examples = parser.parse_args().examples
    counts: defaultdict[str, Counts] = defaultdict(lambda: Counts(Counter(), Counter()))
    wrong: Counter[str] = Counter()
    for profile, overlay in FAKES:
        contract = load_contract(profile, overlay)
        with run_fake(profile, overlay) as (url, errors):
            for operation in operations(profile, overlay):
                messages = failures(url, operation, max_examples, counts[operation.label])
                wrong.update(f"{contract!r}: {message}" for message in messages)
            lines = errors.read_text(encoding="utf-8").splitlines()
            wrong.update(f"{contract!r}: on standard error: {line}" for line in lines if LOGGED_ERROR.match(line))
    report(counts, wrong)


def report(counts: dict[str, Counts], wrong: Counter[str]) -> None:
    """Print how many requests were sent and accepted, and exit with a message if something is wrong."""
    modes = tuple(schemathesis.GenerationMode)
    sys.stdout.write(f"{'requests':38}" + "".join(f"{mode:>10}{'2xx':>6}" for mode in modes) + "\n")
    for label, of_label in counts.items():
        cells = "".join(f"{of_label.sent[mode]:>10}{of_label.accepted[mode]:>6}" for mode in modes)
        sys.stdout.write(f"{label:38}{cells}\n")
        if not of_label.accepted.total():
            wrong[f"{label}: no request was accepted, so its successful response was not checked"] += 1
    if wrong:
        sys.exit("\n".join(f"{message} ({times} times)" for message, times in wrong.items()))
    sys.stdout.write("the fake conforms\n")


if __name__ == "__main__":
    main()
