"""The account of a test: lists, leads, faults, quirks, profile, clock, requests and assertions."""

import math
from collections import ChainMap
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import requests

from smartflo_contract.factories import Lead
from smartflo_contract.live import check
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer
from smartflo_contract.schemas import load_contract

LEADS = "/v1/broadcast/leads/{id}"


class DialStatus(IntEnum):
    """What clients often have in place of the numbers."""

    NO_ANSWER = 4


class Outcome(Enum):
    """An enumeration whose members are no integers."""

    ANSWERED = 1


@dataclass
class DataclassLead:
    """What clients often have in place of an object with keys."""

    dial_status: int = 4


class Model:
    """Stands for a model of Pydantic, which yields its fields."""

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Yield name and value of each field."""
        yield "dial_status", 4

    def model_dump(self, mode: str = "python") -> dict[str, Any]:
        """Return its fields."""
        return {"dial_status": 4, "mode": mode}


class Table:
    """Stands for a table of pandas, which yields the names of its columns."""

    def __repr__(self) -> str:
        """Return what a message shows."""
        return "<Table>"

    def __iter__(self) -> Iterator[str]:
        """Yield the names of its columns."""
        yield "dial_status"

    def iterrows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield index and values of each row."""
        yield 0, {"dial_status": 4}


class Promise:
    """Stands for a translation of Django, which is a string once it is shown."""

    def __iter__(self) -> Iterator[str]:
        """Yield its characters."""
        yield "x"


class generic:  # noqa: N801 - NumPy's name
    """Stands for the base of NumPy's numbers."""


class Integer(generic):
    """Stands for an integer of NumPy."""

    def __index__(self) -> int:
        """Return its value."""
        return 1


def read(smartflo: Smartflo, list_id: int) -> requests.Response:
    """Return the leads of a list over HTTP."""
    return requests.get(f"{smartflo.url}/v1/broadcast/leads/{list_id}", headers=smartflo.headers, timeout=30)


def test_adds_lists_and_leads(smartflo: Smartflo) -> None:
    """Lists have the given columns, name and leads; missing keys are generated; all views show the same leads."""
    trial = smartflo.add_list(columns=["Mobile", "Name"], leads=3, name="Trial", seed=7)
    fixed_id = smartflo.add_list(id=4711, leads=[{"field_1": "Asha"}])
    added = smartflo.add_leads(4711, [{"surprise": 1}]) + smartflo.add_leads(4711, 2)

    assert trial.leads == requests.get(trial.url, headers=smartflo.headers, timeout=30).json()
    asha, surprise, *_ = map(dict, fixed_id.leads)
    assert ["Asha", 1] == [asha["field_1"], surprise["surprise"]]
    assert fixed_id.leads[1:] == added == smartflo.client.get("/v1/broadcast/leads/4711").get_json()[1:]
    assert {"Trial"} == {lead["list_name"] for lead in trial.leads}
    assert [trial, fixed_id] == smartflo.lists
    assert f"<LeadList 4711 at {fixed_id.url}>" == repr(fixed_id)


def test_loads_complete_leads(smartflo: Smartflo, tmp_path: Path) -> None:
    """Leads of a file or a list are served unchanged under their own list id, or under a free one."""
    (tmp_path / "leads.json").write_text('[{"list_id": 4711, "surprise": 1}, {}]')
    loaded = smartflo.load(tmp_path / "leads.json")
    assert (4711, [{"list_id": 4711, "surprise": 1}, {}]) == (loaded.id, read(smartflo, 4711).json())

    free = smartflo.load([{"list_id": True}])
    assert [{"list_id": True}] == read(smartflo, free.id).json()
    assert [loaded, free] == smartflo.lists


def test_loads_file_with_byte_order_mark(smartflo: Smartflo, tmp_path: Path) -> None:
    """Notepad and PowerShell write one."""
    (tmp_path / "leads.json").write_text('[{"list_id": 4711}]', encoding="utf-8-sig")

    assert [{"list_id": 4711}] == read(smartflo, smartflo.load(tmp_path / "leads.json").id).json()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "expected a JSON array of leads, at least one"),
        ("[]", "expected a JSON array of leads, at least one"),
        ("[1]", "expected a JSON array of leads, at least one"),
        ("[", "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_rejects_file_without_leads(smartflo: Smartflo, tmp_path: Path, content: str, message: str) -> None:
    """A file that is not an array of leads raises ``ValueError``, which names the file."""
    (tmp_path / "leads.json").write_text(content)
    with pytest.raises(ValueError, match=f"leads.json: .*{message}"):
        smartflo.load(tmp_path / "leads.json")


def test_injects_faults(smartflo: Smartflo) -> None:
    """Steps apply one per request, ``at`` to one request, and ``list_id`` to one list."""
    smartflo.fail(503, 503, "ok", 429)
    smartflo.fail("html", at=6)
    smartflo.fail(404, list_id=8669, route="any")

    assert [503, 503, 200, 429, 200] == [read(smartflo, 8668).status_code for _ in range(5)]
    assert "<html>" in read(smartflo, 8668).text
    assert 404 == read(smartflo, 8669).status_code


def test_client_that_gave_up_has_called(smartflo: Smartflo) -> None:
    """A request whose response is late is handled, recorded and counted before that, so its client can give up."""
    made = smartflo.add_list()
    smartflo.fail("delay", seconds=20, route="POST /v1/broadcast/lead/{id}")
    with closing(HTTPConnection(urlsplit(smartflo.url).netloc)) as client:
        headers = smartflo.headers | {"Content-Type": "application/json"}
        client.request("POST", f"/v1/broadcast/lead/{made.id}", '{"field_0": "5550000042"}', headers)
        wanted = {"method": "POST", "path": f"/v1/broadcast/lead/{made.id}"}
        assert smartflo.admin("POST", "/requests/wait", wanted | {"timeout": 10})["met"]

        smartflo.assert_called("POST", "/v1/broadcast/lead/{id}", times=1, json={"field_0": "5550000042"})
        assert [] == smartflo.unmet_faults
        assert ["+915550000042"] == [lead["field_0"] for lead in made.leads]


def test_limits_the_rate(smartflo: Smartflo) -> None:
    """On a frozen clock, exactly as many requests are accepted as the limit; the clock fills the budget."""
    smartflo.clock.freeze()
    smartflo.rate_limit(3)
    assert 3 == smartflo.requests_remaining
    assert [200, 200, 200, 429] == [read(smartflo, 8668).status_code for _ in range(4)]
    smartflo.clock.advance(seconds=0.4)
    assert 1 == smartflo.requests_remaining
    assert [200, 429] == [read(smartflo, 8668).status_code for _ in range(2)]

    smartflo.rate_limit(None)
    assert None is smartflo.requests_remaining
    assert {200} == {read(smartflo, 8668).status_code for _ in range(5)}


@pytest.mark.parametrize("limit", [0, -1, 2.5, "5", "many", True, 10**6])
def test_rejects_invalid_rate_limit(smartflo: Smartflo, limit: Any) -> None:
    """The message is one line that names what is expected."""
    with pytest.raises(ValueError, match=r"\Alimit: .*requests per second, an integer from 1 to 10000[^\n]*\Z"):
        smartflo.rate_limit(limit)


def test_reset_removes_rate_limit(smartflo: Smartflo) -> None:
    """A reset account has the limit of the configuration, which is none."""
    smartflo.rate_limit(1)
    smartflo.reset()

    assert None is smartflo.requests_remaining


def test_sets_quirks_and_clock(smartflo: Smartflo) -> None:
    """A token expires by the account's clock, as the quirk says; the clock can be frozen, advanced, set and started."""
    smartflo.quirks(expired_token=200)
    before = smartflo.clock.now
    smartflo.clock.freeze()
    smartflo.clock.advance(hours=2)
    assert timedelta(hours=2) <= smartflo.clock.now - before < timedelta(hours=3)

    response = read(smartflo, 8668)
    assert (200, "Token has expired") == (response.status_code, response.json()["message"])
    smartflo.clock.set("2026-03-01T00:00:00Z")
    smartflo.clock.start()
    assert smartflo.clock.now.year == 2026


def test_sets_profile(smartflo: Smartflo) -> None:
    """The contract is that of the account's profile."""
    smartflo.profile("documented")

    assert "documented" == smartflo.contract.profile
    assert smartflo.contract.is_valid(read(smartflo, 8668).json())


def test_login_uses_account(smartflo: Smartflo) -> None:
    """A client that logs in with the account's credentials uses the account."""
    credentials = {"email": smartflo.email, "password": smartflo.password}
    login = requests.post(f"{smartflo.url}/v1/auth/login", json=credentials, timeout=30).json()
    smartflo.fail(503)
    token = {"Authorization": f"Bearer {login['access_token']}"}

    assert 503 == requests.get(f"{smartflo.url}/v1/broadcast/leads/8668", headers=token, timeout=30).status_code
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


def test_asserts_on_requests(smartflo: Smartflo) -> None:
    """Method, path, body and query of requests are matched; a reset forgets them."""
    smartflo.assert_not_called("GET", LEADS)
    smartflo.client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042", "field_1": "Asha"})
    smartflo.assert_called("POST", "/v1/broadcast/lead/8669", json={"field_1": "Asha"})
    smartflo.assert_called("post", "/v1/broadcast/lead/{id}", times=1)
    smartflo.client.get("/v1/broadcast/leads/8669?number=5550000042")
    smartflo.assert_called("GET", LEADS, query={"number": "5550000042"})
    smartflo.assert_not_called("GET", "/v1/broadcast/leads/8669", query={"number": "5550000043"})

    assert ["POST", "GET"] == [request["method"] for request in smartflo.requests]
    smartflo.reset()
    assert [] == smartflo.requests


@pytest.mark.filterwarnings("ignore::smartflo_contract.pytest_plugin.UnmetFaultWarning")
@pytest.mark.parametrize("size", range(3))
def test_every_test_has_new_account(smartflo: Smartflo, size: int) -> None:
    """Nothing of an earlier test is left."""
    assert ([], []) == (smartflo.requests, smartflo.lists)
    assert 5 == len(read(smartflo, 8669).json())
    smartflo.add_list(leads=size)
    smartflo.fail(500)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda smartflo: smartflo.fail("ct"), "there is no fault `ct`"),
        (lambda smartflo: smartflo.quirks(unknown_lst="404"), "Did you mean `unknown_list`"),
        (
            lambda smartflo: smartflo.profile("x"),
            "^profile: expected one of sample, documented, lenient, got x; for ex",
        ),
        (lambda smartflo: smartflo.profile("sampl"), "Did you mean `sample`"),
        (lambda smartflo: smartflo.add_list(columns="Mobile"), "expected a list such as .*, got 'Mobile'"),
        (lambda smartflo: smartflo.clock.advance(hour=2), "unknown unit `hour`; the units are weeks, days, hours"),
        (lambda smartflo: smartflo.add_list(leads=-1), "leads: -1 is less than the minimum"),
        (lambda smartflo: smartflo.add_leads(123456, 1), "no list with this id"),
        (lambda smartflo: smartflo.add_leads(8668, -1), "leads: -1 is less than the minimum"),
        (lambda smartflo: smartflo.add_leads(smartflo.add_list(), 1), "list_id: expected the id of .*; pass its id"),
        (lambda smartflo: smartflo.add_list(id=True), "id: expected the id of a list, such as 8668, got True"),
        (lambda smartflo: smartflo.add_list(leads={"field_1": "A"}), r"leads: expected a number or .*\[\{...\}\]"),
        (lambda smartflo: smartflo.add_list(leads=[1]), r"leads\[0\]: expected a lead, such as \{.*, got 1"),
        (lambda smartflo: smartflo.add_list(leads=["field_1"]), r"leads\[0\]: expected a lead"),
        (lambda smartflo: smartflo.add_list(leads=[("field_1", "A")]), r"leads\[0\]: expected a lead"),
        (lambda smartflo: smartflo.add_list(leads=[DataclassLead()]), r"leads\[0\]: expected a lead.*asdict\(\) of it"),
        (lambda smartflo: smartflo.add_list(leads=Table()), r'leads: .*, got <Table>; pass its to_dict\("records"\)'),
        (
            lambda smartflo: smartflo.add_list(leads=Model()),
            "leads: expected a number .*; pass its model_dump",
        ),
        (lambda smartflo: smartflo.add_list(leads="ab"), "leads: expected a number or a list of leads, got 'ab'"),
        (lambda smartflo: smartflo.add_list(leads=1.5), "leads: expected a number or a list of leads, got 1.5"),
        (lambda smartflo: smartflo.add_list(leads=Integer()), r"leads: expected a number .*; pass int\(\) of it"),
        (lambda smartflo: smartflo.add_list(id=Integer()), r"id: expected the id of a list.*; pass int\(\) of it"),
        (lambda smartflo: smartflo.assert_called("GET", LEADS, times=Integer()), r"times: .*; pass int\(\) of it"),
        (lambda smartflo: smartflo.add_list(leads=True), "leads: expected a number or a list of leads, got True"),
        (lambda smartflo: smartflo.add_list(columns=5), "columns: expected a list such as .*, got 5"),
        (lambda smartflo: smartflo.load({"field_1": "A"}), "leads: expected a path, or a list of leads"),
        (lambda smartflo: smartflo.load(5), "leads: expected a path, or a list of leads, got 5"),
        (lambda smartflo: smartflo.load([]), "at least one"),
        (lambda smartflo: smartflo.load([1]), r"leads\[0\]: expected a lead"),
        (lambda smartflo: smartflo.fail(503, list_id=smartflo.add_list()), "list_id: .* the LeadList .*pass its id"),
        (lambda smartflo: smartflo.clock.advance(), "advance: expected a duration, such as hours=2"),
        (lambda smartflo: smartflo.clock.advance(hours="2"), "advance: expected numbers, such as hours=2"),
        (lambda smartflo: smartflo.clock.set(5), "now: expected a datetime or ISO 8601 such as .*, got 5"),
        (lambda smartflo: smartflo.admin("GET", "__admin/quirks"), "below /__admin, such as `/quirks`, got"),
        (lambda smartflo: smartflo.admin("GET", "/__admin/quirks"), "below /__admin, such as `/quirks`, got"),
        (lambda smartflo: smartflo.admin("GET", "quirks"), "below /__admin, such as `/quirks`, got `quirks`"),
        (lambda smartflo: smartflo.clock.advance(hours=math.nan), "advance: expected numbers, such as hours=2: "),
        (lambda smartflo: smartflo.route(None, "/v1/x"), 'method: expected an HTTP method, such as "POST", got None'),
        (lambda smartflo: smartflo.route("GET", "/v1/x", headers="X: 1"), "headers: expected a dict such as "),
        (lambda smartflo: smartflo.webhook(None, app=print), "url: expected the path of the request to "),
        (lambda smartflo: smartflo.admin(None, "/lists"), 'method: expected an HTTP method, such as "POST", got None'),
        (lambda smartflo: smartflo.fail(503, steps=["ok"]), "steps: expected as arguments, .* and not both"),
        (lambda smartflo: smartflo.admin("GET", ""), "below /__admin, such as `/lists`, got"),
        (lambda smartflo: smartflo.admin("GET", "/quirk"), "there is no route GET /__admin/quirk. Did you mean"),
        (lambda smartflo: smartflo.admin("POST", "/quirks"), "this path has the methods"),
        (lambda smartflo: smartflo.assert_called("GET", "/v1/broadcast/leeds/{id}"), "this fake has no"),
        (lambda smartflo: smartflo.assert_called("GET", "v1/broadcast/leads/8668"), "the whole path"),
        (lambda smartflo: smartflo.assert_called("GET", "/v1/broadcast/leads/1?number=2"), "use query="),
        (lambda smartflo: smartflo.assert_called("GET", None), "expected a method and a path"),
        (
            lambda smartflo: smartflo.assert_called("GET", "/v1/broadcast/leads/1", times="2"),
            "times: expected a number",
        ),
        (lambda smartflo: smartflo.assert_called("GET", "/v1/broadcast/leads/1", times=-1), "times: expected a number"),
        (lambda smartflo: smartflo.assert_called("GET", "/v1/broadcast/leads/*"), "nearest route is GET .*/leads/{id}"),
        (lambda smartflo: smartflo.assert_not_called("GET", "v1/broadcast/leads/{id}"), "the whole path"),
        (lambda smartflo: smartflo.assert_not_called("GET", "/v1/broadcast/leads/<id>"), "nearest route is GET "),
        (lambda smartflo: smartflo.assert_not_called("GET", "/v1/brodcast/leads/8668"), "nearest route is GET "),
        (lambda smartflo: smartflo.assert_not_called("DELET", "/v1/broadcast/list/8668"), "Did you mean `DELETE`"),
        (lambda smartflo: smartflo.assert_not_called("DELET", "/v1/broadcast/list/{id}"), "Did you mean `DELETE"),
        (lambda smartflo: smartflo.assert_not_called("PATCH", "/v1/broadcast/list/{id}"), "Did you mean `"),
    ],
)
def test_rejects_wrong_argument(smartflo: Smartflo, call: Callable[[Any], object], message: str) -> None:
    """A wrong argument raises ``ValueError`` with a message that states what is possible."""
    with pytest.raises(ValueError, match=message):
        call(smartflo)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), "JSON cannot express the datetime .*pass a string, such as its isoformat"),
        (date(2026, 3, 1), "JSON cannot express the date "),
        (time(10), "JSON cannot express the time "),
        (timedelta(1), "JSON cannot express the timedelta "),
        (Decimal("1.50"), "JSON cannot express the Decimal "),
        (Fraction(1, 3), "JSON cannot express the Fraction "),
        (UUID(int=1), "JSON cannot express the UUID "),
        (b"x", "JSON cannot express the bytes b'x'"),
        ({1}, r"JSON cannot express the set \{1\}; pass a list"),
        (Path("x"), "JSON cannot express the .*; pass its str"),
        (Outcome.ANSWERED, "JSON cannot express the Outcome .*; pass its value"),
        (DataclassLead(), "JSON cannot express the DataclassLead .*; pass dataclasses.asdict"),
        (Model(), r'JSON cannot express the Model .*; pass its model_dump\(mode="json"\)'),
        (Integer(), r"JSON cannot express the Integer .*; pass its item\(\)"),
        (Promise(), r"JSON cannot express the Promise .*; pass its str\(\)"),
        (range(2), r"JSON cannot express the range range\(0, 2\); pass a list"),
        (ChainMap({"a": 1}), "JSON cannot express the ChainMap .*; pass a dict"),
        (object(), "JSON cannot express the object "),
        (2**64, "the digits of an integer of more than 64 bits would change"),
        (-(2**63) - 1, "the digits of an integer of more than 64 bits would change"),
        (math.nan, "JSON cannot express nan"),
        (math.inf, "JSON cannot express inf"),
        ("\ud800", "half of a surrogate pair"),
        ({1: "a"}, "expected keys that are strings, got the key 1"),
        ([{"x": [UUID(int=1)]}], r"\[0\]\.x\[0\]: JSON cannot express the UUID"),
    ],
)
def test_rejects_values_that_json_cannot_express(smartflo: Smartflo, value: object, message: str) -> None:
    """A value that would be served as another one raises ``ValueError``, which names where it is."""
    created = smartflo.add_list(leads=1)
    pattern = rf"leads\[0\]\.callback_at(: )?.*{message}"
    calls: list[Callable[[], object]] = [
        lambda: smartflo.add_list(leads=[{"callback_at": value}]),
        lambda: smartflo.add_leads(created.id, [{"callback_at": value}]),
        lambda: smartflo.load([{**created.leads[0], "callback_at": value}]),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=pattern):
            call()


@pytest.mark.parametrize("value", [2**64 - 1, -(2**63), 1.5, 1e300, "2026-03-01", "आशा", None, True, [1, {"a": []}]])
def test_serves_values_unchanged(smartflo: Smartflo, value: object) -> None:
    """A value that JSON expresses arrives as it is."""
    created = smartflo.add_list(leads=[{"callback_at": value}])
    served = read(smartflo, created.id).json()[0]["callback_at"]

    assert (value, type(value)) == (served, type(served))


def test_serves_members_of_enumerations(smartflo: Smartflo) -> None:
    """A member of an ``IntEnum`` is an integer to JSON, and takes no longer than any other."""
    created = smartflo.add_list(leads=[{"dial_status": DialStatus.NO_ANSWER}])

    assert DialStatus.NO_ANSWER == created.leads[0]["dial_status"]


def test_rejects_leads_that_contain_themselves(smartflo: Smartflo) -> None:
    """Endless leads raise ``ValueError`` as well."""
    endless: dict[str, Any] = {}
    endless["x"] = endless
    with pytest.raises(ValueError, match="nested too deeply, or contains itself"):
        smartflo.add_list(leads=[endless])


def test_client_sends_json_as_libraries_do(smartflo: Smartflo) -> None:
    """The in-process client does not write a date as a string: requests and httpx raise too."""
    with pytest.raises(TypeError, match="date is not JSON serializable"):
        smartflo.client.post("/v1/broadcast/lead/8668", json={"field_1": date(2026, 3, 1)})


def test_fixtures_return_leads(
    smartflo_lead: Lead, smartflo_leads: list[Lead], smartflo_make_lead: Callable[..., dict[str, Any]]
) -> None:
    """Leads are valid and differ from each other; any key can be overridden."""
    assert load_contract().is_valid([smartflo_lead, *smartflo_leads])
    assert 11 == len({lead["lead_id"] for lead in [smartflo_lead, *smartflo_leads]})
    assert ("x", None) == (smartflo_make_lead(field_1="x")["field_1"], smartflo_make_lead(new=None)["new"])


def test_server_creates_accounts(smartflo_server: SmartfloServer, smartflo: Smartflo) -> None:
    """Accounts are isolated, and named by their URL and login."""
    with smartflo_server.account(seed=3) as other:
        other.fail(503)
        assert (200, 503) == (read(smartflo, 8668).status_code, read(other, 8668).status_code)
        assert f"<Smartflo at {other.url}, account of {other.email}>" == repr(other)
    assert f"<SmartfloServer at {smartflo.url}>" == repr(smartflo_server)


# --- Assertions on all requests


@pytest.mark.smartflo(allow_unmatched=True)
def test_returns_all_requests(smartflo: Smartflo) -> None:
    """The requests of an account are complete; a message shows the newest."""
    for number in range(1_005):
        smartflo.client.get(f"/v1/broadcast/leeds/{number}")

    assert 1_005 == len(smartflo.requests) == len(smartflo.unmatched)
    assert "/v1/broadcast/leeds/1004" == smartflo.requests[-1]["path"] == smartflo.unmatched[-1]["path"]
    lines = failure(smartflo, "POST", "/v1/broadcast/lead/{id}")
    assert "  ... 995 earlier requests" == lines[1]
    assert lines[11].startswith("  GET /v1/broadcast/leeds/1004 -> 404: the vendor documents no GET")


def test_undecidable_assertion_raises() -> None:
    """If the journal has dropped requests, no assertion passes that they could refute, and none are left out."""
    config = Config(journal_requests=3)
    with SmartfloServer(FakeSmartflo(config), config) as server, server.account() as smartflo:
        for _ in range(4):
            smartflo.client.get("/v1/broadcast/leads/8668")
        undecidable: list[Callable[[], object]] = [
            lambda: smartflo.requests,
            lambda: smartflo.unmatched,
            lambda: smartflo.assert_called("GET", LEADS, times=3),
            lambda: smartflo.assert_not_called("DELETE", LEADS),
            lambda: smartflo.assert_called("DELETE", LEADS, times=0),
        ]
        for call in undecidable:
            with pytest.raises(ValueError, match="1 earlier requests were dropped from the journal"):
                call()
        smartflo.assert_called("GET", LEADS)


def test_unknown_body_decides_nothing(smartflo: Smartflo) -> None:
    """A request whose body the journal does not have may match, so that it was not made is no fact."""
    path = "/v1/broadcast/lead/8669"
    smartflo.client.post(path, json={"field_0": "5550000042", "field_1": "A" * 70_000})
    with pytest.raises(ValueError, match="1 more requests may match, but the journal has no body"):
        smartflo.assert_not_called("POST", path, json={"field_0": "5550000042"})
    with pytest.raises(AssertionError):
        smartflo.assert_called("POST", path, json={"field_0": "5550000042"})


@pytest.mark.smartflo(allow_unmatched=True)
def test_asserts_on_any_placeholder_and_method(smartflo: Smartflo) -> None:
    """Any name in braces matches any id; HEAD is not GET; a route that is not simulated can be asserted on."""
    smartflo.client.head("/v1/broadcast/leads/8668")
    smartflo.client.get("/v1/broadcast/start/8668")

    smartflo.assert_called("HEAD", "/v1/broadcast/leads/{list_id}", times=1)
    smartflo.assert_not_called("GET", LEADS)
    smartflo.assert_called("GET", "/v1/broadcast/start/{id}", times=1)
    smartflo.assert_not_called("GET", "/v1/broadcast/leads/undefined")


def test_asserts_on_own_routes(smartflo: Smartflo) -> None:
    """A path of a route that the test adds is known."""
    with pytest.raises(ValueError, match="no route matches POST /v9/calls/5"):
        smartflo.assert_not_called("POST", "/v9/calls/5")
    smartflo.route("POST", "/v9/calls/{call_id}")
    smartflo.assert_not_called("POST", "/v9/calls/5")
    smartflo.client.post("/v9/calls/5", json={})

    smartflo.assert_called("POST", "/v9/calls/{call_id}", times=1)
    smartflo.assert_called("POST", "/v9/calls/5", times=1)


def test_asserts_on_repeated_parameters(smartflo: Smartflo) -> None:
    """All values of a repeated query parameter count."""
    path = "/v1/broadcast/leads/8668"
    smartflo.client.get(f"{path}?number=1&number=2")

    assert {"number": ["1", "2"]} == smartflo.requests[0]["query"]
    smartflo.assert_called("GET", path, query={"number": "2"})
    smartflo.assert_called("GET", path, query={"number": ["1", "2"]})
    with pytest.raises(AssertionError, match=r"expected GET .*\?number=2 never, got 1"):
        smartflo.assert_not_called("GET", path, query={"number": "2"})


# --- Messages of failed assertions


def failure(smartflo: Smartflo, *arguments: str, **conditions: Any) -> list[str]:
    """Return the lines of the message of a failed ``assert_called``."""
    with pytest.raises(AssertionError) as caught:
        smartflo.assert_called(*arguments, **conditions)
    return str(caught.value).splitlines()


def test_failed_assertion_shows_requests_and_nearest(smartflo: Smartflo) -> None:
    """The message shows what was expected, the last ten requests, and how the nearest one differs."""
    smartflo.fail(503, route="any")
    smartflo.client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"})
    for _ in range(12):
        smartflo.client.get("/v1/broadcast/leads/8669")
    lines = failure(smartflo, "POST", "/v1/broadcast/lead/8669", times=2, json={"field_1": "Asha"})

    assert lines[0].startswith("expected POST /v1/broadcast/lead/8669 with {'field_1': 'Asha'} 2 times, got 0; ")
    assert ["  ... 3 earlier requests", *["  GET /v1/broadcast/leads/8669 -> 200"] * 10] == lines[1:12]
    assert ["nearest: POST /v1/broadcast/lead/8669, differs in json", "  /field_1: expected 'Asha', got nothing"] == (
        lines[12:]
    )


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        ([{"field_1": "B"}], "  /data/0/field_1: expected 'B', got 'A'"),
        ([], "  /data: expected 0 items, got 1"),
    ],
)
def test_failed_assertion_compares_bodies(smartflo: Smartflo, expected: list[Any], difference: str) -> None:
    """Each difference of the nearest body is a line."""
    smartflo.client.post("/v1/broadcast/leads/8669", json={"data": [{"field_0": "5550000042", "field_1": "A"}]})

    assert difference in failure(smartflo, "POST", "/v1/broadcast/leads/8669", json={"data": expected})


def test_failed_assertion_says_that_body_is_unknown(smartflo: Smartflo) -> None:
    """The body of a request without token is not read."""
    with smartflo.intercept():
        url = "https://api-smartflo.tatateleservices.com/v1/broadcast/leads/8669"
        requests.post(url, json={"data": []}, timeout=30)
    lines = failure(smartflo, "POST", "/v1/broadcast/leads/8669", json={"data": []})

    assert "  body unknown: the request was rejected before its body was read" in lines


def test_failed_assert_not_called_shows_requests(smartflo: Smartflo) -> None:
    """The message shows the request that was not expected."""
    smartflo.client.get("/v1/broadcast/leads/8669")
    with pytest.raises(AssertionError, match=r"expected GET .*{id} never, got 1; requests of this account:\n  GET "):
        smartflo.assert_not_called("GET", LEADS)


def test_adds_route_of_its_own(smartflo: Smartflo) -> None:
    """A route that the fake does not simulate responds as stated, is asserted on, and meets faults."""
    smartflo.route("POST", "/v1/call/note/{id}", status=201, json={"success": True}, headers={"X-Request-Id": "7"})
    smartflo.fail("ok", 503, route="POST /v1/call/note/{id}")
    url = f"{smartflo.url}/v1/call/note/1"
    first, second = (requests.post(url, json={"message": "late"}, headers=smartflo.headers, timeout=30) for _ in "12")

    assert (201, "7", {"success": True}, 503) == (
        first.status_code,
        first.headers["X-Request-Id"],
        first.json(),
        second.status_code,
    )
    smartflo.assert_called("POST", "/v1/call/note/{id}", times=2, json={"message": "late"})
    assert [] == smartflo.unmatched


def test_rejects_route_that_the_fake_simulates(smartflo: Smartflo) -> None:
    """Lists and leads have faults and quirks of their own."""
    with pytest.raises(ValueError, match="simulates"):
        smartflo.route("GET", LEADS)


def test_failed_assertion_escapes_control_characters(smartflo: Smartflo) -> None:
    """Paths and bodies of clients cannot control the terminal."""
    smartflo.client.post("/v1/broadcast/lead/%1B[2J", json={"a\x1b": {}})
    lines = failure(smartflo, "POST", "/v1/broadcast/lead/8668", json={"a\x1b": {"b": 1}})

    assert all(map(str.isprintable, lines))
    assert "/v1/broadcast/lead/\\x1b[2J" in lines[1]


def test_changes_the_api(smartflo: Smartflo) -> None:
    """A mutant changes the account's responses until it is removed, or the account reset, and is counted."""
    smartflo.mutant("lead_id:remove")
    assert "lead_id" not in read(smartflo, 8668).json()[0]
    assert smartflo.mutant_served == 1

    smartflo.mutant(None)
    assert (0, {"lead_id"}) == (smartflo.mutant_served, {"lead_id"} & read(smartflo, 8668).json()[0].keys())

    smartflo.mutant("lead_id:remove")
    smartflo.reset()
    assert "lead_id" in read(smartflo, 8668).json()[0]


def test_rejects_unknown_mutants(smartflo: Smartflo) -> None:
    """The error names the nearest mutant."""
    with pytest.raises(ValueError, match="Did you mean `lead_id:remove`"):
        smartflo.mutant("lead_id:rmove")


@pytest.mark.parametrize("path", ["/नाम", "/%E0%A4%A8", "/requests?नाम=1", "/requests?limit=%GG", "/lists/\ud800"])
def test_rejects_unusual_admin_paths_in_one_line(path: str, smartflo: Smartflo) -> None:
    """Paths and queries with any characters get an answer of the admin API."""
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        smartflo.admin("GET", path)


def test_admin_paths_may_be_percent_encoded(smartflo: Smartflo) -> None:
    """A path is decoded as that of a request over a socket."""
    smartflo.add_list(id=4711)

    assert 4711 == smartflo.admin("GET", "/lists/%34711")["id"]


def test_writes_har_file(smartflo: Smartflo, tmp_path: Path) -> None:
    """The requests of the account are in a HAR file that ``check`` grades."""
    made = smartflo.add_list(leads=20)
    read(smartflo, made.id)
    path = smartflo.har(tmp_path / "session.har")

    report = check(path)
    assert [(str(made.id), 20)] == [(source.list_id, source.leads) for source in report.sources]
    assert "A" == report.grade
