"""What counts as served: the cells of responses, by context."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.coverage import Recorder, Recording, cells_of, contract_cells
from smartflo_contract.coverage.examples import lead_examples
from smartflo_contract.coverage.recording import OTHER_CONTEXTS
from smartflo_contract.mock_server import Config, FakeSmartflo, create_app
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.profile_names import PROFILES

Served = Callable[..., set[str]]
"""Returns the ids of the cells that were served: by context, and by contract."""
LEADS = "/v1/broadcast/leads/8668"
STREAMED = "/v1/broadcast/leads/910020000"
"""A list of 20,000 leads, which is too large to be sent as a whole."""
HEADERS = {"Authorization": "any-text"}


@pytest.fixture(name="recorder")
def _recorder() -> Recorder:
    return Recorder()


@pytest.fixture(name="client")
def _client(recorder: Recorder) -> FlaskClient:
    """Return a client of a fake that is recorded, in process."""
    client = create_app(Config(), observer=recorder).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "any-text"
    return client


@pytest.fixture(name="served")
def _served(recorder: Recorder) -> Served:
    def served(context: str | None = None, contract: Contract | None = None) -> set[str]:
        cells = contract_cells(contract or load_contract())
        mask = recorder.copy().served_mask(cells, context)
        return {cell.id for number, cell in enumerate(cells.cells) if mask >> number & 1}

    return served


@pytest.fixture(name="fake")
def _fake(recorder: Recorder) -> Iterator[FakeSmartflo]:
    with FakeSmartflo(observer=recorder) as fake:
        yield fake


def test_compressed_leads_have_the_same_cells(client: FlaskClient, served: Served) -> None:
    """The cells of a list are those of its leads, in whichever form they are sent."""
    client.get(LEADS)
    plain = {cell for cell in served() if not cell.startswith("quirk:")}
    client.post("/__admin/reset")
    client.patch("/__admin/quirks", json={"content_encoding": "gzip"})
    response = client.get(LEADS, headers={"Accept-Encoding": "gzip", "X-Smartflo-Fake-Context": "gzip"})

    assert "gzip" == response.headers["Content-Encoding"]
    assert plain == {cell for cell in served("gzip") if not cell.startswith("quirk:")}


def test_nothing_is_recorded_without_an_observer(recorder: Recorder) -> None:
    """Nothing is recorded without an observer."""
    create_app().test_client().get(LEADS, headers=HEADERS)

    assert not recorder.copy()


def test_cells_of_a_response_are_those_of_its_leads(client: FlaskClient, served: Served) -> None:
    """Cells of a response are those of its leads."""
    body = client.get(LEADS).get_json()
    expected = set().union(*map(cells_of, body))

    assert expected | {"leads:3+", "status:200", "profile:sample"} <= served()
    assert {cell for cell in served() if not cell.startswith(("quirk", "status", "leads", "profile"))} == expected


def test_same_cells_from_a_cached_body(client: FlaskClient, recorder: Recorder, served: Served) -> None:
    """Same cells from a cached body."""
    client.get(LEADS)
    first = served()
    recorder.take()
    client.get(LEADS)

    assert served() == first


def test_a_changed_list_is_counted_again(client: FlaskClient, served: Served) -> None:
    """A changed list is counted again."""
    client.get(LEADS)
    added = {"field_0": "+915550000042", "priority": 30}

    assert client.post("/__admin/lists/8668/leads", json={"leads": [added]}).status_code == 201
    client.get(LEADS)
    assert "priority:maximum" in served()


@pytest.mark.parametrize(("size", "cell"), [(0, "leads:0"), (1, "leads:1"), (2, "leads:2"), (5, "leads:3+")])
def test_list_sizes(client: FlaskClient, served: Served, size: int, cell: str) -> None:
    """List sizes."""
    client.get(f"/v1/broadcast/leads/{910_000_000 + size if size else 900_000_000}")

    assert cell in served()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 502, 503, 504])
def test_error_statuses(client: FlaskClient, served: Served, status: int) -> None:
    """Error statuses."""
    client.get(f"/v1/broadcast/leads/{900_000_000 + status}")

    assert f"status:{status}" in served()
    assert "status:200" not in served()


def test_statuses_without_a_cell_of_their_own_are_counted_together(served: Served, recorder: Recorder) -> None:
    """Statuses without a cell of their own are counted together."""
    client = create_app(Config(faults=[{"steps": [418, 507]}]), observer=recorder).test_client()  # type: ignore[list-item]
    for _ in range(2):
        client.get(LEADS, headers=HEADERS)

    assert {"status:4xx", "status:5xx"} <= served()


def test_unmatched_requests_and_custom_routes_are_not_counted(client: FlaskClient, recorder: Recorder) -> None:
    """Unmatched requests and custom routes are not counted."""
    client.post("/__admin/routes", json={"method": "GET", "path": "/own", "status": 503})
    client.get("/v1/broadcast/lead")
    client.get("/own")
    client.options(LEADS)

    assert not recorder.copy()


def test_unchanged_and_head_responses_have_no_cells_of_leads(client: FlaskClient, served: Served) -> None:
    """Unchanged and head responses have no cells of leads."""
    tag = client.head(LEADS).headers["ETag"]
    client.get(LEADS, headers={"If-None-Match": tag})

    assert {"status:200", "status:304"} <= served()
    assert not any(cell.startswith("dial_status") for cell in served())


@pytest.mark.parametrize("name", ["delay", "cut_clean", "dangling_comma", "html", "content_type", "invalid_utf8"])
def test_faults(served: Served, recorder: Recorder, name: str) -> None:
    """Faults."""
    client = create_app(Config(faults=[{"steps": [name]}]), observer=recorder).test_client()  # type: ignore[list-item]
    client.get(LEADS, headers=HEADERS)

    assert f"fault:{name}" in served()
    is_json = name in {"delay", "content_type"}
    assert is_json == any(cell.startswith("dial_status") for cell in served())


def test_reset_connection_has_no_status(fake: FakeSmartflo, served: Served) -> None:
    """Reset connection has no status."""
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{fake.url}/v1/broadcast/leads/930000002", headers=HEADERS, timeout=10)

    assert served() == {"fault:reset"}


def test_truncated_body_has_no_cells_of_leads(fake: FakeSmartflo, served: Served) -> None:
    """Truncated body has no cells of leads."""
    with pytest.raises(requests.RequestException):
        requests.get(f"{fake.url}/v1/broadcast/leads/930000003", headers=HEADERS, timeout=10)

    assert {"fault:cut", "status:200"} <= served()
    assert "leads:3+" not in served()


def test_a_quirk_counts_where_it_decides(client: FlaskClient, served: Served) -> None:
    """A quirk counts where it decides."""
    client.patch("/__admin/quirks", json={"unknown_list": "empty", "number_filter": "exact"})
    client.get(LEADS)
    assert not {"quirk:unknown_list=empty", "quirk:number_filter=exact"} & served()
    assert {"quirk:created_at=exact", "quirk:header_offset=positional"} <= served()

    client.get("/v1/broadcast/leads/1")
    client.get(f"{LEADS}?number=5550000042")
    assert {"quirk:unknown_list=empty", "quirk:number_filter=exact"} <= served()


def test_login_quirks_count(client: FlaskClient, served: Served) -> None:
    """Login quirks count."""
    client.post("/v1/auth/login", json={"email": "a@example.com", "password": "wrong"})

    assert "quirk:login_failure=counted" in served()


def test_each_contract_has_its_own_cells(client: FlaskClient, served: Served) -> None:
    """Each contract has its own cells."""
    client.get(LEADS)
    client.put("/__admin/profile", json={"profile": "documented"})
    client.get(LEADS)

    assert {"profile:sample", "profile:documented"} <= served()
    assert "header:filled" in served(contract=load_contract("documented"))
    assert "lead_id:positive" not in served()


def test_context_is_the_account_or_the_header(client: FlaskClient, recorder: Recorder) -> None:
    """Context is the account or the header."""
    client.get(LEADS)
    client.get(LEADS, headers={"X-Smartflo-Fake-Context": "spec: reads leads"})
    account, named = recorder.copy().contexts()

    assert len(account) == 12
    assert named == "spec: reads leads"


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "नाम".encode().decode("latin-1"), "a\tb"], ids=["long", "unicode", "tab"]
)
def test_context_is_one_bounded_line(client: FlaskClient, recorder: Recorder, text: str) -> None:
    """Context is one bounded line."""
    client.get(LEADS, headers={"X-Smartflo-Fake-Context": text})
    (context,) = recorder.copy().contexts()

    assert context.isprintable()
    assert len(context) <= 220


def test_long_contexts_stay_apart(client: FlaskClient, recorder: Recorder) -> None:
    """Long contexts stay apart."""
    for end in "ab":
        client.get(LEADS, headers={"X-Smartflo-Fake-Context": "x" * 5_000 + end})

    assert len(recorder.copy().contexts()) == 2


def test_streamed_list_counts_its_first_leads_and_says_so(
    client: FlaskClient, recorder: Recorder, served: Served
) -> None:
    """Streamed list counts its first leads and says so."""
    assert len(client.get(STREAMED).get_json()) == 20_000

    assert "leads:3+" in served()
    assert recorder.copy().notes == {"of a streamed list, the first 10,000 leads are counted"}


def test_streamed_list_that_is_not_read_to_the_end_is_not_served(fake: FakeSmartflo, served: Served) -> None:
    """Streamed list that is not read to the end is not served."""
    with requests.get(f"{fake.url}{STREAMED}", headers=HEADERS, stream=True, timeout=10) as response:
        next(response.iter_content(1000))

    assert "status:200" in served()
    assert not any(cell.startswith(("leads", "dial_status")) for cell in served())


def test_every_cell_of_valid_leads_can_be_served(client: FlaskClient, served: Served) -> None:
    """Every cell of valid leads can be served."""
    cells = contract_cells(load_contract())
    examples = [example for example in lead_examples(cells) if example.is_valid]
    leads = [example.lead | {"id": f"{n:024x}", "lead_id": f"{n:024x}"} for n, example in enumerate(examples)]

    assert client.put("/__admin/lists/8668/leads", json=leads).status_code == 200
    client.get(LEADS)
    assert {example.cell.id for example in examples} <= served()


def test_recordings_are_merged_in_any_order(client: FlaskClient, recorder: Recorder) -> None:
    """Recordings are merged in any order."""
    client.get(LEADS, headers={"X-Smartflo-Fake-Context": "one"})
    first = recorder.take()
    client.get("/v1/broadcast/leads/900000503", headers={"X-Smartflo-Fake-Context": "two"})
    second = recorder.take()
    merged = [Recording(), Recording()]
    for recording, parts in zip(merged, ((first, second), (second, first)), strict=True):
        for part in parts:
            recording.merge(part)

    assert merged[0].as_dict() == merged[1].as_dict()
    assert merged[0].contexts() == ["one", "two"]


def send_everything(client: FlaskClient) -> None:
    """Send requests whose responses depend on every quirk."""
    for path in (LEADS, f"{LEADS}?number=5550000042", "/v1/broadcast/leads/1", "/v1/broadcast/lists"):
        client.get(path)
    client.get("/v1/broadcast/leads/900000429")
    client.get("/v1/broadcast/leads/900000422")
    client.post("/v1/broadcast/lead/8669", json={"field_0": "+915550000042"})
    for caller_id in ("5550000043", "none"):
        call = {"agent_number": "1", "destination_number": "5550000042", "caller_id": caller_id}
        client.post("/v1/click_to_call", json=call)
    client.get("/v1/call/records")
    for _ in range(7):
        client.post("/v1/auth/login", json={"email": "a@example.com", "password": "wrong"})
    token = client.post("/v1/auth/login", json={"email": "b@example.com", "password": "right"}).get_json()[
        "access_token"
    ]
    client.patch("/__admin/clock?login=b@example.com", json={"advance": 7200})
    client.get(LEADS, headers={"Authorization": token})
    client.patch("/__admin/clock", json={"frozen": True})
    client.put("/__admin/rate-limit", json={"limit": 1})
    for _ in range(2):
        client.get(LEADS)


@pytest.mark.parametrize("name", [name for name, quirk in QUIRKS.items() if quirk.in_responses])
def test_every_value_of_a_quirk_can_be_served(served: Served, recorder: Recorder, name: str) -> None:
    """Some response depends on each value."""
    for value in QUIRKS[name].values:
        client = create_app(Config(quirks={name: value}), observer=recorder).test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = "any-text"
        send_everything(client)

    assert {f"quirk:{name}={value}" for value in QUIRKS[name].values} <= served()


@pytest.mark.parametrize("name", INJECTORS)
def test_every_fault_can_be_served(fake: FakeSmartflo, served: Served, name: str) -> None:
    """Faults that close the connection count as well."""
    admin = fake.app.test_client()
    assert admin.post("/__admin/faults", json={"steps": [name]}, headers=HEADERS).status_code == 201
    with suppress(requests.RequestException):
        requests.get(f"{fake.url}{LEADS}", headers=HEADERS, timeout=10)

    assert f"fault:{name}" in served()


@pytest.mark.parametrize("profile", PROFILES)
def test_invalid_leads_have_cells(recorder: Recorder, profile: str) -> None:
    """What violates the contract can be served too, so every cell of leads is reachable."""
    cells = contract_cells(load_contract(profile))
    client = create_app(Config(profile=profile), observer=recorder).test_client()
    expected = set()
    for example in lead_examples(cells):
        if not example.is_valid:
            assert client.put("/__admin/lists/8668/leads", json=[example.lead], headers=HEADERS).status_code == 200
            client.get(LEADS, headers=HEADERS)
            expected.add(example.cell.id)

    mask = recorder.copy().served_mask(cells)
    assert expected <= {cell.id for number, cell in enumerate(cells.cells) if mask >> number & 1}


def test_contexts_of_all_accounts_are_bounded(
    client: FlaskClient, recorder: Recorder, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Responses to further accounts are counted together, and the report says so."""
    monkeypatch.setattr("smartflo_contract.coverage.recording.MAX_CONTEXTS", 2)
    for number in range(4):
        client.get(f"/v1/broadcast/leads/{900_000_000 + 500 + number}", headers={"Authorization": str(number)})

    recording = recorder.copy()
    assert 3 == len(recording.contexts())
    assert {"status:502", "status:503"} <= served(OTHER_CONTEXTS)
    assert ["more than 100,000 contexts: the others are counted together"] == list(recording.notes)


def test_report_keeps_configured_contracts(client: FlaskClient, recorder: Recorder) -> None:
    """A report during a test has all cells of the fake's contract, although earlier tests took their recordings."""
    recorder.add_contract(load_contract())
    client.get(LEADS)
    recorder.take()
    report = recorder.report()

    assert {"cells": len(contract_cells(load_contract()).cells), "served": 0, "percent": 0} == report["total"]


def test_same_response_under_another_quirk_has_its_cell(client: FlaskClient, served: Served) -> None:
    """What a response depends on is compared, not its body alone."""
    token = {"Authorization": "Bearer any-text"}
    for value in ("any", "bearer"):
        client.patch("/__admin/quirks", json={"auth_scheme": value}, headers=token)
        client.get(LEADS, headers=token)

    assert {"quirk:auth_scheme=any", "quirk:auth_scheme=bearer"} <= served()


def test_repeated_response_changes_nothing(client: FlaskClient, recorder: Recorder) -> None:
    """A response with cells that its context was served already is no reason to write a file."""
    client.get(LEADS)
    changes = recorder.changes
    client.get(LEADS)
    assert changes == recorder.changes
    client.get(LEADS, headers={"X-Smartflo-Fake-Context": "another"})

    assert changes < recorder.changes


def test_many_different_responses_are_counted(
    client: FlaskClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the recorder remembers is bounded, what it counts is not."""
    monkeypatch.setattr("smartflo_contract.coverage.recorder.MAX_COUNTED", 1)
    for status in (503, 404, 503, 429):
        client.get(f"/v1/broadcast/leads/{900_000_000 + status}")

    assert {"status:503", "status:404", "status:429"} <= served()


def test_responses_with_a_mutant_are_not_counted(client: FlaskClient, served: Served) -> None:
    """A mutant is not what the contract allows, so it adds no cells."""
    client.put("/__admin/mutant", json={"mutant": "skill_id:null"}, headers=HEADERS)
    client.get(LEADS)
    assert not served()

    client.delete("/__admin/mutant", headers=HEADERS)
    client.get(LEADS)
    assert served()
