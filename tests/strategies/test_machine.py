"""The state machine over an account: it passes on our fake, finds what a fake does wrong, and rejects bad input."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis.errors import InvalidArgument
from hypothesis.stateful import rule, run_state_machine_as_test

from smartflo_contract.mock_server import Config, FakeSmartflo, Fault, Login
from smartflo_contract.strategies import SmartfloMachine

NUMBER, OTHER = "5550000001", "5550000002"
LEADS = "/v1/broadcast/leads"
Falsify = Callable[[list[dict[str, Any]]], object]


class DefaultLists(SmartfloMachine):
    """Histories that use a list of the fake too."""

    existing_lists = (8668,)


class Falsified(SmartfloMachine):
    """Reads lists of leads that are falsified, as an API with a defect would return them."""

    falsify: ClassVar[Falsify | None] = None

    def send(self, method: str, path: str, body: object = None, *, rejected: bool = False) -> Any:
        """Falsify the leads of the response."""
        content = super().send(method, path, body, rejected=rejected)
        falsify = type(self).falsify
        if method == "GET" and path.startswith(LEADS) and falsify is not None:
            content = [dict(lead) for lead in content]
            falsify(content)
        return content


@pytest.fixture(name="fake", scope="module")
def _fake() -> Iterator[FakeSmartflo]:
    with FakeSmartflo() as fake:
        yield fake


@pytest.fixture(name="machine")
def _machine(fake: FakeSmartflo) -> Iterator[Falsified]:
    """Yield a machine whose steps a test takes itself, and whose reads it may falsify."""
    machine = on(fake.url, Falsified)
    yield machine
    Falsified.falsify = None
    machine.teardown()


_Machine = TypeVar("_Machine", bound=SmartfloMachine)


def on(url: str, machine: type[_Machine], **attributes: str) -> _Machine:
    """Return a machine for a fake."""
    for name, value in {"base_url": url, **attributes}.items():
        setattr(machine, name, value)
    return machine()


def add(machine: Any, list_id: int, number: str = NUMBER, option: str = "clone", name: str = "Om") -> Any:
    """Add a lead, and return the id of the new lead, ``None`` without one."""
    added = machine.add_lead(list_id=list_id, field_0=number, field_1=name, priority=2, duplicate_option=option)
    return next(iter(added.values), None)


def run(fake: FakeSmartflo, examples: int, steps: int = 50, machine: type[SmartfloMachine] = DefaultLists) -> None:
    """Run a machine on a fake, without shrinking."""
    machine.base_url = fake.url
    run_state_machine_as_test(
        machine,
        settings=settings(
            SmartfloMachine.TestCase.settings,
            derandomize=True,
            database=None,
            max_examples=examples,
            stateful_step_count=steps,
            phases=[Phase.generate],
            report_multiple_bugs=False,
        ),
    )


@pytest.mark.parametrize("examples", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_fake_keeps_what_it_acknowledges(fake: FakeSmartflo, examples: int) -> None:
    """No history of our own fake breaks a rule."""
    run(fake, examples, steps=50 if examples > 5 else 20)


@pytest.mark.slow
def test_fake_with_a_store_keeps_what_it_acknowledges(store_url: str | None) -> None:
    """The same with each store."""
    with FakeSmartflo(Config(store=store_url)) as fake:
        run(fake, 10)


@pytest.mark.slow
def test_every_profile_keeps_what_it_acknowledges(profile: str) -> None:
    """The same with each profile."""
    with FakeSmartflo(Config(profile=profile)) as fake:
        run(fake, 10)


def test_every_step_is_possible(fake: FakeSmartflo) -> None:
    """A history with each kind of step, possible and impossible ones."""
    machine: Any = on(fake.url, DefaultLists)
    list_id, other = machine.create_list(name="March"), machine.open_list(list_id=8668)
    lead = add(machine, list_id)
    broadcast = machine.start_broadcast(list_id=list_id, concurrent_limit=1, number_of_retry=5, retry_after_minutes=1)
    machine.restart_broadcast(broadcast_id=broadcast)  # rejected: it is active
    machine.resume_broadcast(broadcast_id=broadcast)  # rejected: it is not paused
    machine.pause_broadcast(broadcast_id=broadcast)
    machine.resume_broadcast(broadcast_id=broadcast)
    machine.advance(minutes=60)
    machine.redial_lead(lead_id=lead)
    machine.update_lead(lead_id=lead, values={"field_1": "Asha", "priority": 3})
    machine.read_leads(list_id=list_id, number=NUMBER)
    machine.end_broadcast(broadcast_id=broadcast)
    selected = machine.select_lead(list_id=other, position=3)
    machine.delete_lead(lead_id=selected)
    machine.delete_lead(lead_id=selected)  # rejected: it is gone
    machine.delete_list(list_id=list_id)
    machine.restart_broadcast(broadcast_id=broadcast)  # rejected: its list is gone
    machine.update_lead(lead_id=lead, values={"field_1": "Om"})  # rejected: so is the lead

    assert [8668] == machine.list_ids
    assert 24 == len(machine.leads_of(8668))
    assert not machine.select_lead(list_id=add_list(machine), position=0).values
    machine.teardown()


def add_list(machine: Any) -> int:
    """Create a list and return its id."""
    list_id: int = machine.create_list(name="April")
    return list_id


@pytest.mark.parametrize("option", ["clone", "skip", "overwrite"])
def test_number_that_the_list_has(machine: Any, option: str) -> None:
    """A duplicate is one more lead, none, or new values of the lead; of several leads one is overwritten."""
    list_id = add_list(machine)
    add(machine, list_id)
    add(machine, list_id, name="Ira", option=option)
    clone = add(machine, list_id)
    add(machine, list_id, name="Uma", option=option)
    rows = [{"field_0": OTHER, "field_1": name} for name in ("Neha", "Dev")]
    machine.add_leads(list_id=list_id, data=rows, duplicate_option=option)
    names = [str(lead["field_1"]) for lead in machine.leads_of(list_id)]

    assert clone is not None
    assert {
        "clone": ["Om", "Ira", "Om", "Uma", "Neha", "Dev"],
        "skip": ["Om", "Om", "Neha"],
        "overwrite": ["Uma", "Om", "Dev"],
    }[option] == names


def dropped(leads: list[dict[str, Any]]) -> None:
    """Drop the last lead."""
    leads.pop()


def changed(**values: Any) -> Falsify:
    """Change values of each lead."""
    return lambda leads: [lead.update(values) for lead in leads]


STEPS: dict[str, Callable[[Any, int, Any], object]] = {
    "read": lambda machine, list_id, _: machine.leads_of(list_id),
    "add": lambda machine, list_id, _: add(machine, list_id, OTHER),
    "update": lambda machine, _, lead: machine.update_lead(lead_id=lead, values={"field_1": "Ira"}),
    "advance": lambda machine, *_: machine.advance(minutes=1),
    "find": lambda machine, list_id, _: machine.read_leads(list_id=list_id, number=NUMBER),
}


@pytest.mark.parametrize(
    ("step", "falsify", "message"),
    [
        ("read", dropped, r"list 10002 has lost lead \w+, which nobody deleted"),
        ("add", dropped, r"has lost an added lead: \{'dial_status': 1, 'call_count': 0, 'field_0': '5550000002'"),
        ("add", changed(field_1="Dev"), r"with field_1 'Dev', expected 'Om': nobody wrote it"),
        ("add", lambda leads: leads[-1].update(priority=30), r"'priority': 2\}; it has \[\{.*'priority': 30\}\]"),
        ("read", lambda leads: leads.append(leads[0] | {"id": "0" * 24, "lead_id": "0" * 24}), "that nobody added"),
        ("update", changed(field_1="Om"), r"with field_1 'Om', expected 'Ira': the value written"),
        ("update", changed(priority=30), r"with priority 30, expected 2: nobody wrote it"),
        ("read", changed(priority=31), "response violates the contract"),
        ("read", lambda leads: leads[0].pop("dial_status"), "response violates the contract"),
    ],
)
def test_finds_what_a_read_shows(machine: Any, step: str, falsify: Falsify, message: str) -> None:
    """The message names the list, the lead, the value and what was expected."""
    list_id = add_list(machine)
    lead = add(machine, list_id)
    Falsified.falsify = falsify
    with pytest.raises(AssertionError, match=message):
        STEPS[step](machine, list_id, lead)


@pytest.mark.parametrize(
    ("falsify", "message"),
    [
        (changed(call_count=0), "with call_count 0 after [1-6]: it fell"),
        (changed(dial_status=1), "that is New again, although nobody set its dial_status"),
    ],
)
def test_finds_calls_that_are_undone(machine: Any, falsify: Falsify, message: str) -> None:
    """A call that was made stays made, however much time passes."""
    list_id = add_list(machine)
    for number in range(10):
        add(machine, list_id, f"555000001{number}")
    machine.start_broadcast(list_id=list_id, concurrent_limit=5, number_of_retry=5, retry_after_minutes=1)
    machine.advance(minutes=60)
    Falsified.falsify = falsify
    with pytest.raises(AssertionError, match=message):
        machine.advance(minutes=1)


def test_finds_a_deleted_lead_that_is_back(machine: Any) -> None:
    """What was deleted stays deleted."""
    list_id = add_list(machine)
    lead_id = add(machine, list_id)
    (lead,) = machine.leads_of(list_id)
    machine.delete_lead(lead_id=lead_id)
    Falsified.falsify = lambda leads: leads.append(dict(lead))
    with pytest.raises(AssertionError, match=f"has lead {lead_id} again, which was deleted"):
        machine.leads_of(list_id)


def test_finds_a_filter_that_loses_leads(fake: FakeSmartflo) -> None:
    """A read by number returns every lead with the number."""

    class Filtered(SmartfloMachine):
        def send(self, method: str, path: str, body: object = None, *, rejected: bool = False) -> Any:
            content = super().send(method, path, body, rejected=rejected)
            return [] if "?number=" in path else content

    machine: Any = on(fake.url, Filtered)
    list_id = add_list(machine)
    add(machine, list_id)
    machine.read_leads(list_id=list_id, number=OTHER)
    with pytest.raises(AssertionError, match=rf"has lead \w+ with the number {NUMBER}, but \?number= does not"):
        machine.read_leads(list_id=list_id, number=NUMBER)
    machine.teardown()


def test_finds_lost_lists_and_wrong_statuses(machine: Any) -> None:
    """A list that was deleted behind the machine's back is lost; a rejected request must be rejected."""
    list_id = add_list(machine)
    machine.send("GET", "/v1/broadcast/start/1", rejected=True)
    machine.send("DELETE", f"/v1/broadcast/list/{list_id}")
    with pytest.raises(AssertionError, match=rf"has lost lists that nobody deleted: \[{list_id}\]"):
        add_list(machine)
    with pytest.raises(AssertionError, match=rf"GET {LEADS}/{list_id} was rejected: 404 .* \(this account has no"):
        machine.leads_of(list_id)
    with pytest.raises(AssertionError, match="GET /v1/broadcast/lists was accepted: 200"):
        machine.send("GET", "/v1/broadcast/lists", rejected=True)


def test_finds_a_response_that_is_not_json(machine: Any) -> None:
    """The contract rejects a page of HTML with status 200."""
    list_id = add_list(machine)
    machine.send("POST", "/__admin/faults", {"steps": ["html"]})
    with pytest.raises(AssertionError, match="response violates the contract"):
        machine.leads_of(list_id)


def test_expects_what_another_client_writes(machine: Any) -> None:
    """Writes of the client under test are part of the history once the machine is told."""
    list_id = add_list(machine)
    rows = [{"field_0": NUMBER}, {"field_0": OTHER}, {"field_0": NUMBER}]
    machine.send("POST", f"{LEADS}/{list_id}", {"data": rows, "duplicate_option": "skip"})
    machine.expect_added(list_id, rows)
    machine.check_lists()
    machine.check_lists()
    first, second = (lead["lead_id"] for lead in machine.leads_of(list_id))
    machine.send("PUT", f"/v1/broadcast/lead/{first}", {"field_1": "Om"})
    machine.expect_updated(first, {"field_1": "Om"})
    machine.send("DELETE", f"/v1/broadcast/lead/{second}")
    machine.expect_deleted(second)

    assert ["Om"] == [lead["field_1"] for lead in machine.leads_of(list_id)]
    with pytest.raises(InvalidArgument, match="no list of the history has a lead with the id"):
        machine.expect_deleted(second)


def test_account_is_that_of_the_login(fake: FakeSmartflo) -> None:
    """With an e-mail address, a machine uses the account of this login, and resets it first."""

    class Mine(SmartfloMachine):
        email = "one@example.com"

    first = on(fake.url, Mine)
    lists = {entry["id"] for entry in first.send("GET", "/v1/broadcast/lists")}
    add_list(first)
    second = on(f"{fake.url}/", Mine)

    assert lists == {entry["id"] for entry in second.send("GET", "/v1/broadcast/lists")}
    assert second.headers["Authorization"].startswith("Bearer ")
    second.teardown()


@pytest.mark.slow
def test_shrinks_to_a_short_history(fake: FakeSmartflo) -> None:
    """A rule of the user fails: the report is the history that matters, as Python code."""

    class Crm(SmartfloMachine):
        base_url = fake.url

        @rule(list_id=SmartfloMachine.lists)
        def sync(self, list_id: int) -> None:
            assert not self.leads_of(list_id)

    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(
            Crm,
            settings=settings(
                Crm.TestCase.settings, derandomize=True, database=None, max_examples=30, stateful_step_count=4
            ),
        )
    lines = [line for line in "\n".join(caught.value.__notes__).splitlines() if line.startswith(("state.", "(leads"))]

    assert len(lines) <= 4


ADMIN = "secret"
REJECTED = {
    "auth": (Config(faults=[Fault(steps=[401, 401], route="any")]), r"rejects the login of .*: 401"),
    "token": (
        Config(faults=[Fault(steps=[401, 401], route="GET /v1/broadcast/lists")]),
        r"rejects the token of .*@example\.com: 401",
    ),
    "login": (Config(logins=[Login("one@example.com", "secret")]), "pass the email and password of a login"),
    "read-only": (Config(read_only=True), "is read-only; start it with one worker and without --read-only"),
    "admin": (Config(admin_token=ADMIN), "send the admin token .*; set admin_token"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_rejects_a_fake_that_it_cannot_use(case: str) -> None:
    """One line states what the fake rejects, before any step."""
    config, message = REJECTED[case]
    with FakeSmartflo(config) as fake, pytest.raises(PermissionError, match=message) as caught:
        on(fake.url, Falsified)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "ftp://127.0.0.1", "http://[", "http://127.0.0.1/?x", 8080])
def test_rejects_an_invalid_url(url: Any) -> None:
    """The message shows the value, and what is expected."""
    with pytest.raises(InvalidArgument, match=r"base_url: expected the URL of a running fake, such as smartflo\.url"):
        on(url, Falsified)


@pytest.mark.parametrize("existing_lists", [8668, "8668", ["8668"], [None], [True], [[8668]]])
def test_rejects_existing_lists_that_are_no_ids(fake: FakeSmartflo, existing_lists: Any) -> None:
    """The message shows the value; a string was reported as a failure of the client."""
    machine = type("Machine", (SmartfloMachine,), {"existing_lists": existing_lists})
    with pytest.raises(InvalidArgument, match=r"existing_lists: expected ids of lists as integers, such as \(8668,\)"):
        on(fake.url, machine)


def test_rejects_what_is_no_fake(fake: FakeSmartflo) -> None:
    """A server that does not answer, or that is another one: the machine writes to fakes only."""
    with pytest.raises(ConnectionError, match=r"/v1 is not a fake Smartflo: GET /__admin/version returns 404"):
        on(f"{fake.url}/v1", Falsified)
    with pytest.raises(ConnectionError, match=r"no fake answers at http://127\.0\.0\.1:1 \(.*\); start one"):
        on("http://127.0.0.1:1", Falsified)


def test_uses_the_admin_token_and_the_scheme_of_the_fake() -> None:
    """A fake may require an admin token, and tokens without ``Bearer``."""

    class Admin(SmartfloMachine):
        admin_token = ADMIN

    with FakeSmartflo(Config(admin_token=ADMIN, quirks={"auth_scheme": "raw"})) as fake:
        machine = on(fake.url, Admin)
        add_list(machine)
        machine.advance(minutes=90)
        machine.teardown()

    assert not machine.headers["Authorization"].startswith("Bearer ")
