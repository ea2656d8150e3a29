"""The account that a test has on the fake: its lists, what goes wrong, its clock, and the requests that came."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Final

from flask.testing import FlaskClient

from smartflo_contract.factories import Lead
from smartflo_contract.live.client.credentials import VENDOR_HOSTS
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.pytest_plugin._assertion_messages import differing, unlike, wanted
from smartflo_contract.pytest_plugin._interception import host_names, intercepted
from smartflo_contract.schemas import Contract, load_contract

_ADMIN: Final = "/__admin"
_DURATIONS: Final = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
_PAGE: Final = 10_000
"""Leads that are read at a time."""


class LeadList:
    """A lead list of the account.

    Attributes:
        id: of the list.
    """

    def __init__(self, account: "Smartflo", list_id: int) -> None:
        """Belong to an account."""
        self.id = list_id
        self._account = account

    def __repr__(self) -> str:
        """Tell the account and the id."""
        return f"<LeadList {self.id} of {self._account!r}>"

    @property
    def url(self) -> str:
        """Where its leads are read."""
        return f"{self._account.url}/v1/broadcast/leads/{self.id}"

    @property
    def leads(self) -> list[Lead]:
        """Its leads as they are now; looking at them is no request."""
        found: list[Lead] = []
        while True:
            page = self._account.admin("GET", f"/lists/{self.id}/leads?offset={len(found)}&limit={_PAGE}")["leads"]
            found += page
            if len(page) < _PAGE:
                return found


class Clock:
    """The clock of an account; tokens, lock-outs, batches and the times of new leads follow it."""

    def __init__(self, account: "Smartflo") -> None:
        """Belong to an account."""
        self._account = account

    @property
    def now(self) -> datetime:
        """What it shows, in UTC."""
        __tracebackhide__ = True
        told: dict[str, Any] = self._account.admin("GET", "/clock")
        return datetime.fromtimestamp(told["now"] / 1_000, UTC)

    def advance(self, **duration: float) -> None:
        """Go on by a duration.

        Args:
            duration: as :class:`datetime.timedelta` takes it: ``hours=2``, ``seconds=1.5``.

        Raises:
            ValueError: there is no such unit, or the clock cannot go there.
        """
        __tracebackhide__ = True
        unknown = [name for name in duration if name not in _DURATIONS]
        if unknown:
            message = f"advance: there is no `{unknown[0]}`; there are {', '.join(_DURATIONS)}"
            raise ValueError(message)
        self._account.admin("PATCH", "/clock", {"advance": timedelta(**duration).total_seconds()})

    def set(self, now: datetime | str) -> None:
        """Show another time; a clock that runs goes on from there.

        Args:
            now: a time, or its ISO 8601; one without a zone is in UTC.
        """
        __tracebackhide__ = True
        self._account.admin("PATCH", "/clock", {"now": _iso(now)})

    def freeze(self, now: datetime | str | None = None) -> None:
        """Stand still until it is advanced, set, or started.

        Args:
            now: the time to stand at; ``None`` for what it shows.
        """
        __tracebackhide__ = True
        self._account.admin("PATCH", "/clock", {"frozen": True} | ({} if now is None else {"now": _iso(now)}))

    def start(self) -> None:
        """Go on from what it shows."""
        __tracebackhide__ = True
        self._account.admin("PATCH", "/clock", {"frozen": False})


class Smartflo:
    """An account on the fake.

    Attributes:
        email: login id of the account; a client that logs in with it has the same account.
        password: any but ``wrong`` would do.
        token: an access token of the account, which expires after an hour of its clock.
        seed: of the lists that are added.
        clock: its clock.
        lists: those that were made with :meth:`add_list`, in their order.
    """

    password: Final = "any-password"  # noqa: S105 - it opens nothing

    def __init__(self, fake: FakeSmartflo, config: Config, email: str, seed: int | None = None) -> None:
        """Belong to a fake that runs."""
        self.email = email
        self.seed = config.seed if seed is None else seed
        self.clock = Clock(self)
        self._fake = fake
        self._config = config
        self._admin = fake.app.test_client()
        self.token = fake.token(email)
        self.lists: list[LeadList] = []
        self._bearer = config.quirks.get("auth_scheme") == "bearer"

    def __repr__(self) -> str:
        """Tell the fake and the account."""
        return f"<Smartflo at {self.url}, account of {self.email}>"

    @property
    def url(self) -> str:
        """Scheme, host and port; the API's paths begin with ``/v1``."""
        return self._fake.url

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request of the account; the token is raw, unless the quirk ``auth_scheme`` is ``bearer``."""
        return {"Authorization": f"Bearer {self.token}" if self._bearer else self.token}

    @property
    def client(self) -> FlaskClient:
        """A test client that sends the token, in process."""
        client = self._fake.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = self.headers["Authorization"]
        return client

    @property
    def contract(self) -> Contract:
        """What the account's leads are like."""
        return load_contract(self.admin("GET", "/profile")["profile"], self._config.overlay)

    def add_list(
        self,
        *,
        columns: Sequence[str] | None = None,
        leads: int | Iterable[Mapping[str, Any]] = 0,
        name: str | None = None,
        id: int | None = None,  # noqa: A002 - the API's key
        seed: int | None = None,
    ) -> LeadList:
        """Make a lead list.

        Args:
            columns: names in ``header``; the nine of the vendor's example unless given.
            leads: how many, or the leads: each has the keys that are given, and else what the list would have next.
            name: shown as ``list_name``.
            id: instead of a free one; a list that is there is replaced.
            seed: of the list; that of the account unless given.

        Raises:
            ValueError: it cannot be so; the message says why.
        """
        __tracebackhide__ = True
        if isinstance(columns, str):
            message = f"columns: expected a list of names, got the text `{columns}`"
            raise ValueError(message)  # noqa: TRY004 - as all that cannot be so
        said = {
            "columns": columns and list(columns),
            "name": name,
            "seed": self.seed if seed is None else seed,
            **_leads(leads),
        }
        body = {key: value for key, value in said.items() if value is not None}
        made = self.admin("POST", "/lists", body) if id is None else self.admin("PUT", f"/lists/{id}", body)
        self.lists.append(LeadList(self, made["id"]))
        return self.lists[-1]

    def add_leads(self, list_id: int, leads: int | Iterable[Mapping[str, Any]]) -> list[Lead]:
        """Add leads to a list and return them whole.

        Args:
            list_id: the list.
            leads: how many, or the leads; see :meth:`add_list`.

        Raises:
            ValueError: there is no such list, or the leads cannot be.
        """
        __tracebackhide__ = True
        given = [{}] * leads if isinstance(leads, int) else list(map(dict, leads))
        added: list[Lead] = self.admin("POST", f"/lists/{list_id}/leads", {"leads": given})["leads"]
        return added

    def load(self, leads: str | PathLike[str] | Iterable[Mapping[str, Any]]) -> LeadList:
        """Make a list of leads that are as they are, under the id that they have: nothing is made for missing keys.

        Args:
            leads: a JSON array of leads in a file, such as ``smartflo-contract record`` writes, by its path; or the
                leads.

        Raises:
            ValueError: there are no leads, or they cannot be a list.
        """
        __tracebackhide__ = True
        content = _decoded(Path(leads)) if isinstance(leads, str | PathLike) else list(leads)
        if not (isinstance(content, list) and content and all(isinstance(lead, Mapping) for lead in content)):
            what = f"{leads}: expected a JSON array of" if isinstance(leads, str | PathLike) else "leads: expected"
            message = f"{what} leads, one at least"
            raise ValueError(message)
        list_id = content[0].get("list_id")
        if type(list_id) is not int or not is_list_id(str(list_id)):
            list_id = self.admin("POST", "/lists", {"size": 0})["id"]
        self.admin("PUT", f"/lists/{list_id}/leads", list(map(dict, content)))
        self.lists.append(LeadList(self, list_id))
        return self.lists[-1]

    def fail(self, *steps: int | str, list_id: int | None = None, at: int | None = None, **settings: Any) -> None:
        """Have reads of leads go wrong, one step a request; afterwards all is well.

        Args:
            steps: a status, the name of a fault, or ``ok`` for each ``GET /v1/broadcast/leads/{id}`` in turn; other
                requests go wrong with ``route="POST /v1/broadcast/lead/{id}"``, or ``route="any"``.
            list_id: only requests for this list.
            at: one request alone goes wrong, by its number, counted from 1.
            settings: the others of a fault, such as ``seconds=2``; ``smartflo-contract faults`` lists them.

        Raises:
            ValueError: there is no such fault, or no such setting.
        """
        __tracebackhide__ = True
        rule = {"list_id": list_id, "at": at, **settings}
        said = {key: value for key, value in rule.items() if value is not None}
        self.admin("POST", "/faults", {"steps": list(steps), **said})

    def quirks(self, **values: str | int | None) -> None:
        """Set quirks; ``None`` gives one back its usual value.

        Args:
            values: name to value; ``smartflo-contract quirks`` lists them.

        Raises:
            ValueError: there is no such quirk, or it has no such value.
        """
        __tracebackhide__ = True
        told = self.admin("PATCH", "/quirks", values)
        self._bearer = {one["name"]: one["value"] for one in told}["auth_scheme"] == "bearer"

    def profile(self, name: str) -> None:
        """Have leads be in another profile, before any list is changed.

        Raises:
            ValueError: there is no such profile, or lists have been changed.
        """
        __tracebackhide__ = True
        self.admin("PUT", "/profile", {"profile": name})

    def reset(self) -> None:
        """Forget what the account has done, its requests, and what was set for it."""
        self._fake.reset(self.email)
        self.lists = []
        self._bearer = self._config.quirks.get("auth_scheme") == "bearer"
        self.renew_token()

    def renew_token(self) -> None:
        """Have another access token, whose hour begins now, by the clock of the account."""
        self.token = self._fake.token(self.email)

    def intercept(self, hosts: Collection[str] = VENDOR_HOSTS) -> AbstractContextManager[None]:
        """Have requests to the vendor's hosts come to this account instead, whatever token or login they have.

        A request without a token is still refused. It holds for the whole process, for what is sent by
        ``http.client``, ``urllib3``, ``requests``, ``httpx`` and ``aiohttp``.

        Args:
            hosts: names of hosts; the vendor's are always among them.

        Raises:
            RuntimeError: another thread intercepts requests.
            ValueError: a name is none.
        """
        names = host_names(hosts)
        return self._intercepted(names)

    @contextmanager
    def _intercepted(self, names: Collection[str]) -> Iterator[None]:
        with self._fake.listen_for(self.email) as url, intercepted(url, names):
            yield

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests of the account, the oldest first, as ``GET /__admin/requests`` tells them."""
        told: list[dict[str, Any]] = self.admin("GET", "/requests?limit=1000")["requests"]
        return told

    @property
    def unmatched(self) -> list[dict[str, Any]]:
        """The requests that no route took, each with ``nearest_route``."""
        told: list[dict[str, Any]] = self.admin("GET", "/requests/unmatched")["requests"]
        return told

    def assert_called(
        self,
        method: str,
        path: str,
        *,
        times: int | None = None,
        json: Any = None,
        query: Mapping[str, str] | None = None,
    ) -> None:
        """Fail unless a request has come, or as many as are wanted.

        Args:
            method: HTTP method.
            path: the whole path, or one with ``{id}`` for any segment there.
            times: how often; ``None`` for once or more.
            json: what the body has in it: of objects a part is enough.
            query: parameters that the query has.
        """
        __tracebackhide__ = True
        told = self._find(method, path, json, query)
        if told["total"] != times if times is not None else told["total"] == 0:
            raise AssertionError(self._unlike(wanted(method, path, json, query, times), told, json))

    def assert_not_called(
        self, method: str, path: str, *, json: Any = None, query: Mapping[str, str] | None = None
    ) -> None:
        """Fail where a request has come; see :meth:`assert_called`."""
        __tracebackhide__ = True
        told = self._find(method, path, json, query)
        if told["total"]:
            raise AssertionError(self._unlike(wanted(method, path, json, query, 0), told, json))

    def admin(self, method: str, path: str, body: object = None) -> Any:
        """Ask the admin API something about this account.

        Args:
            method: HTTP method.
            path: below ``/__admin``.
            body: JSON; ``None`` for none.

        Raises:
            ValueError: the admin API refuses it; the message is its reason.
        """
        __tracebackhide__ = True
        there = f"{_ADMIN}{path}{'&' if '?' in path else '?'}login={self.email}"
        data = None if body is None else self._fake.app.json.dumps(body, sort_keys=False)  # leads keep their order
        answer = self._admin.open(there, method=method, data=data, content_type="application/json")
        content = answer.get_json()
        if answer.status_code >= 400:  # noqa: PLR2004 - an error
            raise ValueError(content["detail"])
        return content

    def _find(self, method: str, path: str, json: Any, query: Mapping[str, str] | None) -> dict[str, Any]:
        __tracebackhide__ = True
        if "?" in path:
            message = f"path: `{path}` has a query: give it as query={{...}}"
            raise ValueError(message)
        where = {"route": f"{method.upper()} {path}"} if "{" in path else {"method": method, "path": path}
        said = {"json": json, "query": query and dict(query)}
        body = where | {key: value for key, value in said.items() if value is not None}
        told: dict[str, Any] = self.admin("POST", "/requests/find", body)
        if told["total"] == 0 and told["dropped"]:
            message = f"{told['dropped']} earlier requests were dropped from the journal; set journal_requests higher"
            raise ValueError(message)
        return told

    def _unlike(self, what: str, told: Mapping[str, Any], json: Any) -> str:
        """Return what a failed assertion says: what was expected, which requests came, and which is nearest."""
        __tracebackhide__ = True
        came = self.requests
        lines = unlike(what, told["total"], came)
        if told["nearest"]:
            near = told["nearest"]
            lines.append(f"nearest: {near['method']} {near['path']}, which differs in {', '.join(near['differs'])}")
            if "json" in near["differs"]:
                for request in came:
                    lines += differing(json, request) if request["id"] == near["id"] else ()
        if told["other_accounts"]:
            lines.append(f"{told['other_accounts']} came under another token than this account's, or under none")
        return "\n".join(lines)


def _iso(now: datetime | str) -> str:
    return now if isinstance(now, str) else now.isoformat()


def _leads(leads: int | Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"size": leads} if isinstance(leads, int) else {"leads": list(map(dict, leads))}


def _decoded(path: Path) -> Any:
    """Return the JSON in a file.

    Raises:
        ValueError: there is none.
    """
    __tracebackhide__ = True
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        message = (
            f"{path}: expected a JSON array of leads, such as `smartflo-contract record` writes; not JSON: {error}"
        )
    raise ValueError(message)
