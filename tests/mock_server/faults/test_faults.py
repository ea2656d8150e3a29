"""Faults: each is met by a client, over a socket under both servers and in process, when its turn comes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo, Fault, create_app
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.faults.parsing import parse_fault
from smartflo_contract.mock_server.lists.magic_ids import FAULT_IDS
from smartflo_contract.schemas import load_contract

LEADS = "/v1/broadcast/leads"
VENDORS = f"{LEADS}/8668"
TOKEN = {"Authorization": "any-text"}
LEAD = {"field_0": "5550000042"}
ARRAY_FAULTS = [name for name, injector in INJECTORS.items() if injector.arrays_only]
IDS = {name: id_ for id_, name in FAULT_IDS.items()}


@pytest.fixture(name="served", scope="module")
def _served() -> Iterator[str]:
    """Return the URL of a fake as `serve` runs it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")}
    command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        yield process.stdout.readline().strip()
        process.terminate()
        assert "Traceback" not in process.stderr.read()


@pytest.fixture(name="url", params=["serve", "FakeSmartflo"])
def _url(request: pytest.FixtureRequest, fake: FakeSmartflo) -> str:
    """Return the URL of a fake under either server."""
    return str(request.getfixturevalue("served")) if request.param == "serve" else fake.url


def client_of(*faults: Fault, **settings: Any) -> FlaskClient:
    """Return a client of a fake in this process with faults."""
    return create_app(Config(faults=faults, **settings)).test_client()


def get(url: str, fault: str) -> requests.Response:
    """Read the list that stands for a fault."""
    return requests.get(f"{url}{LEADS}/{IDS[fault]}", headers=TOKEN, timeout=30)


def statuses(client: FlaskClient, count: int, path: str = VENDORS, token: str = "x") -> list[int]:  # noqa: S107
    """Return the statuses of some requests."""
    return [client.get(path, headers={"Authorization": token}).status_code for _ in range(count)]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reset(method: str, url: str) -> None:
    """The connection ends without an answer, each time, and the server goes on."""
    parts = urlsplit(url)
    for _ in range(5):
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        connection.request(method, f"{LEADS}/{IDS['reset']}", headers=TOKEN)
        with pytest.raises(RemoteDisconnected):
            connection.getresponse()
        connection.close()

    assert requests.get(url + VENDORS, headers=TOKEN, timeout=30).status_code == 200


@pytest.mark.parametrize("kind", ["serve", "FakeSmartflo"])
def test_reset_after(kind: str, request: pytest.FixtureRequest) -> None:
    """The request is done, and the connection ends without an answer; the server goes on."""
    url = str(request.getfixturevalue("served")) if kind == "serve" else request.getfixturevalue("fake").url
    token = {"Authorization": f"reset after {kind}"}
    rule = {"steps": ["reset_after"], "route": "POST /v1/broadcast/lead/{id}"}
    requests.put(f"{url}/__admin/faults", json={"rules": [rule]}, headers=token, timeout=30).raise_for_status()
    with pytest.raises(requests.ConnectionError, match="without response"):
        requests.post(f"{url}/v1/broadcast/lead/8668", json=LEAD, headers=token, timeout=30)
    leads = requests.get(url + VENDORS, headers=token, timeout=30).json()
    (told, _) = requests.get(f"{url}/__admin/requests", headers=token, timeout=30).json()["requests"]

    assert 26 == len(leads)
    assert ("reset_after", None) == (told["response"]["fault"], told["response"]["status"])


@pytest.mark.parametrize("name", [*INJECTORS, "503"])
def test_what_becomes_of_a_write(name: str) -> None:
    """A write under a fault is done, or not, as the table of faults says."""
    client = client_of(Fault((name,), route="any", seconds=0 if name == "delay" else 1))
    with suppress(ConnectionResetError):
        _ = client.post("/v1/broadcast/lead/8668", json=LEAD, headers=TOKEN).data
    leads = client.get(VENDORS, headers=TOKEN).get_json()

    assert (name in INJECTORS and INJECTORS[name].handles_request) == (len(leads) == 26)


def test_cut(url: str) -> None:
    """A part arrives, less than the answer says that there is; clients see an incomplete read."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", f"{LEADS}/{IDS['cut']}", headers=TOKEN)
    answer = connection.getresponse()
    with pytest.raises(IncompleteRead) as caught:
        answer.read()
    connection.close()

    assert answer.status == 200
    assert 0 < len(caught.value.partial) < int(answer.headers["Content-Length"])
    assert caught.value.partial.startswith(b'[{"id":')


def test_cut_clean(url: str) -> None:
    """The answer is complete by its length, and holds one whole lead of an array that does not end."""
    answer = get(url, "cut_clean")

    assert (200, str(len(answer.content))) == (answer.status_code, answer.headers["Content-Length"])
    assert load_contract().is_valid(answer.content.removesuffix(b",") + b"]")
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


def test_dangling_comma(url: str) -> None:
    """The array ends as the sample on the vendor's page does."""
    answer = get(url, "dangling_comma")

    assert "sample" == answer.headers["X-Smartflo-Fake-Evidence"]
    assert 25 == len(json.loads(answer.content.removesuffix(b",") + b"]"))


def test_html(url: str) -> None:
    """A page comes with status 200."""
    answer = get(url, "html")

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    assert answer.text.startswith("<html>")


def test_content_type(url: str) -> None:
    """The leads are right, and the content type is not."""
    answer = get(url, "content_type")

    assert answer.headers["Content-Type"].startswith("text/html")
    assert load_contract().is_valid(answer.content)


def test_invalid_utf8(url: str) -> None:
    """One byte is none of UTF-8."""
    answer = get(url, "invalid_utf8")

    assert not load_contract().is_valid(answer.content)
    assert load_contract().is_valid(answer.content.replace(b"\xff", b""))


def test_duplicate_leads(url: str) -> None:
    """The first lead is there twice."""
    first, second, *others = get(url, "duplicate_leads").json()

    assert first == second
    assert 24 == len(others)


def test_changing(url: str) -> None:
    """Every other read lacks the first lead."""
    token = {"Authorization": f"changing {urlsplit(url).port}"}
    path = f"{url}{LEADS}/{IDS['changing']}"
    reads = [requests.get(path, headers=token, timeout=30).json() for _ in range(4)]

    assert [25, 24, 25, 24] == [len(leads) for leads in reads]
    assert reads[0][1:] == reads[1]


def test_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer comes so many seconds late, and up to so many more, the same in each run."""
    slept: list[float] = []
    monkeypatch.setattr("smartflo_contract.mock_server.faults.injectors.time.sleep", slept.append)
    fault = Fault(("delay",), repeat=True, seconds=2, jitter=0.5)
    for _ in range(2):
        assert [200] * 3 == statuses(client_of(fault), 3)

    assert slept[:3] == slept[3:]
    assert len(set(slept)) == 3
    assert all(2 <= seconds <= 2.5 for seconds in slept)


def test_faults_in_process() -> None:
    """In process a reset is an error of the call, a cut one of reading, and all others are as over a socket."""
    client = create_app().test_client()
    with pytest.raises(ConnectionResetError):
        client.get(f"{LEADS}/{IDS['reset']}", headers=TOKEN)
    cut = client.get(f"{LEADS}/{IDS['cut']}", headers=TOKEN)

    assert cut.status_code == 200
    with pytest.raises(ConnectionResetError):
        _ = cut.data
    for name in set(IDS) - {"reset", "cut", "delay"}:
        assert client.get(f"{LEADS}/{IDS[name]}", headers=TOKEN).status_code == 200


def test_cut_of_a_write_that_is_not_read(url: str) -> None:
    """A fault for any route meets writes as well, and the connection does not hang."""
    del url  # both servers are up; this one has faults of its own
    with FakeSmartflo(Config(faults=(Fault(("reset", "cut"), route="any", repeat=True),))) as fake:
        for _ in range(4):
            with pytest.raises(requests.RequestException):
                requests.post(
                    f"{fake.url}/v1/broadcast/lead/8668", json={"field_0": "5550000042"}, headers=TOKEN, timeout=30
                ).json()


@pytest.mark.parametrize("lead", [0, 1, 3, 24, 25, 1_000])
def test_cut_at_a_lead(lead: int) -> None:
    """As many leads arrive whole as the rule says, all where it says more."""
    body = client_of(Fault(("cut_clean",), lead=lead)).get(VENDORS, headers=TOKEN).data
    whole = json.loads(body.removesuffix(b",") + b"]")

    assert min(lead, 25) == len(whole)


def test_a_long_list_is_cut_without_being_made(url: str) -> None:
    """A list of a million leads is cut as well, and its declared length does not arrive."""
    with FakeSmartflo(Config(faults=(Fault(("cut",), lead=300),))) as fake:
        with pytest.raises(requests.RequestException):
            requests.get(f"{fake.url}{LEADS}/911000000", headers=TOKEN, timeout=30)

        assert requests.get(fake.url + VENDORS, headers=TOKEN, timeout=30).status_code == 200
    assert url


def seen(client: FlaskClient, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Return everything of an answer."""
    answer = client.open(path, method=method, headers=TOKEN)
    headers = {name: value for name, value in answer.headers.items() if name != "X-Smartflo-Fake-Request"}
    return answer.status_code, headers, answer.data


@pytest.mark.parametrize("name", ["cut_clean", "dangling_comma", "invalid_utf8", "duplicate_leads", "changing"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{LEADS}/900000000"),
        ("GET", f"{LEADS}/912500000?number=42"),
        ("GET", f"{LEADS}/123456"),
        ("HEAD", VENDORS),
        ("DELETE", "/v1/broadcast/list/8669"),
    ],
    ids=["empty", "no match", "unknown", "no body", "no list"],
)
def test_faults_of_leads_where_there_are_none(name: str, method: str, path: str) -> None:
    """What breaks a list of leads leaves other answers as they are, with their own label and reason."""
    assert seen(client_of(), method, path) == seen(client_of(Fault((name,), route="any")), method, path)


def test_cut_where_there_is_no_body() -> None:
    """An error and an answer to HEAD are not cut, and say of no fault."""
    client = client_of(Fault(("cut",), repeat=True))

    for method, path in (("GET", f"{LEADS}/123456"), ("HEAD", VENDORS)):
        assert seen(client_of(), method, path) == seen(client, method, path)


@pytest.mark.parametrize("path", [f"{LEADS}/900000000", "/v1/broadcast/batch_status/000000000000000000000001"])
def test_cut_without_leads(path: str) -> None:
    """The part that arrives of a success without leads is its beginning."""
    app = create_app(Config(faults=(Fault(("ok", "ok", "cut"), route="any"),)))
    client = app.test_client()
    client.post("/v1/broadcast/leads/8668", json={"data": [{"field_0": "5550000042"}]}, headers=TOKEN)
    whole = client.get(path, headers=TOKEN).data
    cut = client.get(path, headers=TOKEN)

    assert "cut" == cut.headers["X-Smartflo-Fake-Fault"]
    assert whole[:-1] == next(iter(cut.response))


def test_label_of_a_fault_is_no_better_than_that_of_the_leads() -> None:
    """The comma is the sample's, and the leads of two readings at once are nobody's."""
    answers = [
        client_of(Fault(("dangling_comma",)), profile=profile).get(VENDORS, headers=TOKEN)
        for profile in ("documented", "lenient")
    ]

    assert ["sample", "assumed"] == [answer.headers["X-Smartflo-Fake-Evidence"] for answer in answers]


def test_a_long_list_goes_on_after_what_a_fault_changed() -> None:
    """A list that is streamed is broken in its first piece and whole after it."""
    client = client_of(Fault(("ok", "duplicate_leads"), list_id=910_020_000))
    leads, twice = (client.get(f"{LEADS}/910020000", headers=TOKEN).get_json() for _ in range(2))

    assert [leads[0], *leads] == twice


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 504, 599])
def test_a_status(status: int) -> None:
    """A status is answered in the vendor's shape, and what was asked for is not done."""
    client = client_of(Fault((str(status),), route="any"))
    answer = client.post("/v1/broadcast/lead/8668", json={"field_0": "5550000042"}, headers=TOKEN)

    assert (status, str(status)) == (answer.status_code, answer.headers["X-Smartflo-Fake-Fault"])
    assert isinstance(answer.get_json(), dict)
    assert 25 == len(client.get(VENDORS, headers=TOKEN).get_json())


def test_retry_after() -> None:
    """A status says how long to wait where the rule does; the header is ours, so the answer is assumed."""
    client = client_of(Fault(("429", "html", "503"), retry_after=7), Fault(("ok", "ok", "ok", "429")))
    answers = [client.get(VENDORS, headers=TOKEN) for _ in range(4)]

    assert [(429, "7"), (200, None), (503, "7"), (429, None)] == [
        (answer.status_code, answer.headers.get("Retry-After")) for answer in answers
    ]
    assert ["assumed", "documented"] == [answers[at].headers["X-Smartflo-Fake-Evidence"] for at in (0, 3)]
    assert "Retry-After is assumed" in unquote(answers[0].headers["X-Smartflo-Fake-Reason"])


def test_sequence() -> None:
    """Steps come one a request, in their order; afterwards all is well."""
    client = client_of(Fault(("503", "503", "ok", "429")))

    assert [503, 503, 200, 429, 200, 200] == statuses(client, 6)


def test_repeated_sequence() -> None:
    """A sequence that repeats begins again."""
    assert [503, 200, 503, 200] == statuses(client_of(Fault(("503", "ok"), repeat=True)), 4)


def test_the_nth_request() -> None:
    """A rule for the third request acts on that one alone."""
    assert [200, 200, 500, 200] == statuses(client_of(Fault(("500",), at=3)), 4)


def test_accounts_count_for_themselves() -> None:
    """Each account meets the sequence from its beginning, whatever others do in between."""
    client = client_of(Fault(("503", "ok", "502")))

    assert [503, 503, 200, 200, 502, 502] == [
        status for _ in range(3) for token in ("a", "b") for status in statuses(client, 1, token=token)
    ]


def test_rules_for_a_list_and_for_a_route() -> None:
    """A rule for one list, or for one route, leaves the others alone, and does not count them."""
    client = client_of(Fault(("503",), list_id=8669), Fault(("500",), route="GET /v1/broadcast/lists"))

    assert [200, 503, 200] == [status for id_ in (8668, 8669, 8669) for status in statuses(client, 1, f"{LEADS}/{id_}")]
    assert [500, 200] == statuses(client, 2, "/v1/broadcast/lists")


def test_the_first_rule_whose_turn_it_is_acts() -> None:
    """Every rule counts every request that it is about, and the first one in their order acts."""
    client = client_of(Fault(("500",), at=2), Fault(("503", "503", "503")))

    assert [503, 500, 503, 200] == statuses(client, 4)


def test_probability_is_seeded() -> None:
    """Of many requests the share is as asked for; the same seed is the same faults, another seed others."""
    rule = Fault(("503",), probability=0.25)
    runs = [statuses(client_of(rule, seed=seed), 400, f"{LEADS}/900000000") for seed in (1, 1, 2)]

    assert runs[0] == runs[1] != runs[2]
    assert 60 < runs[0].count(503) < 140


@pytest.mark.parametrize(("probability", "expected"), [(0, 200), (1, 503)])
def test_probability_at_its_ends(probability: float, expected: int) -> None:
    """Nothing goes wrong at 0; at 1 the steps are a sequence that repeats where it says so."""
    rule = Fault(("503",), probability=probability, repeat=True)

    assert {expected} == set(statuses(client_of(rule), 20, f"{LEADS}/900000000"))


def test_faults_are_the_same_whatever_other_accounts_do() -> None:
    """An account meets its faults in their order while others ask at the same time."""
    rule = Fault(("503",), probability=0.5)
    alone = statuses(client_of(rule), 30, f"{LEADS}/900000000")
    app = create_app(Config(faults=(rule,)))
    found: dict[str, list[int]] = {}

    def ask(token: str) -> None:
        found[token] = statuses(app.test_client(), 30, f"{LEADS}/900000000", token)

    threads = [threading.Thread(target=ask, args=(f"t{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [alone] * 6 == list(found.values())


def test_faults_of_logins() -> None:
    """A lock-out, and a status, meet the login id whose turn it is; the login itself is not done."""
    client = client_of(Fault(("lockout", "503"), route="POST /v1/auth/login"))

    def log_in(email: str) -> Any:
        return client.post("/v1/auth/login", json={"email": email, "password": "any"})

    locked = log_in("a")

    assert datetime.strptime(locked.get_json()["retry_after"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - it has none
    assert [429, 429, 503, 200] == [locked.status_code, *(log_in(email).status_code for email in "baa")]


def test_who_may_not_ask_meets_no_fault() -> None:
    """Without a token there is no account, so nothing is counted: it is 401."""
    client = client_of(Fault(("503",)))

    assert 401 == client.get(VENDORS).status_code
    assert [503, 200] == statuses(client, 2)


def test_a_fault_is_told() -> None:
    """An answer that went wrong says which fault it was, how well it is known, and why."""
    answer = client_of(Fault(("html",))).get(VENDORS, headers=TOKEN)

    assert ("html", "assumed") == (
        answer.headers["X-Smartflo-Fake-Fault"],
        answer.headers["X-Smartflo-Fake-Evidence"],
    )
    assert "an HTML page with status 200 instead of JSON" in unquote(answer.headers["X-Smartflo-Fake-Reason"])


def test_an_altered_body_has_no_entity_tag() -> None:
    """A client cannot take a broken body for the leads that it knows."""
    answer = client_of(Fault(("dangling_comma",))).get(VENDORS, headers=TOKEN)

    assert "ETag" not in answer.headers


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("503", Fault(("503",))),
        ("503, 503,ok", Fault(("503", "503", "ok"))),
        ("cut;lead=3;at=2", Fault(("cut",), lead=3, at=2)),
        ("delay;seconds=0.5;jitter=1;probability=0.1", Fault(("delay",), seconds=0.5, jitter=1, probability=0.1)),
        ("429,cut;retry_after=30;lead=0", Fault(("429", "cut"), retry_after=30, lead=0)),
        ("500,ok;repeat=true;list_id=8668;route=any", Fault(("500", "ok"), repeat=True, list_id=8668, route="any")),
    ],
)
def test_rules_as_text(text: str, fault: Fault) -> None:
    """A rule can be written in one word, as the command takes it."""
    assert fault == parse_fault(text)
    assert Config(faults=(fault,))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rest", "faults[0].steps: there is no fault `rest`; choose from ok, delay, reset"),
        ("rest", "Did you mean `reset`?"),
        ("", "steps: there is no fault ``"),
        ("200", "steps: there is no fault `200`"),
        ("600", "a status from 400 to 599"),
        ("503;at", "fault 503;at: expected settings such as at=3, got `at`; choose from list_id, route"),
        ("503;when=3", "got `when=3`"),
        ("503;at=x", "at cannot be `x`"),
        ("503;repeat=yes", "repeat cannot be `yes`"),
        ("503;at=0", "faults[0].at: expected a whole number from 1"),
        ("503;probability=2", "faults[0].probability: expected a number from 0 to 1, got 2.0"),
        ("503;probability=nan", "faults[0].probability: expected a number"),
        ("503;list_id=0", "faults[0].list_id: expected a whole number from 1"),
        ("503;retry_after=86401", "faults[0].retry_after: expected a whole number from 0 to 86400"),
        ("delay;seconds=601", "faults[0].seconds: expected a number from 0 to 600"),
        ("503;route=GET /v1/broadcast/list", "Did you mean `GET /v1/broadcast/lists`?"),
        ("503;route=GET /v1/broadcast/leads", "Did you mean `GET /v1/broadcast/leads/{id}`?"),
        ("503;route=GET /v1/broadcast/leads/<list_id>", "Did you mean `GET /v1/broadcast/leads/{id}`?"),
        ("503;route=DELETE /v1/broadcast/lead/8668", "Did you mean `DELETE /v1/broadcast/lead/{id}`?"),
        ("503;route=get_leads", "route `get_leads`. Use `any` for all routes; `smartflo-contract openapi` lists them."),
        ("503;route=", "route ``. Use `any` for all routes"),
        ("cut,at=3", "fault cut,at=3: settings come after `;`, such as cut;at=3"),
        ("cut at=3", "fault cut at=3: settings come after `;`"),
        ("cut;att=3", "Did you mean `at`?"),
    ],
)
def test_wrong_rules_are_refused(text: str, told: str) -> None:
    """A rule that cannot work is refused with what it may be."""
    with pytest.raises(ConfigError) as caught:
        Config(faults=(parse_fault(text),))

    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("503,ok;at=2", "at: only one request gets a fault, so set only one step"),
        ("503;at=2;repeat=true", "repeat: has no effect together with `at`"),
        ("503;at=2;probability=0.5", "probability: has no effect together with `at`"),
        ("503;seconds=2", "seconds: has no effect, because no step is delay"),
        ("cut;jitter=1", "jitter: has no effect, because no step is delay"),
        ("lockout,ok;retry_after=3", "retry_after: has no effect, because no step is a status"),
        ("dangling_comma,ok;lead=3", "lead: has no effect, because no step is cut or cut_clean"),
        *((f"ok,{name};route=GET /v1/broadcast/dnd/leads", f"route: `{name}` needs an array") for name in ARRAY_FAULTS),
        ("503;list_id=8668;route=POST /v1/auth/login", "list_id: has no effect, because `POST /v1/auth/login`"),
    ],
)
def test_rules_of_which_a_part_never_acts_are_refused(text: str, told: str) -> None:
    """A setting without effect is refused with the reason, and taken where it has the default."""
    with pytest.raises(ConfigError) as caught:
        Config(faults=(parse_fault(text),))

    assert str(caught.value).startswith(f"faults[0].{told}")


@pytest.mark.parametrize(
    "text",
    [
        "503;at=2;repeat=false;probability=1;seconds=1;jitter=0;lead=1",
        "cut;route=POST /v1/auth/login",
        "503,delay;seconds=2",
        *(f"{name};route=any" for name in ARRAY_FAULTS),
        "cut_clean;route=GET /v1/broadcast/lists",
        "503;list_id=8668;route=POST /v1/broadcast/lead/{id}",
    ],
)
def test_rules_of_which_all_may_act_are_taken(text: str) -> None:
    """Defaults written out are no mistake, and neither is a setting of one step of several."""
    assert Config(faults=(parse_fault(text),))


@pytest.mark.parametrize(
    "wrong", [{"steps": ()}, {"route": []}, {"repeat": 1}, {"at": True}, {"seconds": "1"}, {"lead": 1.5}]
)
def test_wrong_settings_in_python(wrong: dict[str, Any]) -> None:
    """Settings of the wrong type are refused by name."""
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Config(faults=(Fault(**{"steps": ("503",)} | wrong),))


@pytest.mark.parametrize("steps", ["503", 503, None])
def test_steps_are_a_list(steps: Any) -> None:
    """One step alone is refused with how to write it; the characters of a text would be steps otherwise."""
    with pytest.raises(ConfigError, match=r'steps: expected a list of faults, such as \[503, 503, "ok"\]'):
        Fault(steps)


@pytest.mark.parametrize("step", [True, 1.5, [503], None])
def test_steps_of_other_types(step: Any) -> None:
    """A step that is neither text nor a whole number is no fault."""
    with pytest.raises(ConfigError, match=r"faults\[0\]\.steps: there is no fault"):
        Config(faults=[Fault([step])])


def test_read_only_fakes_have_no_faults() -> None:
    """A fake that counts nothing cannot tell whose turn it is."""
    with pytest.raises(ConfigError, match="faults: a read-only fake does not count requests"):
        Config(faults=(Fault(("503",)),), read_only=True)


def test_every_fault_has_a_magic_id() -> None:
    """Each fault of reads has an id; a lock-out is of logins, and only a write shows that a request was done."""
    assert set(INJECTORS) - {"lockout", "reset_after"} == set(IDS)


def test_faults_of_a_file(tmp_path: Any) -> None:
    """Faults stand in the configuration file as tables; what is wrong is told by its place."""
    path = tmp_path / "fake.toml"
    path.write_text('[[faults]]\nsteps = [503, "cut"]\nlead = 2\nlist_id = 8668\n')

    assert (Fault(("503", "cut"), lead=2, list_id=8668),) == Config.from_file(path).faults

    for content, told in {
        "[[faults]]\nlead = 2": r"faults\[0\]\.steps: expected a list of faults",
        "[[faults]]\nsteps = [3]": r"faults\[0\]\.steps: there is no fault `3`",
        "[[faults]]\nstep = [503]": r"faults\[0\]\.step: unknown setting\. Did you mean `steps`",
        "faults = [3]": r"faults\[0\]: expected a table, written as \[\[faults\]\]",
        "faults = 3": r"faults: expected a list whose items are \[\[faults\]\] tables",
    }.items():
        path.write_text(content)
        with pytest.raises(ConfigError, match=told):
            Config.from_file(path)


def test_429_as_the_quirk_has_it() -> None:
    """The fault 429 has success as text, or as the quirk wants it."""
    answers = [
        create_app(Config(faults=(Fault(("429",)),), quirks={"rate_limit_success": value}))
        .test_client()
        .get(VENDORS, headers=TOKEN)
        for value in ("text", "boolean")
    ]

    assert [("false", "documented"), (False, "assumed")] == [
        (answer.get_json()["success"], answer.headers["X-Smartflo-Fake-Evidence"]) for answer in answers
    ]


def test_a_leads_id_is_no_lists() -> None:
    """A rule for a list meets requests for that list, adding a lead too, and no lead that has the number as its id."""
    rule = Fault(("503",), list_id=8668, route="any", repeat=True)
    client = create_app(Config(faults=(rule,))).test_client()
    requests_ = (
        ("POST", "/v1/broadcast/lead/8668", {"field_0": "5550000042"}),
        ("GET", "/v1/broadcast/leads/8668", None),
        ("DELETE", "/v1/broadcast/list/8668", None),
        ("PUT", "/v1/broadcast/lead/8668", {"field_1": "Asha"}),
        ("GET", "/v1/broadcast/batch_status/8668", None),
    )

    assert [503, 503, 503, 404, 404] == [
        client.open(path, method=method, json=body, headers=TOKEN).status_code for method, path, body in requests_
    ]
