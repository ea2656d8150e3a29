"""The fake of a test run, and the accounts that tests have on it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self
from uuid import uuid4

import pytest

from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo
from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.mock_server.observer import Observer
from smartflo_contract.pytest_plugin._account import Smartflo
from smartflo_contract.pytest_plugin._settings import fail_setting, setting
from smartflo_contract.schemas.hosts import is_loopback

_REQUIREMENTS: Final[Mapping[str, Callable[[Config], bool]]] = {
    "a loopback host": lambda config: is_loopback(config.host, allow_subdomains=True),
    "no admin token": lambda config: config.admin_token is None,
    "a journal (journal_requests above 0)": lambda config: config.journal_requests > 0,
    "one worker and writable lists": lambda config: config.workers == 1 and not config.read_only,
}
"""What the fixtures require of a configuration."""


class SmartfloServer:
    """A fake Smartflo that runs for all tests of a process, on a free port of the loopback interface.

    Use it as a context manager.

    Args:
        fake: a fake that is not running.
        config: its configuration.

    Attributes:
        config: configuration of the fake.

    Raises:
        ValueError: the fixtures cannot use a fake with this configuration.
    """

    def __init__(self, fake: FakeSmartflo, config: Config) -> None:
        """Validate the configuration."""
        missing = [requirement for requirement, holds in _REQUIREMENTS.items() if not holds(config)]
        if missing:
            message = f"the fixtures require {', '.join(missing)}"
            raise ValueError(message)
        self.config = config
        self._fake = fake
        self._started_after: dict[str, int] = {}
        self._last_seen_id = 0

    def __enter__(self) -> Self:
        """Start the fake."""
        self._fake.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the fake."""
        self._fake.stop()

    def __repr__(self) -> str:
        """Return the URL."""
        return f"<SmartfloServer at {self.url}>"

    @property
    def url(self) -> str:
        """Scheme, host and port; paths of the API start with ``/v1``."""
        return self._fake.url

    @contextmanager
    def account(self, *, seed: int | None = None) -> Iterator[Smartflo]:
        """Yield a new account, and reset it afterwards.

        Under Hypothesis, use it for each example: ``with smartflo_server.account() as smartflo:``.

        Args:
            seed: seed of the lists that are added; ``None`` for that of the fake.
        """
        account = Smartflo(self._fake, self.config, f"{uuid4().hex}@example.com", seed)
        self._started_after[account_id_of_login(account.email)] = self._last_seen_id
        try:
            yield account
        finally:
            self._fake.reset(account.email)
            account.forget_apps()

    def set_mutant(self, ids: str | None) -> None:
        """Set the mutant of all accounts without one of their own, and count the responses with it from 0.

        Args:
            ids: id of the mutant, or several joined by commas; ``None`` for none.

        Raises:
            ValueError: there is no such mutant.
        """
        self._fake.set_mutant(ids)

    @property
    def mutant_served(self) -> int:
        """Number of responses that the mutant of all accounts has changed since it was set."""
        return self._fake.mutant_served

    @property
    def mutants_served(self) -> frozenset[str]:
        """Ids of those of several joined mutants that have changed a response since they were set."""
        return self._fake.mutants_served

    def unmatched_requests(self, account: Smartflo) -> list[dict[str, Any]]:
        """Return the requests that matched no route: those of an account, then those that carried no test's token.

        Those without a test's token are returned once. Requests before the last call and before the account's start are
        not read again, so that the call takes the same time however many requests the journal has.

        Args:
            account: result of :meth:`account`.
        """
        own_id, last_seen_id = account_id_of_login(account.email), self._last_seen_id
        own: list[dict[str, Any]] = []
        unattributed: list[dict[str, Any]] = []
        for request in self._fake.requests_after(min(self._started_after[own_id], last_seen_id)):
            self._last_seen_id = max(self._last_seen_id, request["id"])
            if request["route"] is not None:
                continue
            if request["account"] == own_id:
                own.append(request)
            elif request["id"] > last_seen_id and request["account"] not in self._started_after:
                unattributed.append(request)
        return own + unattributed


def config_of_run(config: pytest.Config) -> Config:
    """Return the configuration that options and ini keys select, or fail the test in one line.

    Args:
        config: pytest's configuration.
    """
    seed, profile, overlay = (setting(config, name) for name in ("seed", "profile", "overlay"))
    path = config.rootpath / overlay if overlay else None
    try:
        return Config(seed=int(seed or 0), profile=profile or "sample", overlay=path)
    except ConfigError as error:
        fail_setting("smartflo", error)


@contextmanager
def running_server(config: Config, observer: Observer | None = None) -> Iterator[SmartfloServer]:
    """Yield a running fake, or fail the test in one line if the fixtures cannot use its configuration.

    Args:
        config: the configuration.
        observer: receives every response of the fake.
    """
    try:
        server = SmartfloServer(FakeSmartflo(config, observer=observer), config)
    except ValueError as error:
        fail_setting("smartflo_config", error)
    with server:
        yield server


def require_config(config: object) -> None:
    """Fail the test if the value of ``smartflo_config`` is not a configuration."""
    if not isinstance(config, Config):
        hint = "return replace(smartflo_config, seed=7) or another Config"
        pytest.fail(f"smartflo_config: expected a Config, got {type(config).__name__}; {hint}", pytrace=False)
