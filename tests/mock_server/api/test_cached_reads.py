"""Reads that are answered before Flask: which ones are, and that nobody can tell."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

import flask
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.api.cached_reads import at_once
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.journal.memory_journal import MemoryJournal
from smartflo_contract.mock_server.lists.body_cache import BodyCache
from smartflo_contract.mock_server.lists.magic_ids import FAULT_IDS, edge_case_rows
from smartflo_contract.mock_server.observer import ObservedResponse

from .conftest import LEADS, LISTS, LOGIN, VENDORS, Account, account_of, let_flask_answer

NOW = 1_700_000_000.0
TOKEN = {"Authorization": "Bearer any-text"}
EDGE_CASE = int(edge_case_rows()[0].ids)
LONG = f"{LEADS}/910000200"
"""A list of more than one chunk."""


@pytest.fixture(name="by_flask")
def _by_flask(api: Account) -> Iterator[list[str]]:
    """Yield a list that grows by the path of each request that Flask handles."""
    paths: list[str] = []

    def note(_app: Flask, **_: object) -> None:
        paths.append(flask.request.path)

    with flask.request_started.connected_to(note, api.client.application):
        yield paths


# Which requests are answered before Flask


SHORT = [VENDORS, f"{LEADS}/910000007", f"{LEADS}/900000000", f"{LEADS}/{EDGE_CASE}"]


@pytest.mark.parametrize("path", SHORT)
def test_no_read_of_short_list_reaches_flask(path: str, api: Account, by_flask: list[str]) -> None:
    """The first read of a short list of any kind generates it; a first HEAD states the same length."""
    responses = [api("HEAD", path), api("GET", path)]
    sizes = [response.headers["Content-Length"] for response in responses]

    assert [str(len(responses[1].data))] * 2 == sizes
    assert [] == by_flask


@pytest.mark.parametrize("path", [*SHORT, LONG])
def test_flask_handles_first_read_at_most(path: str, api: Account, by_flask: list[str]) -> None:
    """Later reads, HEAD and 304 of a cached list of any kind do not reach Flask."""
    etag = api("GET", path).headers["ETag"]
    assert ([LONG] if path == LONG else []) == by_flask
    by_flask.clear()
    responses = [api("GET", path), api("HEAD", path), api("GET", path, If_None_Match=etag)]

    assert ([200, 200, 304], []) == ([response.status_code for response in responses], by_flask)


def test_reads_of_edited_list_do_not_reach_flask(api: Account, by_flask: list[str]) -> None:
    """An edited list is cached as others are; another account still gets the unedited one."""
    lead_id = api.leads()[0]["lead_id"]
    api.succeed("DELETE", f"/v1/broadcast/lead/{lead_id}")
    sizes = [len(api.leads()), len(Account(api.client).leads())]
    by_flask.clear()

    assert [24, 25] == sizes
    assert (24, []) == (len(api.leads()), by_flask)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", f"{VENDORS}?number=5550000001", {}),
        ("GET", f"{VENDORS}/", {}),
        ("GET", f"{LEADS}/0{VENDORS[-4:]}", {}),
        ("GET", f"{LEADS}/1", {}),
        ("GET", f"{LEADS}/900000404", {}),
        ("GET", f"{LEADS}/930000005", {}),
        ("GET", f"{LEADS}/910099999", {}),
        ("OPTIONS", VENDORS, {}),
        ("POST", VENDORS, {}),
        ("GET", VENDORS, {"Authorization": ""}),
        ("GET", VENDORS, {"Host": "rebound.example"}),
        ("GET", VENDORS, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_flask_handles_other_requests(
    method: str, path: str, headers: dict[str, str], api: Account, by_flask: list[str]
) -> None:
    """Filters, other paths, errors, faults, lists that are streamed, and rejected requests are for Flask, each time."""
    api.leads()
    by_flask.clear()
    for _ in range(2):
        api.client.open(path, method=method, headers=api.headers | headers).close()

    assert [path.partition("?")[0]] * 2 == by_flask


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"rules": [{"steps": ["503"]}]}),
        ("mutant", {"mutant": "lead_id:remove"}),
        ("rate-limit", {"limit": 5}),
    ],
)
def test_flask_handles_reads_with_settings(path: str, body: object, api: Account, by_flask: list[str]) -> None:
    """A fault rule, a mutant or a rate limit of the account changes responses."""
    api.leads()
    assert api("PUT", f"/__admin/{path}", body).status_code == 200
    by_flask.clear()
    api("GET", VENDORS)

    assert [VENDORS] == by_flask


@pytest.mark.parametrize("settings", [{"cors": ["http://localhost:3000"]}, {"verbose": True}])
def test_flask_handles_all_requests_with_hooks(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """With CORS or a verbose log, each response has the header or the line."""
    api = account_of(**settings)
    api.leads()
    capsys.readouterr()
    response = api("GET", VENDORS)

    assert ("cors" in settings) == ("Origin" in response.headers.get("Vary", ""))
    assert ("verbose" in settings) == (f"GET {VENDORS} 200" in capsys.readouterr().err)


def test_functions_of_users_see_every_request() -> None:
    """A function that a user registered at the application sees cached reads."""
    app, paths = create_app(), []
    app.before_request(lambda: paths.append(flask.request.path))
    api = Account(app.test_client())
    api.leads()
    api.leads()

    assert [VENDORS, VENDORS] == paths


def test_context_of_test_client_is_kept(api: Account) -> None:
    """In the block of a test client, Flask's request can be read after a cached read."""
    api.leads()
    with api.client as client:
        client.get(VENDORS, headers=api.headers)

        assert VENDORS == flask.request.path


def test_error_of_look_up_has_vendor_shape(api: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error before Flask is a 500, like one in a view, and in the journal."""

    def fail(*_: object) -> None:
        message = "broken on purpose"
        raise RuntimeError(message)

    api.leads()
    monkeypatch.setattr(BodyCache, "cached", fail)
    response = api("GET", VENDORS)
    monkeypatch.undo()

    assert (500, {"success": False, "message": "Internal server error."}) == (response.status_code, response.get_json())
    entries = api("GET", "/__admin/requests").get_json()["requests"]
    assert [200, 500] == [entry["response"]["status"] for entry in entries]


def test_flask_handles_read_that_cannot_be_recorded(
    api: Account, by_flask: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the database of the journal does not answer before Flask, it has a second chance, and the connection stays."""
    add, errors = MemoryJournal.add, iter([StoreUnavailable])

    def fail_once(self: MemoryJournal, account_id: str | None, encoded: bytes) -> int:
        for error in errors:
            raise error
        return add(self, account_id, encoded)

    api.leads()
    by_flask.clear()
    monkeypatch.setattr(MemoryJournal, "add", fail_once)

    assert (25, [VENDORS]) == (len(api.leads()), by_flask)


def test_sees_writes_of_another_fake(tmp_path: Path) -> None:
    """A cached read contains what another fake has stored in the same database, and is answered before Flask again."""
    with ExitStack() as stack:
        apps = [create_app(Config(store=f"sqlite:///{tmp_path}/fake.db")) for _ in range(2)]
        for app in apps:
            stack.callback(app.extensions[EXTENSION].close)
        reader, writer = (Account(app.test_client(), "shared") for app in apps)
        before, again = reader.leads(), reader.leads()
        writer.succeed("DELETE", f"/v1/broadcast/lead/{before[0]['lead_id']}")

        assert before == again
        assert [before[1:]] * 2 == [reader.leads(), reader.leads()]


# Reads that wait for nothing


def environ_of(path: str, account: str = "at once") -> dict[str, Any]:
    """Return the WSGI environment of a read."""
    headers: list[tuple[str, str]] = [("Authorization", account)]
    return EnvironBuilder(path, headers=headers).get_environ()


@pytest.mark.parametrize(("path", "is_first_handled"), [(VENDORS, False), (LONG, True)])
def test_answers_cached_reads_at_once(path: str, *, is_first_handled: bool) -> None:
    """A list that was read before is answered without waiting; the first read of a long list has to be handled."""
    app = create_app(Config())
    answer = at_once(app, app.extensions[EXTENSION])
    first = answer(environ_of(path))
    expected = app.test_client().get(path, headers={"Authorization": "at once"})
    response = answer(environ_of(path))

    assert is_first_handled == (first is None)
    assert response is not None
    assert (200, expected.data) == (response.status, response.body)


def test_edited_lists_are_not_answered_at_once() -> None:
    """Their account may be locked by a write, so the application handles them; another account has the list itself."""
    app = create_app(Config())
    answer = at_once(app, app.extensions[EXTENSION])
    client = Account(app.test_client(), "edited")
    client.succeed("DELETE", f"/v1/broadcast/lead/{client.leads()[0]['lead_id']}")
    Account(app.test_client()).leads()

    assert answer(environ_of(VENDORS, "edited")) is None
    assert answer(environ_of(VENDORS)) is not None


@pytest.mark.parametrize("name", ["observer", "accounts"])
def test_reads_that_wait_are_not_answered_at_once(name: str) -> None:
    """An observer receives responses of Flask, and a database server may have to be queried."""
    app = create_app(Config(), observer=Observer() if name == "observer" else None)
    state = app.extensions[EXTENSION]
    app.test_client().get(VENDORS, headers={"Authorization": "at once"})
    if name == "accounts":
        state.accounts.refresh_waits = lambda: True

    assert at_once(app, state)(environ_of(VENDORS)) is None


# Nobody can tell


class Step(NamedTuple):
    """A request.

    Attributes:
        method: HTTP method.
        path: path and query.
        headers: headers. The entity tag ``current`` stands for the one of the last response.
        body: JSON body, ``None`` for none.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: object = None


class Observer:
    """Keeps what it is shown."""

    def __init__(self) -> None:
        """Start without responses."""
        self.shown: list[object] = []

    def observe(self, observed: ObservedResponse) -> None:
        """Keep a response; its stream is not read."""
        response = observed.response
        body = b"".join(response.response) if response.is_sequence else None  # type: ignore[arg-type]
        self.shown.append(
            (
                (observed.environ["PATH_INFO"], observed.route, observed.account_id, dict(observed.settings.quirks)),
                (response.status_code, tuple(response.headers), body, set(observed.quirks_read)),
            )
        )

    def report(self, _account_id: str | None, _context: str | None) -> Mapping[str, Any]:
        """Return nothing."""
        return {}

    def renew_locks(self) -> None:
        """Do nothing: there are no locks."""


HEADERS = st.fixed_dictionaries(
    {"Authorization": st.sampled_from(["Bearer any-text", "any-text", "Bearer other"])},
    optional={
        "If-None-Match": st.sampled_from(["current", "W/current", '"x", current', "*", '"x"', ""]),
        "Accept-Encoding": st.sampled_from(["gzip", "gzip;q=0", "br, gzip;q=0.5", "*", "identity"]),
        "User-Agent": st.sampled_from(["crm/1", "token=secret-of-the-client", "\udcff"]),
        "X-Request-Id": st.sampled_from(["7", "Bearer abcdefghijklmnopqrstuvwx"]),
        "Origin": st.sampled_from(["http://localhost:3000", "http://elsewhere.example"]),
    },
)
REJECTED = st.sampled_from(
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "\u00e9"},
        TOKEN | {"Host": "rebound.example"},
        TOKEN | {"Sec-Fetch-Site": "cross-site"},
    ]
)
LIST_IDS = ["8668", "910000002", "900000000", str(EDGE_CASE)]
OTHER_SEGMENTS = ["8669", "900000404", "900000429", "1", "", "x", "08668", "8668/", "8668/x", "%D9%A1", "9" * 20]
FAULTS = [str(list_id) for list_id, name in FAULT_IDS.items() if name in {"dangling_comma", "changing"}]
READS = st.builds(
    Step,
    st.sampled_from(["GET", "GET", "HEAD"]),
    st.sampled_from([f"{LEADS}/{segment}" for segment in LIST_IDS * 2 + FAULTS * 2 + OTHER_SEGMENTS])
    | st.sampled_from([LEADS, f"{VENDORS}?number=5550000001", f"{VENDORS}?", "/v1//broadcast/leads/8668", LISTS]),
    HEADERS | HEADERS | REJECTED,
    st.none(),
)

READ = Step("GET", VENDORS, TOKEN | {"Accept-Encoding": "gzip, deflate"})


def admin(method: str, path: str, *bodies: object, own: bool = False) -> st.SearchStrategy[Step]:
    """Return a strategy of admin requests of an account, or of all accounts unless they are ``own``."""
    headers = st.sampled_from([TOKEN] if own else [TOKEN, {}])
    return st.builds(Step, st.just(method), st.just(f"/__admin/{path}"), headers, st.sampled_from(bodies))


QUIRKS: list[dict[str, str]] = [
    {"auth_scheme": "bearer"},
    {"auth_scheme": "any", "unknown_token": "taken"},
    {"unknown_token": "401"},
    {"unknown_list": "empty"},
    {"created_at": "twelve_hours_early"},
    {"number_filter": "ignored"},
    {"content_encoding": "gzip"},
    {"content_encoding": "gzip"},
]
RULES: list[dict[str, Any]] = [
    {"steps": ["503", "ok"], "repeat": True},
    {"steps": ["dangling_comma"], "list_id": 8668},
    {"steps": ["429"], "route": f"POST {LOGIN}"},
]
CHANGES = st.one_of(
    admin("PATCH", "quirks", *QUIRKS),
    admin("PUT", "faults", {"rules": []}, *({"rules": [rule]} for rule in RULES)),
    admin("PUT", "mutant", {"mutant": "lead_id:remove"}),
    admin("DELETE", "mutant", None),
    admin("PUT", "profile", {"profile": "documented"}, {"profile": None}),
    admin("PATCH", "clock", {"advance": 7_200_000}, own=True),
    admin("POST", "reset", None, own=True),
    st.just(READ),
    st.sampled_from(
        [
            Step("POST", "/v1/broadcast/lead/8668", TOKEN, {"field_0": "5550000042"}),
            Step("PUT", "/v1/broadcast/list/8668", TOKEN, {"name": "March"}),
            Step("DELETE", "/v1/broadcast/list/8668", TOKEN),
        ]
    ),
)
ROUNDS = st.tuples(CHANGES, st.just(READ), READS)


def exchange(client: FlaskClient, step: Step, etag: str) -> tuple[object, str]:
    """Send a request; return everything that its client sees, and the entity tag."""
    headers = {name: value.replace("current", etag) for name, value in step.headers.items()}
    data = None if step.body is None else json.dumps(step.body)
    response = client.open(step.path, method=step.method, headers=headers, data=data)
    return (response.status, list(response.headers), response.data), response.headers.get("ETag", '"none"')


def answers(app: Flask, steps: list[Step], patch: pytest.MonkeyPatch) -> list[object]:
    """Return what clients of an application see, step by step, and the journal of all accounts."""
    versions = count()
    patch.setattr(secrets, "token_hex", lambda _size: f"{next(versions):016x}")
    client, seen, etag = app.test_client(), [], '"none"'
    for step in steps:
        result, etag = exchange(client, step, etag)
        seen.append(result)
    return [*seen, client.get("/__admin/requests").get_json()]


@given(
    rounds=st.lists(ROUNDS, min_size=3, max_size=15),
    auth=st.sampled_from(["on", "off"]),
    journal_requests=st.sampled_from([100, 3, 0]),
    is_observed=st.booleans(),
)
def test_reads_before_flask_are_like_those_of_flask(
    rounds: list[tuple[Step, ...]],
    auth: Any,
    journal_requests: int,
    is_observed: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    """Status, bytes, headers in their order, journal and what an observer is shown are the same for any requests."""
    config = Config(auth=auth, journal_requests=journal_requests)
    observers = (Observer(), Observer()) if is_observed else (None, None)
    apps = [create_app(config, observer=observer) for observer in observers]
    let_flask_answer(apps[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: NOW)
        by_flask, before_flask = (answers(app, [READ, *chain(*rounds)], patch) for app in apps)

    assert by_flask == before_flask
    if observers[0] is not None and observers[1] is not None:
        assert observers[0].shown == observers[1].shown
