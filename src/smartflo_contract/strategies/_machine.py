"""A Hypothesis state machine over an account: histories of writes, broadcasts, advances and reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, cast

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    multiple,
    precondition,
    rule,
)

from smartflo_contract.factories import Lead
from smartflo_contract.schemas.assertions import assert_leads
from smartflo_contract.schemas.overlay import OverlaySource
from smartflo_contract.strategies._fake_account import FakeAccount
from smartflo_contract.strategies._list_model import NEW, PHONE_KEY, ListModel, same_number

_MAX_LISTS: Final = 2
_MAX_POSITION: Final = 9
_DAY_MINUTES: Final = 24 * 60
_INACTIVE, _ACTIVE, _PAUSED = 0, 1, 2
"""Status of a broadcast."""
_NUMBERS: Final = st.integers(0, 9).map("555000000{}".format)
"""Few numbers, so that histories have duplicates; the series cannot ring."""
_NAMES: Final = st.sampled_from(("Om", "Asha", 'Ravi "R" O\'Neil', "\u0906\u0936\u093e"))
_EMAILS: Final = st.sampled_from(("om@example.com", ""))
_OPTIONS: Final = st.sampled_from(["clone", "skip", "overwrite"])
_PRIORITIES: Final = st.integers(1, 30)
_ROWS: Final = st.lists(
    st.fixed_dictionaries({PHONE_KEY: _NUMBERS, "field_1": _NAMES, "priority": _PRIORITIES}), min_size=1, max_size=3
)
_KEYS: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "field_1": _NAMES,
    "field_2": _EMAILS,
    "priority": _PRIORITIES,
    PHONE_KEY: _NUMBERS,
}
_VALUES: Final = st.one_of(
    *(st.fixed_dictionaries({key: values}) for key, values in _KEYS.items()), st.fixed_dictionaries({}, optional=_KEYS)
)


class SmartfloMachine(RuleBasedStateMachine):
    """Arbitrary histories of an account on a fake, each step checked: what was acknowledged is there, and stays.

    Subclass it, and add rules and invariants that hold your client's view against :meth:`leads_of`. Each example has an
    account of its own.

    Attributes:
        base_url: scheme, host and port of the fake; set it on the class before the machine runs.
        email: login id of the account, which each example resets; empty for a new account in each example.
        password: its password.
        existing_lists: ids of lists of the fake that histories use too.
        overlay: overlay of the contract, as the fake has it.
        admin_token: token of the admin API, if the fake requires one.
        lists: bundle of the ids of lists.
        leads: bundle of the ids of leads.
        broadcasts: bundle of the ids of broadcasts.

    Raises:
        ConnectionError: no fake answers at the URL.
        InvalidArgument: the URL or an id of ``existing_lists`` is not valid.
        PermissionError: the fake is read-only, or rejects the login, the token or the admin token.
    """

    base_url: str = ""
    email: str = ""
    password: str = "any-password"  # noqa: S105 - not a secret
    existing_lists: ClassVar[Sequence[int]] = ()
    overlay: ClassVar[OverlaySource | None] = None
    admin_token: ClassVar[str | None] = None
    lists: ClassVar[Bundle[int]] = Bundle("lists")
    leads: ClassVar[Bundle[Any]] = Bundle("leads")
    broadcasts: ClassVar[Bundle[int]] = Bundle("broadcasts")

    def __init__(self) -> None:
        """Check the fake, and log in to the account."""
        super().__init__()
        self._unopened = _list_ids(self.existing_lists)
        self._account = FakeAccount(self.base_url, self.email, self.password, self.admin_token)
        self.email = self._account.email
        self._profile = self._account.profile()
        self._models: dict[int, ListModel] = {}

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that send an access token. It is replaced after each advance of the clock, so do not keep them."""
        return self._account.headers

    @property
    def list_ids(self) -> list[int]:
        """Ids of the lists of the history that exist."""
        return list(self._models)

    def leads_of(self, list_id: int) -> list[Lead]:
        """Return the leads of a list as the fake has them now, in its order."""
        self._read(list_id)
        return cast("list[Lead]", list(self._models[list_id].leads.values()))

    def send(self, method: str, path: str, body: object = None, *, rejected: bool = False) -> Any:
        """Send a request of the account, and return the decoded response.

        Args:
            method: HTTP method.
            path: path, from ``/v1`` or ``/__admin``.
            body: JSON body; ``None`` for none.
            rejected: whether the request must be rejected.

        Raises:
            AssertionError: the request is rejected although it must not be, or accepted although it must.
        """
        response = self._account.send(method, path, body)
        if response.is_error != rejected:
            message = f"{method} {path} was {'accepted' if rejected else 'rejected'}: {response}"
            raise AssertionError(message)
        return response.content

    def expect_added(self, list_id: int, rows: Iterable[Mapping[str, Any]], duplicate_option: str = "skip") -> None:
        """Expect leads that your client has added.

        Args:
            list_id: id of the list.
            rows: values of each lead, as the client has sent them.
            duplicate_option: ``skip``, ``overwrite`` or ``clone``, as the client has sent it.
        """
        for row in rows:
            self._models[list_id].add(row, duplicate_option)

    def expect_updated(self, lead_id: Any, values: Mapping[str, Any]) -> None:
        """Expect values of a lead that your client has changed.

        Args:
            lead_id: id of the lead.
            values: the new values; other keys keep theirs.
        """
        self._model_of(lead_id).update(lead_id, values)

    def expect_deleted(self, lead_id: Any) -> None:
        """Expect that a lead is gone that your client has deleted."""
        self._model_of(lead_id).delete(lead_id)

    def check_lists(self) -> None:
        """Read the lists that may have changed since they were read, and compare them with the history.

        Raises:
            AssertionError: a list violates the contract, or is not as the history requires.
        """
        for list_id, model in self._models.items():
            if not model.is_read:
                self._read(list_id)

    @precondition(lambda self: len(self.list_ids) < _MAX_LISTS)
    @rule(target=lists, name=_NAMES)
    def create_list(self, name: str) -> int:
        """Create a list without leads."""
        list_id = int(self.send("POST", "/v1/broadcast/list", {"name": name})["list_id"])
        self._models[list_id] = ListModel(list_id)
        self._check_list_ids()
        return list_id

    @precondition(lambda self: self._unopened)
    @rule(target=lists, list_id=st.runner().flatmap(lambda self: st.sampled_from(self._unopened)))
    def open_list(self, list_id: int) -> int:
        """Use a list that the fake has from the start."""
        self._unopened.remove(list_id)
        self._models[list_id] = ListModel(list_id)
        self._models[list_id].adopt(self._checked_leads(list_id))
        return list_id

    @precondition(lambda self: self.existing_lists)
    @rule(target=leads, list_id=lists, position=st.integers(0, _MAX_POSITION))
    def select_lead(self, list_id: int, position: int) -> Any:
        """Select a lead by its position in a list."""
        lead_ids = list(self._models[list_id].leads)
        return lead_ids[position] if position < len(lead_ids) else multiple()

    @rule(
        target=leads,
        list_id=lists,
        field_0=_NUMBERS,
        field_1=_NAMES,
        priority=_PRIORITIES,
        duplicate_option=_OPTIONS,
    )
    def add_lead(self, list_id: int, duplicate_option: str, **values: Any) -> MultipleResults[Any]:
        """Add a lead."""
        self.send("POST", f"/v1/broadcast/lead/{list_id}", values | {"duplicate_option": duplicate_option})
        self.expect_added(list_id, [values], duplicate_option)
        return multiple(*self._read(list_id))

    @rule(target=leads, list_id=lists, data=_ROWS, duplicate_option=_OPTIONS)
    def add_leads(self, list_id: int, data: list[dict[str, Any]], duplicate_option: str) -> MultipleResults[Any]:
        """Add some leads in one request."""
        self.send("POST", f"/v1/broadcast/leads/{list_id}", {"data": data, "duplicate_option": duplicate_option})
        self.expect_added(list_id, data, duplicate_option)
        return multiple(*self._read(list_id))

    @rule(lead_id=leads, values=_VALUES)
    def update_lead(self, lead_id: Any, values: dict[str, Any]) -> None:
        """Change some values of a lead."""
        is_deleted = self._find(lead_id) is None
        self.send("PUT", f"/v1/broadcast/lead/{lead_id}", values, rejected=is_deleted)
        if not is_deleted:
            self.expect_updated(lead_id, values)
            self.check_lists()

    @rule(lead_id=leads)
    def redial_lead(self, lead_id: Any) -> None:
        """Make a lead New, so that it is called again."""
        self.update_lead(lead_id, {"dial_status": NEW})

    @rule(lead_id=consumes(leads))
    def delete_lead(self, lead_id: Any) -> None:
        """Delete a lead."""
        is_deleted = self._find(lead_id) is None
        self.send("DELETE", f"/v1/broadcast/lead/{lead_id}", rejected=is_deleted)
        if not is_deleted:
            self.expect_deleted(lead_id)
            self.check_lists()

    @precondition(lambda self: len(self.list_ids) > 1 and any(model.leads for model in self._models.values()))
    @rule(list_id=consumes(lists))
    def delete_list(self, list_id: int) -> None:
        """Delete a list with its leads."""
        self.send("DELETE", f"/v1/broadcast/list/{list_id}")
        del self._models[list_id]
        self._check_list_ids()

    @rule(
        target=broadcasts,
        list_id=lists,
        concurrent_limit=st.integers(1, 5),
        number_of_retry=st.integers(0, 5),
        retry_after_minutes=st.integers(1, 60),
    )
    def start_broadcast(self, list_id: int, **settings: int) -> int:
        """Create a broadcast of a list, and start it unless another one dials the list."""
        body = {"name": "History", "phone_number_list": list_id, **settings}
        broadcast_id = int(self.send("POST", "/v1/broadcast", body)["broadcast_id"])
        self.restart_broadcast(broadcast_id)
        return broadcast_id

    @rule(broadcast_id=broadcasts)
    def restart_broadcast(self, broadcast_id: int) -> None:
        """Start a broadcast that has ended; this is rejected while a broadcast dials its list."""
        self._change_broadcast("start", broadcast_id, (_INACTIVE,))

    @rule(broadcast_id=broadcasts)
    def pause_broadcast(self, broadcast_id: int) -> None:
        """Pause a broadcast; this is rejected unless it is active."""
        self._change_broadcast("pause", broadcast_id, (_ACTIVE,))

    @rule(broadcast_id=broadcasts)
    def resume_broadcast(self, broadcast_id: int) -> None:
        """Resume a broadcast; this is rejected unless it is paused."""
        self._change_broadcast("resume", broadcast_id, (_PAUSED,))

    @rule(broadcast_id=broadcasts)
    def end_broadcast(self, broadcast_id: int) -> None:
        """End a broadcast; this is rejected unless it is active or paused."""
        self._change_broadcast("end", broadcast_id, (_ACTIVE, _PAUSED))

    @precondition(lambda self: self.list_ids)
    @rule(minutes=st.integers(1, _DAY_MINUTES))
    def advance(self, minutes: int) -> None:
        """Advance the clock of the account, so that broadcasts call leads, and get a new token."""
        self.send("PATCH", "/__admin/clock", {"advance": minutes * 60})
        for model in self._models.values():
            model.advance()
        self._account.log_in()
        self.check_lists()

    @rule(list_id=lists, number=_NUMBERS)
    def read_leads(self, list_id: int, number: str) -> None:
        """Read all leads of a list, and those that have a number."""
        self._read(list_id)
        found = self.send("GET", f"/v1/broadcast/leads/{list_id}?number={number}")
        for lead_id, lead in self._models[list_id].leads.items():
            if same_number(lead[PHONE_KEY], number) and lead not in found:
                message = f"list {list_id} has lead {lead_id} with the number {number}, but ?number= does not return it"
                raise AssertionError(message)

    def teardown(self) -> None:
        """Reset the account, and close the connections."""
        self._account.reset()
        self._account.close()

    def _check_list_ids(self) -> None:
        missing = set(self._models).difference(int(entry["id"]) for entry in self.send("GET", "/v1/broadcast/lists"))
        if missing:
            message = f"the account has lost lists that nobody deleted: {sorted(missing)}"
            raise AssertionError(message)

    def _read(self, list_id: int) -> list[Any]:
        """Read a list, compare it with the history, and return the ids of new leads."""
        return self._models[list_id].compare(self._checked_leads(list_id))

    def _checked_leads(self, list_id: int) -> list[Lead]:
        """Return the leads of a list, valid under the contract."""
        leads: list[Lead] = self.send("GET", f"/v1/broadcast/leads/{list_id}")
        assert_leads(leads, profile=self._profile, overlay=self.overlay)
        return leads

    def _change_broadcast(self, event: str, broadcast_id: int, statuses: tuple[int, ...]) -> None:
        """Change a broadcast, or expect a rejection if it does not have one of some statuses."""
        broadcasts = self.send("GET", "/v2/broadcasts?limit=100")["results"]
        broadcast = next(one for one in broadcasts if int(one["id"]) == broadcast_id)
        list_id = int(broadcast["list_id"])
        model = self._models.get(list_id)
        is_possible = broadcast["status"] in statuses
        if event == "start":
            is_busy = any(int(one["list_id"]) == list_id and one["status"] != _INACTIVE for one in broadcasts)
            is_possible = model is not None and not is_busy
        self.send("GET", f"/v1/broadcast/{event}/{broadcast_id}", rejected=not is_possible)
        if model is not None and is_possible and event in {"start", "resume"}:
            model.dial()
        self.check_lists()

    def _find(self, lead_id: Any) -> ListModel | None:
        return next((model for model in self._models.values() if lead_id in model.leads), None)

    def _model_of(self, lead_id: Any) -> ListModel:
        model = self._find(lead_id)
        if model is None:
            message = f"no list of the history has a lead with the id {lead_id!r}"
            raise InvalidArgument(message)
        return model


def _list_ids(existing_lists: object) -> list[int]:
    """Return the ids of ``existing_lists``, each once.

    Raises:
        InvalidArgument: they are no sequence of ids.
    """
    if isinstance(existing_lists, Iterable) and not isinstance(existing_lists, str | bytes):
        list_ids = list(existing_lists)
        if all(type(list_id) is int and list_id > 0 for list_id in list_ids):
            return list(dict.fromkeys(list_ids))
    message = f"existing_lists: expected ids of lists as integers, such as (8668,), got {existing_lists!r}"
    raise InvalidArgument(message)
