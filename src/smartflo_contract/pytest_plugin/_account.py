"""The account of a test on the fake: lists, faults, quirks, clock, requests and assertions."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Final, Unpack

import orjson
from flask.testing import FlaskClient

from smartflo_contract.factories import Lead
from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS
from smartflo_contract.live.output_files import replace_file
from smartflo_contract.mock_server import Config, FakeSmartflo, Fault
from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.pytest_plugin._admin_client import AdminClient, all_requests
from smartflo_contract.pytest_plugin._arguments import (
    check_headers,
    check_method,
    check_path_of_app,
    check_times,
    column_list,
    complete_leads,
    list_id_of,
    number_or_leads,
    request_criteria,
)
from smartflo_contract.pytest_plugin._assertion_messages import (
    MAX_REQUESTS,
    Query,
    body_difference_lines,
    check_completeness,
    expectation,
    mismatch_lines,
)
from smartflo_contract.pytest_plugin._clock import Clock
from smartflo_contract.pytest_plugin._interception import intercept_hosts, normalize_hosts
from smartflo_contract.pytest_plugin._keywords import BroadcastSettings, FaultSettings, QuirkValues
from smartflo_contract.pytest_plugin._lead_list import LeadList
from smartflo_contract.pytest_plugin._webhooks import App, WebhookSettings, assert_sent, delivery_lines
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.printable import escape_unprintable


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
        self._has_set_faults = False
        self._fake = fake
        self._config = config
        self._admin = AdminClient(fake, email)
        self.clock = Clock(self._admin)
        self._sends_bearer = config.quirks.get("auth_scheme") == "bearer"
        self._app_urls: list[str] = []

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
        content = number_or_leads(leads)
        body = _without_nones(
            {
                "columns": None if columns is None else column_list(columns),
                "name": name,
                "seed": self.seed if seed is None else seed,
                **({"size": content} if isinstance(content, int) else {"leads": content}),
            }
        )
        created = (
            self.admin("POST", "/lists", body)
            if id is None
            else self.admin("PUT", f"/lists/{list_id_of(id, 'id')}", body)
        )
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
        content = number_or_leads(leads)
        partial_leads = [{}] * content if isinstance(content, int) else content
        path = f"/lists/{list_id_of(list_id, 'list_id')}/leads"
        added: list[Lead] = self.admin("POST", path, {"leads": partial_leads})["leads"]
        return added

    def load(self, leads: str | PathLike[str] | Iterable[Mapping[str, Any]]) -> LeadList:
        """Create a list of complete leads, which are served unchanged under the list id that they have.

        Args:
            leads: the leads, or path of a file with a JSON array of them, such as ``smartflo-contract record`` writes.

        Raises:
            ValueError: there are no leads, or they cannot be a list.
        """
        __tracebackhide__ = True
        content = complete_leads(leads)
        list_id = content[0].get("list_id")
        if type(list_id) is not int or not is_list_id(str(list_id)):
            list_id = self.admin("POST", "/lists", {"size": 0})["id"]
        self._admin("PUT", f"/lists/{list_id}/leads", content, name="leads")
        return self._remember_list(list_id)

    def serve_missing(self) -> LeadList:
        """Create a list whose leads have the values of the contract that no test of this process was served yet.

        There is one valid lead for each such cell; without ``--smartflo-coverage`` one for each cell that a lead can
        have. The list is empty if nothing is missing.
        """
        from smartflo_contract.pytest_plugin._missing_leads import leads_not_served  # noqa: PLC0415 - slow to import

        __tracebackhide__ = True
        list_id = self.admin("POST", "/lists", {"size": 0})["id"]
        leads = leads_not_served(self.contract, self._fake.observer, list_id)
        if leads:
            self._admin("PUT", f"/lists/{list_id}/leads", leads, name="leads")
        return self._remember_list(list_id)

    def pairs(self) -> LeadList:
        """Create a list in which every pair of values of different keys occurs that the contract allows together.

        The values are the cells of value coverage, about 170 leads; the coverage report counts the pairs. The list
        depends on the account's seed and profile.
        """
        from smartflo_contract.coverage import Recorder  # noqa: PLC0415 - slow to import
        from smartflo_contract.coverage.pairs import pair_list  # noqa: PLC0415 - slow to import

        __tracebackhide__ = True
        list_id = self.admin("POST", "/lists", {"size": 0})["id"]
        contract, observer = self.contract, self._fake.observer
        made = pair_list(contract, seed=self.seed, list_id=list_id)
        self._admin("PUT", f"/lists/{list_id}/leads", made.leads, name="leads")
        if isinstance(observer, Recorder):
            observer.add_pair_list(contract, account_id_of_login(self.email), list_id, made.masks)
        return self._remember_list(list_id)

    def fail(
        self, *steps: int | str, list_id: int | None = None, at: int | None = None, **settings: Unpack[FaultSettings]
    ) -> None:
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
        if steps and "steps" in rule:
            message = 'steps: expected as arguments, such as fail(503, "ok"), or as steps=, and not both'
            raise ValueError(message)
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
        check_method(method)
        check_headers(headers)
        response = _without_nones({"status": status, "json": json, "headers": headers and dict(headers)})
        self.admin("POST", "/routes", {"method": method.upper(), "path": path, **response})

    def broadcast(self, list_id: int, **settings: Unpack[BroadcastSettings]) -> int:
        """Create a broadcast of a list, start it, and return its id. ``clock.advance()`` lets it dial the leads.

        Args:
            list_id: id of the list.
            settings: settings of ``POST /v1/broadcast``, such as ``number_of_retry=2`` and ``dialstatus=[1, 4]``.

        Raises:
            ValueError: the list does not exist, is dialled by another broadcast, or a setting is invalid.
        """
        __tracebackhide__ = True
        body = {"list_id": list_id_of(list_id, "list_id"), **settings}
        broadcast_id: int = self.admin("POST", "/broadcasts", body)["id"]
        return broadcast_id

    def webhook(self, url: str = "/", *, app: App | None = None, **settings: Unpack[WebhookSettings]) -> str:
        """Subscribe a receiver to events of the account's calls, and return the id of the webhook.

        ``clock.advance()`` sends what becomes due, before it returns.

        Args:
            url: URL of the receiver, on this machine; the path of the request, with an application.
            app: a WSGI or ASGI application of this process, which is called directly.
            settings: further settings, such as ``trigger="disposition"`` and ``template={"id": "$call_id"}``.

        Raises:
            ValueError: a setting is invalid, or the receiver is not permitted.
        """
        __tracebackhide__ = True
        if app is not None:
            check_path_of_app(url)
            url = self._fake.url_of_app(app, url)
            self._app_urls.append(url)
        method = str(settings.get("method", "POST")).upper()
        webhook_id: str = self.admin("POST", "/webhooks", {"url": url, **settings, "method": method})["id"]
        return webhook_id

    @property
    def webhooks(self) -> list[dict[str, Any]]:
        """What webhooks of the account sent, oldest first, in the form of ``GET /__admin/webhooks/deliveries``.

        Raises:
            ValueError: the oldest are no longer kept.
        """
        __tracebackhide__ = True
        deliveries: list[dict[str, Any]] = []
        while True:
            after = deliveries[-1]["id"] if deliveries else 0
            page = self.admin("GET", f"/webhooks/deliveries?limit=1000&after={after}")
            deliveries += page["deliveries"]
            if len(page["deliveries"]) == page["total"]:
                check_completeness({"dropped": page["dropped"]})
                return deliveries

    def assert_webhook_sent(self, trigger: str, *, times: int | None = None, json: Any = None) -> None:
        """Fail unless a receiver has answered matching webhooks with a status of success.

        Args:
            trigger: trigger of the webhooks.
            times: number of webhooks; ``None`` for at least one.
            json: JSON body; an object matches if it is a subset.

        Raises:
            AssertionError: it has not; the message shows what was sent.
            ValueError: there is no such trigger, or the oldest are no longer kept.
        """
        __tracebackhide__ = True
        check_times(times)
        assert_sent(self.webhooks, trigger, times, json)

    def assert_no_failed_webhooks(self) -> None:
        """Fail if a receiver has not answered some attempt with a status of success.

        Raises:
            AssertionError: so it is; the message shows the attempts.
        """
        __tracebackhide__ = True
        failed = [delivery for delivery in self.webhooks if delivery["outcome"] == "failed"]
        if failed:
            message = "\n".join([f"{len(failed)} attempts to send webhooks failed:", *delivery_lines(failed)])
            raise AssertionError(message)

    def forget_apps(self) -> None:
        """Forget the applications that receive webhooks of the account."""
        while self._app_urls:
            self._fake.forget_app(self._app_urls.pop())

    def quirks(self, **values: Unpack[QuirkValues]) -> None:
        """Set quirks.

        Args:
            values: value by quirk, ``None`` for its default; ``smartflo-contract quirks`` lists them.

        Raises:
            ValueError: a quirk or its value does not exist.
        """
        __tracebackhide__ = True
        quirks = {quirk["name"]: quirk["value"] for quirk in self.admin("PATCH", "/quirks", values)}
        self._sends_bearer = quirks["auth_scheme"] == "bearer"

    def rate_limit(self, limit: int | None) -> None:
        """Limit the requests per second of the account, all routes together; further ones get 429.

        A second of the account's clock fills the budget, so a test with a frozen clock advances it instead of sleeping.

        Args:
            limit: number of requests per second, and of requests in a row; ``None`` for no limit.

        Raises:
            ValueError: the limit is no integer from 1 to 10,000.
        """
        __tracebackhide__ = True
        self.admin("PUT", "/rate-limit", {"limit": limit})

    @property
    def requests_remaining(self) -> int | None:
        """Number of requests that the rate limit accepts now; ``None`` without a limit."""
        remaining: int | None = self.admin("GET", "/rate-limit")["remaining"]
        return remaining

    def profile(self, name: str) -> None:
        """Set the profile of the account's leads.

        Args:
            name: of the profile.

        Raises:
            ValueError: the profile does not exist, or a list has been changed already.
        """
        __tracebackhide__ = True
        self.admin("PUT", "/profile", {"profile": name})

    def mutant(self, ids: str | None) -> None:
        """Change the API: responses with leads of this account have a mutant from now on.

        Args:
            ids: id of the mutant, such as ``lead_id:remove``, or several joined by commas, which are applied together;
                ``None`` for none. ``smartflo-contract mutants`` lists them.

        Raises:
            ValueError: there is no such mutant.
        """
        __tracebackhide__ = True
        if ids is None:
            self.admin("DELETE", "/mutant")
        else:
            self.admin("PUT", "/mutant", {"mutant": ids})

    @property
    def mutant_served(self) -> int:
        """Number of responses that the mutant has changed since it was set."""
        served: int = self.admin("GET", "/mutant")["served"]
        return served

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
        """All requests of the account, oldest first, in the form of ``GET /__admin/requests``.

        Raises:
            ValueError: the journal has dropped some of them.
        """
        __tracebackhide__ = True
        return self._recorded("/requests")

    def har(self, path: str | PathLike[str]) -> Path:
        """Write all requests of the account to a HAR file, with secrets masked, and return its path.

        Browsers and proxies open it, and ``smartflo-contract check`` checks its responses. It contains the lead lists
        that have not changed since.

        Args:
            path: file to write or to replace.

        Raises:
            OutputError: the file cannot be written.
            ValueError: the fake keeps no journal.
        """
        __tracebackhide__ = True
        target = Path(path)
        content = self.admin("GET", "/requests.har")
        with replace_file(target) as file:
            file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        return target

    @property
    def unmatched(self) -> list[dict[str, Any]]:
        """All requests of the account that matched no route, each with ``nearest_route``.

        Raises:
            ValueError: the journal has dropped some of the requests.
        """
        __tracebackhide__ = True
        return self._recorded("/requests/unmatched")

    @property
    def unmet_faults(self) -> list[str]:
        """Faults set with this object that no request has met, in the form of ``serve --fault``.

        Faults with a probability, and those of the configuration, are left out.
        """
        if not self._has_set_faults:  # saves a request at the end of most tests
            return []
        faults = self.admin("GET", "/faults")
        rules = [Fault(**faults["rules"][number]) for number in faults["unmet"]]
        return [str(rule) for rule in rules if rule not in self._config.faults]

    def assert_called(
        self,
        method: str,
        path: str,
        *,
        times: int | None = None,
        json: Any = None,
        query: Query | None = None,
    ) -> None:
        """Fail unless matching requests were received.

        Args:
            method: HTTP method.
            path: full path; ``{id}`` matches any path segment.
            times: number of requests; ``None`` for at least one.
            json: JSON body; an object matches if it is a subset.
            query: parameters that the query contains; of a repeated parameter, one value or a list of some.

        Raises:
            AssertionError: they were not; the message shows the nearest request.
            ValueError: no request could match, or the journal does not have all that is needed to decide.
        """
        __tracebackhide__ = True
        check_times(times)
        matches = self._find(method, path, json, query)
        total = matches["total"]
        if total != times if times is not None else total == 0:
            raise AssertionError(self._mismatch(expectation(method, path, json, query, times), matches, json))
        if times is not None:
            check_completeness(matches)

    def assert_not_called(self, method: str, path: str, *, json: Any = None, query: Query | None = None) -> None:
        """Fail if a matching request was received; arguments and errors are those of :meth:`assert_called`."""
        __tracebackhide__ = True
        self.assert_called(method, path, times=0, json=json, query=query)

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
        self._has_set_faults |= path == "/faults" and method != "GET"
        return self._admin(method, path, body)

    def _remember_list(self, list_id: int) -> LeadList:
        self.lists.append(LeadList(self._admin, list_id, self.url))
        return self.lists[-1]

    def _recorded(self, path: str) -> list[dict[str, Any]]:
        __tracebackhide__ = True
        requests, dropped = all_requests(lambda page: self.admin("GET", page), path)
        check_completeness({"dropped": dropped})
        return requests

    def _find(self, method: str, path: str, json: Any, query: Query | None) -> dict[str, Any]:
        """Return the matching requests, the nearest one, and how many other accounts sent."""
        __tracebackhide__ = True
        criteria = request_criteria(method, path) | _without_nones({"json": json, "query": query})
        matches: dict[str, Any] = self.admin("POST", "/requests/find", {**criteria, "limit": 0})
        if matches["total"] == 0:
            check_completeness({"dropped": matches["dropped"]})
        return matches

    def _mismatch(self, expected: str, matches: Mapping[str, Any], json: Any) -> str:
        """Return the message of a failed assertion: expected and received requests, and the nearest one."""
        __tracebackhide__ = True
        newest = self._admin.newest_requests(MAX_REQUESTS)
        lines = mismatch_lines(expected, matches["total"], newest["requests"], newest["total"])
        nearest = matches["nearest"]
        if nearest:
            name = escape_unprintable(f"{nearest['method']} {nearest['path']}")
            lines.append(f"nearest: {name}, differs in {', '.join(nearest['differs'])}")
            if "json" in nearest["differs"]:
                (request,) = self.admin("GET", f"/requests?limit=1&after={nearest['id'] - 1}")["requests"]
                lines += body_difference_lines(json, request)
        if matches["other_accounts"]:
            lines.append(f"{matches['other_accounts']} matching with another token, or without one")
        return "\n".join(lines)


def _without_nones(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
