"""A client of the soak test: sends random writes and reads, one at a time, and lets the checker check them.

The client never repeats a request. If the connection is lost after a request was sent, or the response is 5xx, the
outcome of a write is unknown, and the client does not write to its registers again.
"""

import json
import random
import select
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Lock
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from smartflo_contract.factories import lead_list

from .checker import Change, Checker, Read, Write

BASE_LIST: Final = "8668"
"""A list that exists in every account. All clients of an account add leads to it."""
_GENERATED_PHONES: Final = frozenset(lead["field_0"][-10:] for lead in lead_list(0, int(BASE_LIST), 25))
"""The phone numbers in that list, ten digits each. A bulk deletion would delete the generated lead, too."""
_TIMEOUT_SECONDS: Final = 30
_PAUSE_SECONDS: Final = 0.05
"""Pause of a client while no fake accepts its connection."""
_EPOCH_SECONDS: Final = 60
"""After this time, the clients continue with new accounts, so that lists stay short in long runs."""
_MAX_LEADS: Final = 10
"""Number of leads from which a client rather deletes than adds."""
_MAX_LISTS: Final = 3
_MAX_DELETED_LISTS: Final = 20
"""Number of deleted lists of each account that are requested at the end. None of the others is in the list of lists."""
_NAME: Final = "soak "
"""Begin of the values that identify the leads and lists of a soak test."""


@dataclass
class Shared:
    """What the clients share.

    Attributes:
        checker: checks all operations.
        urls: URLs of the fakes.
        accounts: number of accounts at a time.
        lock: held while the checker is used, so that times do not decrease.
        existing: ids of the lists of each account that may exist.
        deleted: ids of the lists of each account that were deleted.
        list_ids: account and id of each list that was created, to detect an id that is used twice.
        counts: numbers of operations by name.
        started: time of the start, on the monotonic clock.
        acknowledged_at: time of the last acknowledged write, in seconds since the start.
        longest_pause: the longest time without an acknowledged write, in seconds.
    """

    checker: Checker
    urls: tuple[str, ...]
    accounts: int
    lock: Lock = field(default_factory=Lock)
    existing: dict[str, list[str]] = field(default_factory=dict)
    deleted: dict[str, list[str]] = field(default_factory=dict)
    list_ids: set[tuple[str, str]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    acknowledged_at: float = 0.0
    longest_pause: float = 0.0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def now(self) -> float:
        """Return the time in seconds since the start."""
        return time.monotonic() - self.started

    def number(self) -> int:
        """Return a number that was not returned before."""
        return next(self._numbers)

    def add_account(self, account: str) -> None:
        """Add an account with its base list."""
        self.existing.setdefault(account, [BASE_LIST])
        self.deleted.setdefault(account, [])

    def delete_list(self, account: str, list_id: str) -> None:
        """Note that a list was deleted."""
        self.existing[account].remove(list_id)
        self.deleted[account].append(list_id)

    def note_acknowledgment(self, now: float) -> None:
        """Measure the time since the last acknowledged write."""
        self.longest_pause = max(self.longest_pause, now - self.acknowledged_at)
        self.acknowledged_at = now


class _Lead(NamedTuple):
    """A lead of a client.

    Attributes:
        key: key of its register.
        list_id: list that contains it.
        phone: its phone number, ten digits.
        lead_id: its id; ``None`` if the response did not contain one.
    """

    key: str
    list_id: str
    phone: str
    lead_id: str | None = None


class _List(NamedTuple):
    """A list that a client has created."""

    key: str
    list_id: str
    lead_keys: list[str]
    """Keys of all leads that were ever added, those of unknown outcome included."""


class _Remembered(NamedTuple):
    """The last response with leads of a list."""

    entity_tag: str
    values: Mapping[str, Sequence[str]]


class UnavailableError(Exception):
    """No response: the connection was refused or lost, or the fake answered 5xx."""


class Client:
    """One of the clients.

    Args:
        number: number of the client, from 0 on.
        seed: seed of the whole run.
        shared: what the clients share.
    """

    def __init__(self, number: int, seed: int, shared: Shared) -> None:
        """Start without connections."""
        self.number = number
        self.shared = shared
        self.random = random.Random(f"{seed}/{number}")  # noqa: S311 - a reproducible choice, not a secret
        self._connections: dict[str, HTTPConnection] = {}
        self._remembered: dict[str, _Remembered] = {}
        self._leads: list[_Lead] = []
        self._lists: list[_List] = []
        self._account = ""

    def run(self, until: float) -> None:
        """Send requests until a time, in seconds since the start."""
        while self.shared.now() < until:
            if not self.run_one():
                time.sleep(self.random.uniform(0, _PAUSE_SECONDS))
        self.close()

    def run_one(self) -> bool:
        """Send one random request; return whether it got a response that is as expected."""
        self._enter_epoch()
        try:
            self._choose()()
        except UnavailableError:
            return False
        return True

    def read_everything(self) -> bool:
        """Read all lists of all accounts; return whether every read got a response."""
        try:
            for account, list_ids in self.shared.existing.items():
                self._account = account
                self._read_lists()
                for list_id in (*list_ids, *self.shared.deleted[account][-_MAX_DELETED_LISTS:]):
                    self._read_leads(list_id)
        except UnavailableError:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _enter_epoch(self) -> None:
        """Continue with a new account, and forget the leads and lists of the last one."""
        epoch = int(self.shared.now() / _EPOCH_SECONDS)
        account = f"soak-{epoch}-{self.number % self.shared.accounts}"
        if account != self._account:
            self._account = account
            self._leads, self._lists = [], []
            self._remembered.clear()
            with self.shared.lock:
                self.shared.add_account(account)

    def _choose(self) -> Callable[[], None]:
        """Return a random operation that is valid now."""
        weights: dict[Callable[[], None], int] = {self._read_lists: 6, self._read_any_leads: 30}
        if len(self._leads) < _MAX_LEADS:
            weights |= {self._add_lead: 18, self._add_leads: 9}
        if self._leads:
            more = 2 if len(self._leads) >= _MAX_LEADS else 1
            weights |= {self._update_lead: 15, self._delete_lead: 9 * more, self._patch_leads: 6}
            weights |= {self._delete_leads: 3 * more}
        if len(self._lists) < _MAX_LISTS:
            weights[self._create_list] = 1
        if self._lists:
            weights |= {self._rename_list: 3, self._delete_list: 1}
        return self.random.choices(list(weights), list(weights.values()))[0]

    def _add_lead(self) -> None:
        lead, row = self._new_lead(self._any_list())
        path = f"/v1/broadcast/lead/{lead.list_id}"
        body = row | {"duplicate_option": "clone"}
        changes = [self._change(lead, row["field_2"])]
        response = self._write("POST", path, body, "add a lead", changes)
        lead_id = response.get("lead_id")
        self._leads.append(lead._replace(lead_id=None if lead_id is None else str(lead_id)))

    def _add_leads(self) -> None:
        list_id = self._any_list()
        drafts = [self._new_lead(list_id) for _ in range(self.random.randint(2, 5))]
        body = {"data": [row for _, row in drafts], "duplicate_option": "clone"}
        changes = [self._change(lead, row["field_2"]) for lead, row in drafts]
        self._write("POST", f"/v1/broadcast/leads/{list_id}", body, f"add {len(drafts)} leads", changes)
        self._leads += [lead for lead, _ in drafts]

    def _update_lead(self) -> None:
        lead = self._take()
        value = self._value()
        changes = [self._change(lead, value)]
        if lead.lead_id is None:
            self._patch([lead], value, changes)
        else:
            self._write("PUT", f"/v1/broadcast/lead/{lead.lead_id}", {"field_2": value}, "update a lead", changes)
        self._leads.append(lead)

    def _patch_leads(self) -> None:
        leads, value = self._take_some(), self._value()
        self._patch(leads, value, [self._change(lead, value) for lead in leads])
        self._leads += leads

    def _patch(self, leads: Sequence[_Lead], value: str, changes: Sequence[Change]) -> None:
        body = {"field": "field_0", "data": [lead.phone for lead in leads], "lead_data": {"field_2": value}}
        path = f"/v1/broadcast/leads/{leads[0].list_id}"
        self._write(
            "PATCH", path, body, f"update {len(leads)} leads", changes, message=f"{_leads(len(leads))} updated."
        )

    def _delete_lead(self) -> None:
        lead = self._take()
        changes = [self._change(lead, None)]
        if lead.lead_id is None:
            self._delete([lead], changes)
        else:
            self._write("DELETE", f"/v1/broadcast/lead/{lead.lead_id}", None, "delete a lead", changes)

    def _delete_leads(self) -> None:
        leads = self._take_some()
        self._delete(leads, [self._change(lead, None) for lead in leads])

    def _delete(self, leads: Sequence[_Lead], changes: Sequence[Change]) -> None:
        body = {"field": "field_0", "data": [lead.phone for lead in leads]}
        path = f"/v1/broadcast/leads/{leads[0].list_id}"
        self._write(
            "DELETE", path, body, f"delete {len(leads)} leads", changes, message=f"{_leads(len(leads))} deleted."
        )

    def _create_list(self) -> None:
        key, name, shared = f"{_NAME}{self.shared.number()}", self._value(), self.shared
        change = Change(self._lists_container, key, name)
        response = self._write(
            "POST", "/v1/broadcast/list", {"name": name, "description": key}, "create a list", [change]
        )
        list_id = str(response.get("list_id"))
        with shared.lock:
            if (self._account, list_id) in shared.list_ids:
                shared.checker.report_response(
                    self.number, "create a list", self.shared.now(), f"the id {list_id} is that of another list"
                )
            shared.list_ids.add((self._account, list_id))
            shared.checker.add_leads_container(self._leads_container(list_id), self._lists_container, key)
            shared.existing[self._account].append(list_id)
        self._lists.append(_List(key, list_id, []))

    def _rename_list(self) -> None:
        mine = self._lists.pop(self.random.randrange(len(self._lists)))
        name = self._value()
        change = Change(self._lists_container, mine.key, name)
        self._write("PUT", f"/v1/broadcast/list/{mine.list_id}", {"name": name}, "rename a list", [change])
        self._lists.append(mine)

    def _delete_list(self) -> None:
        mine = self._lists.pop(self.random.randrange(len(self._lists)))
        self._leads = [lead for lead in self._leads if lead.list_id != mine.list_id]
        leads = self._leads_container(mine.list_id)
        changes = [Change(self._lists_container, mine.key, None), *(Change(leads, key, None) for key in mine.lead_keys)]
        self._write("DELETE", f"/v1/broadcast/list/{mine.list_id}", None, "delete a list", changes)
        with self.shared.lock:
            self.shared.delete_list(self._account, mine.list_id)

    def _read_any_leads(self) -> None:
        with self.shared.lock:
            list_ids = self.shared.existing[self._account] + self.shared.deleted[self._account][-1:]
        self._read_leads(self.random.choice(list_ids))

    def _read_lists(self) -> None:
        sent = self.shared.now()
        status, _, body = self._exchange("GET", "/v1/broadcast/lists")
        entries = [(entry["description"], entry["name"]) for entry in json.loads(body)] if status == 200 else None
        self._note_read(self._lists_container, sent, status, entries)

    def _read_leads(self, list_id: str) -> None:
        container = self._leads_container(list_id)
        remembered = self._remembered.get(container)
        conditional = remembered is not None and self.random.random() < 0.5
        headers = {"If-None-Match": remembered.entity_tag} if remembered and conditional else {}
        sent = self.shared.now()
        status, entity_tag, body = self._exchange("GET", f"/v1/broadcast/leads/{list_id}", headers=headers)
        entries = None
        if status == 304 and remembered:
            entries = [(key, value) for key, values in remembered.values.items() for value in values]
        elif status == 200:
            entries = [(lead["field_1"], lead["field_2"]) for lead in json.loads(body)]
        values = self._note_read(container, sent, status, entries)
        if values is not None and entity_tag:
            self._remembered[container] = _Remembered(entity_tag, values)

    def _note_read(
        self, container: str, sent: float, status: int, entries: Sequence[tuple[str, str]] | None
    ) -> Mapping[str, Sequence[str]] | None:
        """Let the checker check a read, and return the registers in it."""
        values: dict[str, list[str]] = {}
        for key, value in entries or ():
            if key.startswith(_NAME):
                values.setdefault(key, []).append(value)
        read = None if entries is None else values
        with self.shared.lock:
            now = self.shared.now()
            if status not in {200, 304, 404}:
                self.shared.checker.report_response(self.number, f"read {container}", now, f"status {status}")
            else:
                self.shared.checker.read(Read(self.number, container, sent, now, read))
            self.shared.counts[f"read, {status}"] += 1
            self.shared.counts["value read"] += len(values)
        return read

    def _write(
        self,
        method: str,
        path: str,
        body: object,
        action: str,
        changes: Sequence[Change],
        *,
        message: str | None = None,
    ) -> dict[str, Any]:
        """Send a write and return the response to it.

        Args:
            method: HTTP method.
            path: path.
            body: the body, which is sent as JSON; ``None`` for none.
            action: what is requested, for messages.
            changes: what the write changes.
            message: the message of the response; ``None`` for any.

        Raises:
            UnavailableError: the write was not sent, or its outcome is unknown, or it was rejected.
        """
        connection = self._connect()
        shared = self.shared
        write = Write(self.number, f"{action} ({method} {path})", tuple(changes), 0.0)
        with shared.lock:
            write.sent = self.shared.now()
            shared.checker.send(write)
        try:
            status, _, content = self._exchange(method, path, body=body, connection=connection)
            response: dict[str, Any] = json.loads(content)
        except UnavailableError:
            with shared.lock:
                shared.counts["write, unknown outcome"] += 1
            raise
        with shared.lock:
            now = self.shared.now()
            if status != 200 or message not in {None, response.get("message")}:
                shared.counts["write, rejected"] += 1
                shared.checker.reject(write, now, f"status {status}: {content[:200].decode(errors='replace')}")
                raise UnavailableError
            shared.counts["write, acknowledged"] += 1
            shared.note_acknowledgment(now)
            shared.checker.acknowledge(write, now)
        return response

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        connection: HTTPConnection | None = None,
    ) -> tuple[int, str, bytes]:
        """Send a request; return status, entity tag and body of the response.

        Raises:
            UnavailableError: there is no complete response, or it is 5xx.
        """
        connection = connection or self._connect()
        sent = {"Authorization": f"Bearer {self._account}", "Content-Type": "application/json", **(headers or {})}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException):
            self._drop(connection)
            self._count("response lost")
            raise UnavailableError from None
        if response.status >= 500:
            self._count(f"status {response.status}")
            if response.status != 503:
                self._report_server_error(method, path, response.status, content)
            raise UnavailableError
        return response.status, response.headers.get("ETag", ""), content

    def _connect(self) -> HTTPConnection:
        """Return a connection to any fake, often a new one: a connection stays with one worker.

        Raises:
            UnavailableError: the fake does not accept it.
        """
        url = self.random.choice(self.shared.urls)
        connection = self._connections.get(url)
        if connection is not None and (self.random.random() < 0.2 or _is_closed(connection)):
            self._drop(connection)
            connection = None
        if connection is None:
            parts = urlsplit(url)
            connection = HTTPConnection(str(parts.hostname), parts.port, timeout=_TIMEOUT_SECONDS)
            try:
                connection.connect()
            except OSError:
                self._count("connection refused")
                raise UnavailableError from None
            self._connections[url] = connection
        return connection

    def _drop(self, connection: HTTPConnection) -> None:
        connection.close()
        self._connections = {url: each for url, each in self._connections.items() if each is not connection}

    def _count(self, name: str) -> None:
        with self.shared.lock:
            self.shared.counts[name] += 1

    def _report_server_error(self, method: str, path: str, status: int, content: bytes) -> None:
        text = f"status {status}: {content[:200].decode(errors='replace')}"
        with self.shared.lock:
            self.shared.checker.report_response(self.number, f"{method} {path}", self.shared.now(), text)

    @property
    def _lists_container(self) -> str:
        return f"{self._account} lists"

    def _leads_container(self, list_id: str) -> str:
        return f"{self._account} leads of {list_id}"

    def _any_list(self) -> str:
        return self.random.choice([BASE_LIST, *(mine.list_id for mine in self._lists)])

    def _value(self) -> str:
        return f"v{self.shared.number()}"

    def _new_lead(self, list_id: str) -> tuple[_Lead, dict[str, str]]:
        """Return a new lead of a list, and what a client sends for it."""
        number = self.shared.number()
        while _phone(number) in _GENERATED_PHONES:
            number = self.shared.number()
        lead = _Lead(f"{_NAME}{number}", list_id, _phone(number))
        for mine in self._lists:
            if mine.list_id == list_id:
                mine.lead_keys.append(lead.key)
        return lead, {"field_0": lead.phone, "field_1": lead.key, "field_2": self._value()}

    def _change(self, lead: _Lead, value: str | None) -> Change:
        return Change(self._leads_container(lead.list_id), lead.key, value)

    def _take(self) -> _Lead:
        """Remove a lead from those that the client writes to; it returns after a write of known outcome."""
        return self._leads.pop(self.random.randrange(len(self._leads)))

    def _take_some(self) -> list[_Lead]:
        """Remove up to four leads of one list from those that the client writes to."""
        list_id = self._take_list_id()
        leads = [lead for lead in self._leads if lead.list_id == list_id][: self.random.randint(1, 4)]
        self._leads = [lead for lead in self._leads if lead not in leads]
        return leads

    def _take_list_id(self) -> str:
        return self.random.choice(self._leads).list_id


def _phone(number: int) -> str:
    return f"5550{number % 1_000_000:06}"


def _leads(number: int) -> str:
    return f"{number} lead" if number == 1 else f"{number} leads"


def _is_closed(connection: HTTPConnection) -> bool:
    """Return whether the server has closed an idle connection."""
    sock = connection.sock
    return sock is None or bool(select.select([sock], [], [], 0)[0])
