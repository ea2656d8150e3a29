"""The account of a test on the fake: lists, faults, quirks, clock, requests and assertions."""

import json
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Final

from flask.testing import FlaskClient

from smartflo_contract.factories import Lead
from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.pytest_plugin._admin_client import AdminClient
from smartflo_contract.pytest_plugin._assertion_messages import body_difference_lines, expectation, mismatch_lines
from smartflo_contract.pytest_plugin._clock import Clock
from smartflo_contract.pytest_plugin._interception import intercept_hosts, normalize_hosts
from smartflo_contract.pytest_plugin._lead_list import LeadList
from smartflo_contract.schemas import Contract, load_contract


class Smartflo:
    """An account on the fake.

    Attributes:
        email: login id; a client that logs in with it uses this account.
        password: its password; the fake accepts every password but ``wrong``.
        token: access token; it expires after an hour of the account's clock.
        seed: seed of the lists that are added.
        clock: clock of the account.
        lists: lists created with :meth:`add_list` and :meth:`load`, in order.
    """

    password: Final = "any-password"  # noqa: S105 - not a secret

    def __init__(self, fake: FakeSmartflo, config: Config, email: str, seed: int | None = None) -> None:
        """Create the client side of an account on a running fake."""
        self.email = email
        self.seed = config.seed if seed is None else seed
        self.token = fake.token(email)
        self.lists: list[LeadList] = []
        self._fake = fake
        self._config = config
        self._admin = AdminClient(fake, email)
        self.clock = Clock(self._admin)
        self._sends_bearer = config.quirks.get("auth_scheme") == "bearer"

    def __repr__(self) -> str:
        """Return the URL and the login id."""
        return f"<Smartflo at {self.url}, account of {self.email}>"

    @property
    def url(self) -> str:
        """Scheme, host and port of the fake; paths of the API start with ``/v1``."""
        return self._fake.url

    @property
    def headers(self) -> dict[str, str]:
        """Headers that send the token: the raw token, or ``Bearer`` with the quirk ``auth_scheme=bearer``."""
        return {"Authorization": f"Bearer {self.token}" if self._sends_bearer else self.token}

    @property
    def client(self) -> FlaskClient:
        """A Flask test client that sends the token, in process."""
        client = self._fake.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = self.headers["Authorization"]
        return client

    @property
    def contract(self) -> Contract:
        """The contract of the account's leads."""
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
        """Create a lead list.

        Args:
            columns: column names in ``header``; ``None`` for the nine of the vendor's sample.
            leads: number of leads, or partial leads; missing keys are generated.
            name: ``list_name`` of the leads.
            id: id of the list, which replaces an existing one; ``None`` for a free id.
            seed: seed of the leads; ``None`` for that of the account.

        Raises:
            ValueError: an argument is not allowed; the message says why.
        """
        __tracebackhide__ = True
        if isinstance(columns, str):
            message = f"columns: expected a list of names, got the string `{columns}`"
            raise ValueError(message)  # noqa: TRY004 - the exception of all wrong arguments
        body = _without_nones(
            {
                "columns": columns and list(columns),
                "name": name,
                "seed": self.seed if seed is None else seed,
                **({"size": leads} if isinstance(leads, int) else {"leads": list(map(dict, leads))}),
            }
        )
        created = self.admin("POST", "/lists", body) if id is None else self.admin("PUT", f"/lists/{id}", body)
        return self._remember_list(created["id"])

    def add_leads(self, list_id: int, leads: int | Iterable[Mapping[str, Any]]) -> list[Lead]:
        """Add leads to a list and return them with all keys.

        Args:
            list_id: id of the list.
            leads: number of leads, or partial leads, as for :meth:`add_list`.

        Raises:
            ValueError: the list does not exist, or a lead is not allowed.
        """
        __tracebackhide__ = True
        partial_leads = [{}] * leads if isinstance(leads, int) else list(map(dict, leads))
        added: list[Lead] = self.admin("POST", f"/lists/{list_id}/leads", {"leads": partial_leads})["leads"]
        return added

    def load(self, leads: str | PathLike[str] | Iterable[Mapping[str, Any]]) -> LeadList:
        """Create a list of complete leads, which are served unchanged under the list id that they have.

        Args:
            leads: the leads, or path of a file with a JSON array of them, such as ``smartflo-contract record`` writes.

        Raises:
            ValueError: there are no leads, or they cannot be a list.
        """
        __tracebackhide__ = True
        content = _read_json(Path(leads)) if isinstance(leads, str | PathLike) else list(leads)
        if not (isinstance(content, list) and content and all(isinstance(lead, Mapping) for lead in content)):
            source = (
                f"{leads}: expected a JSON array" if isinstance(leads, str | PathLike) else "leads: expected a list"
            )
            message = f"{source} of leads, at least one"
            raise ValueError(message)
        list_id = content[0].get("list_id")
        if type(list_id) is not int or not is_list_id(str(list_id)):
            list_id = self.admin("POST", "/lists", {"size": 0})["id"]
        self.admin("PUT", f"/lists/{list_id}/leads", list(map(dict, content)))
        return self._remember_list(list_id)

    def fail(self, *steps: int | str, list_id: int | None = None, at: int | None = None, **settings: Any) -> None:
        """Inject faults, one step per request; after the last step, requests succeed.

        Args:
            steps: a status, the name of a fault, or ``ok``, for each ``GET /v1/broadcast/leads/{id}`` in turn;
                ``route="POST /v1/broadcast/lead/{id}"`` or ``route="any"`` selects other requests.
            list_id: only for requests of this list.
            at: only for the request with this number, counted from 1.
            settings: further settings of the fault, such as ``seconds=2``; ``smartflo-contract faults`` lists them.

        Raises:
            ValueError: a fault or a setting does not exist.
        """
        __tracebackhide__ = True
        rule = _without_nones({"list_id": list_id, "at": at, **settings})
        self.admin("POST", "/faults", {"steps": list(steps), **rule})

    def route(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Add a route of your own, for what the fake does not simulate; it replaces one with its method and path.

        Args:
            method: HTTP method.
            path: full path; a segment ``{id}`` matches any segment.
            status: HTTP status of the response.
            json: JSON body of the response; ``None`` for an empty object.
            headers: headers of the response.

        Raises:
            ValueError: an argument is not allowed, or the fake simulates the route.
        """
        __tracebackhide__ = True
        response = _without_nones({"status": status, "json": json, "headers": headers and dict(headers)})
        self.admin("POST", "/routes", {"method": method, "path": path, **response})

    def quirks(self, **values: str | int | None) -> None:
        """Set quirks.

        Args:
            values: value by quirk, ``None`` for its default; ``smartflo-contract quirks`` lists them.

        Raises:
            ValueError: a quirk or its value does not exist.
        """
        __tracebackhide__ = True
        quirks = {quirk["name"]: quirk["value"] for quirk in self.admin("PATCH", "/quirks", values)}
        self._sends_bearer = quirks["auth_scheme"] == "bearer"

    def profile(self, name: str) -> None:
        """Set the profile of the account's leads.

        Args:
            name: of the profile.

        Raises:
            ValueError: the profile does not exist, or a list has been changed already.
        """
        __tracebackhide__ = True
        self.admin("PUT", "/profile", {"profile": name})

    def reset(self) -> None:
        """Reset the account to its initial state: lists, faults, quirks, clock, requests and token."""
        self._fake.reset(self.email)
        self.lists = []
        self._sends_bearer = self._config.quirks.get("auth_scheme") == "bearer"
        self.renew_token()

    def renew_token(self) -> None:
        """Replace the access token with one that is issued now, by the account's clock."""
        self.token = self._fake.token(self.email)

    def intercept(self, hosts: Collection[str] = VENDOR_HOSTS) -> AbstractContextManager[None]:
        """Return a context in which requests to the vendor's hosts reach this account, with any token or login.

        A request without a token is rejected as always. The context holds for all threads of the process, and for
        ``http.client``, ``urllib3``, ``requests``, ``httpx`` and ``aiohttp``.

        Args:
            hosts: host names; the vendor's are always included.

        Raises:
            RuntimeError: another thread intercepts requests.
            ValueError: a host name is not valid.
        """
        names = normalize_hosts(hosts)
        return self._intercept(names)

    @contextmanager
    def _intercept(self, names: Collection[str]) -> Iterator[None]:
        with self._fake.listen_for(self.email) as url, intercept_hosts(url, names):
            yield

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Requests of the account, oldest first, in the form of ``GET /__admin/requests``."""
        requests: list[dict[str, Any]] = self.admin("GET", "/requests?limit=1000")["requests"]
        return requests

    @property
    def unmatched(self) -> list[dict[str, Any]]:
        """Requests of the account that matched no route, each with ``nearest_route``."""
        requests: list[dict[str, Any]] = self.admin("GET", "/requests/unmatched")["requests"]
        return requests

    def assert_called(
        self,
        method: str,
        path: str,
        *,
        times: int | None = None,
        json: Any = None,
        query: Mapping[str, str] | None = None,
    ) -> None:
        """Fail unless matching requests were received.

        Args:
            method: HTTP method.
            path: full path; ``{id}`` matches any path segment.
            times: number of requests; ``None`` for at least one.
            json: JSON body; an object matches if it is a subset.
            query: parameters that the query contains.

        Raises:
            AssertionError: they were not; the message shows the nearest request.
        """
        __tracebackhide__ = True
        matches = self._find(method, path, json, query)
        if matches["total"] != times if times is not None else matches["total"] == 0:
            raise AssertionError(self._mismatch(expectation(method, path, json, query, times), matches, json))

    def assert_not_called(
        self, method: str, path: str, *, json: Any = None, query: Mapping[str, str] | None = None
    ) -> None:
        """Fail if a matching request was received; the arguments are those of :meth:`assert_called`."""
        __tracebackhide__ = True
        matches = self._find(method, path, json, query)
        if matches["total"]:
            raise AssertionError(self._mismatch(expectation(method, path, json, query, 0), matches, json))

    def admin(self, method: str, path: str, body: object = None) -> Any:
        """Send a request about this account to the admin API, and return its decoded response.

        Args:
            method: HTTP method.
            path: path below ``/__admin``.
            body: JSON value to send; ``None`` for no body.

        Raises:
            ValueError: the admin API rejects the request; the message is its reason.
        """
        __tracebackhide__ = True
        return self._admin(method, path, body)

    def _remember_list(self, list_id: int) -> LeadList:
        self.lists.append(LeadList(self._admin, list_id, self.url))
        return self.lists[-1]

    def _find(self, method: str, path: str, json: Any, query: Mapping[str, str] | None) -> dict[str, Any]:
        """Return the matching requests, the nearest one, and how many other accounts sent."""
        __tracebackhide__ = True
        if "?" in path:
            message = f"path: `{path}` contains a query: use query={{...}} instead"
            raise ValueError(message)
        pattern = {"route": f"{method.upper()} {path}"} if "{" in path else {"method": method, "path": path}
        body = pattern | _without_nones({"json": json, "query": query and dict(query)})
        matches: dict[str, Any] = self.admin("POST", "/requests/find", body)
        if matches["total"] == 0 and matches["dropped"]:
            message = f"{matches['dropped']} earlier requests were dropped from the journal; raise journal_requests"
            raise ValueError(message)
        return matches

    def _mismatch(self, expected: str, matches: Mapping[str, Any], json: Any) -> str:
        """Return the message of a failed assertion: expected and received requests, and the nearest one."""
        __tracebackhide__ = True
        requests = self.requests
        lines = mismatch_lines(expected, matches["total"], requests)
        nearest = matches["nearest"]
        if nearest:
            lines.append(f"nearest: {nearest['method']} {nearest['path']}, differs in {', '.join(nearest['differs'])}")
            if "json" in nearest["differs"]:
                for request in requests:
                    lines += body_difference_lines(json, request) if request["id"] == nearest["id"] else ()
        if matches["other_accounts"]:
            lines.append(f"{matches['other_accounts']} matching with another token, or without one")
        return "\n".join(lines)


def _without_nones(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _read_json(path: Path) -> Any:
    """Return the JSON value in a file.

    Raises:
        ValueError: the file is not JSON.
    """
    __tracebackhide__ = True
    try:
        return json.loads(path.read_bytes().removeprefix(BOM_UTF8))
    except (ValueError, RecursionError) as error:
        message = (
            f"{path}: expected a JSON array of leads, such as `smartflo-contract record` writes; not JSON: {error}"
        )
    raise ValueError(message)
