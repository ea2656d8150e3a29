"""Does the fake answer as its own OpenAPI documents say?

Schemathesis makes requests from the document that ``smartflo-contract openapi`` prints, and from that of the admin API,
as they should be and as they should not; a fake that runs under ``serve`` answers them. No answer may be a server
error, and each must have a status, a content type and a body of the document. Ids and a phone number that the fake
knows stand in for most of those that are made, or all would be unknown.

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
    sys.exit('there is no Schemathesis: install it with pip install ".[dev]"')

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Not among them: whether what breaks a request's schema is refused. The fake ignores keys that it does not know."""
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
LISTS = ("8668", "910000003", "8669")
WAIT = "POST /__admin/requests/wait"
POSSIBLE: dict[str, dict[str, Any]] = {
    "PUT /__admin/faults": {"rules": [{"steps": ["503"]}]},
    "POST /__admin/faults": {"steps": ["503"], "route": "any"},
}
"""Parts of bodies, with names that no schema lists."""
BATCH = f"{1:024x}"
"""The first bulk request of any account."""
REQUESTS_PER_ACCOUNT = 20
"""After so many another account asks: what one has deleted, the next one has."""
NEGATABLE = {"parameters", "requestBody"}
"""What an operation must have so that something about a request can be wrong."""
SECONDS = 60
MOST_SHOWN = 300
"""Characters of a failure."""
TROUBLE = re.compile(r"ERROR|WARNING|Traceback|\[(ERROR|WARNING)")
"""How lines on standard error begin that tell of trouble."""


class Row(NamedTuple):
    """What became of the requests of one operation."""

    sent: Counter[str]
    taken: Counter[str]


@contextmanager
def served(profile: str, overlay: dict[str, Any] | None) -> Iterator[tuple[str, Path]]:
    """Run a fake; give its URL, and the file with what it has printed on standard error."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0", "--profile", profile]
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
                    told = (folder / "errors").read_text(encoding="utf-8").strip().splitlines()
                    sys.exit(f"the fake did not start: {' '.join(told[-1:])}")
                yield url, folder / "errors"
            finally:
                process.terminate()


def known_ids(url: str, label: str) -> tuple[str, ...]:
    """Return ids that the fake knows, for the path of an operation."""
    if label in {"PUT /v1/broadcast/lead/{id}", "DELETE /v1/broadcast/lead/{id}", "PATCH /__admin/leads/{lead_id}"}:
        leads = requests.get(f"{url}/v1/broadcast/leads/8668", headers={"Authorization": "x"}, timeout=SECONDS).json()
        return tuple(str(lead["lead_id"]) for lead in leads[:REQUESTS_PER_ACCOUNT])
    return (BATCH,) if "batch_status" in label else LISTS


def in_one_line(text: str) -> str:
    """Return the beginning of a text, without its line breaks."""
    return " ".join(text.split())[:MOST_SHOWN]


def give_phone(body: object) -> None:
    """Put a phone number where a lead has any text: the schema has no pattern that would say so."""
    data = body.get("data") if isinstance(body, dict) else None
    rows = [body, *data] if isinstance(data, list) else [body]
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("field_0"), str | int):
            row["field_0"] = "5550000042"


def made_possible(url: str, case: Any, label: str, known: str | None) -> None:
    """Put into a request what no schema says: ids, a phone number, which quirks and worlds there are; cut waits short.

    Args:
        url: of the fake.
        case: the request.
        label: method and path of its operation.
        known: an id that the fake knows; ``None`` where the request is to stay as it was made.
    """
    if label == WAIT and isinstance(case.body, dict):
        case.body["timeout"] = 0
    if not known:
        return
    if case.path_parameters:
        case.path_parameters[next(iter(case.path_parameters))] = known
        give_phone(case.body)
    if label == "PATCH /__admin/quirks":
        case.body = {"unknown_list": "empty"}
    if label == "POST /__admin/restore":
        case.body = requests.get(f"{url}/__admin/snapshot", headers={"Authorization": "x"}, timeout=SECONDS).json()
    if isinstance(case.body, dict):
        case.body.update(POSSIBLE.get(label, {}))


def asked(url: str, operation: Any, count: int, row: Row) -> Iterator[str]:
    """Send the requests of one operation, count them, and yield what is wrong with the answers."""
    found: list[str] = []
    session = requests.Session()
    session.trust_env = False

    def ask(mode: schemathesis.GenerationMode) -> None:
        ids = known_ids(url, operation.label)

        @settings(
            max_examples=count,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            number = row.sent.total()
            known = ids[number // 3 % len(ids)] if number % 3 else None  # every third keeps the id that was made
            made_possible(url, case, operation.label, known)
            account = f"Bearer {operation.label} {number // REQUESTS_PER_ACCOUNT}"
            if known == BATCH:
                body = {"data": [{"field_0": "5550000042"}]}
                headers = {"Authorization": account}
                session.post(f"{url}/v1/broadcast/leads/8669", json=body, headers=headers, timeout=SECONDS)
            response = case.call(base_url=url, session=session, headers={"Authorization": account}, timeout=SECONDS)
            row.sent[mode] += 1
            row.taken[mode] += response.status_code < 300
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as group:
                what = {in_one_line(f"{one.title}: {one.message}") for one in group.exceptions}
                found.extend(f"{operation.label}: {response.status_code}: {one}" for one in sorted(what))

        send()

    for mode in schemathesis.GenerationMode:
        try:
            ask(mode)
        except Unsatisfiable:
            if mode is schemathesis.GenerationMode.POSITIVE or not NEGATABLE.isdisjoint(operation.definition.raw):
                found.append(f"{operation.label}: no request could be made")
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is one line
            found.append(f"{operation.label}: {type(error).__name__}: {in_one_line(str(error))}")
    session.close()
    yield from found


def operations(profile: str, overlay: dict[str, Any] | None) -> list[Any]:
    """Return the operations of a contract's OpenAPI document, and of the admin API's."""
    documents = (openapi(load_contract(profile, overlay)), admin_openapi(ADMIN_ROUTES))
    schemas: list[Any] = [schemathesis.openapi.from_dict(document) for document in documents]
    return [result.ok() for schema in schemas for result in schema.get_all_operations()]


def positive(text: str) -> int:
    """Return the number of an option that counts from one."""
    if not (text.isdecimal() and int(text)):
        message = f"{text} is no number from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def main() -> None:
    """Ask every fake, print a table, and fail where an answer is not as the document says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    help_text = "requests to each operation of each fake, so many that should be taken and so many that should not"
    parser.add_argument("--examples", type=positive, default=5, help=help_text)
    count = parser.parse_args().examples
    rows: defaultdict[str, Row] = defaultdict(lambda: Row(Counter(), Counter()))
    wrong: Counter[str] = Counter()
    for profile, overlay in FAKES:
        contract = load_contract(profile, overlay)
        with served(profile, overlay) as (url, errors):
            for operation in operations(profile, overlay):
                row = rows[operation.label]
                wrong.update(f"{contract!r}: {message}" for message in asked(url, operation, count, row))
            told = errors.read_text(encoding="utf-8").splitlines()
            wrong.update(f"{contract!r}: on standard error: {line}" for line in told if TROUBLE.match(line))
    report(rows, wrong)


def report(rows: dict[str, Row], wrong: Counter[str]) -> None:
    """Print what was sent and taken, and fail where something is wrong."""
    modes = tuple(schemathesis.GenerationMode)
    sys.stdout.write(f"{'requests':38}" + "".join(f"{mode:>10}{'2xx':>6}" for mode in modes) + "\n")
    for label, row in rows.items():
        counts = "".join(f"{row.sent[mode]:>10}{row.taken[mode]:>6}" for mode in modes)
        sys.stdout.write(f"{label:38}{counts}\n")
        if not row.taken.total():
            wrong[f"{label}: no request was taken, so little is shown"] += 1
    if wrong:
        sys.exit("\n".join(f"{message} ({times} times)" for message, times in wrong.items()))
    sys.stdout.write("the fake conforms\n")


if __name__ == "__main__":
    main()
