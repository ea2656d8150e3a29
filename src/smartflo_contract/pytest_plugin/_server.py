"""The fake of a test run, and the accounts that tests have on it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self
from uuid import uuid4

from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.pytest_plugin._account import Smartflo
from smartflo_contract.schemas.hosts import is_loopback

_NEEDED: Final[Mapping[str, Callable[[Config], bool]]] = {
    "a host that is this machine alone": lambda config: is_loopback(config.host, allow_subdomains=True),
    "no admin token": lambda config: config.admin_token is None,
    "a journal (journal_requests above 0)": lambda config: config.journal_requests > 0,
    "one worker, and lists that can be changed": lambda config: config.workers == 1 and not config.read_only,
}


class SmartfloServer:
    """A fake Smartflo that runs for all tests of a process, at a free port of loopback.

    Use it as a context manager.

    Args:
        fake: a fake that does not run yet.
        config: what it is made of.

    Attributes:
        config: what it is made of.

    Raises:
        ValueError: fixtures could not do their work with it.
    """

    def __init__(self, fake: FakeSmartflo, config: Config) -> None:
        """Keep the fake."""
        wrong = [what for what, fits in _NEEDED.items() if not fits(config)]
        if wrong:
            message = f"the fixtures need {', '.join(wrong)}"
            raise ValueError(message)
        self.config = config
        self._fake = fake
        self._own: set[str] = set()
        self._told = 0

    def __enter__(self) -> Self:
        """Start the fake."""
        self._fake.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._fake.stop()

    def __repr__(self) -> str:
        """Tell where it listens."""
        return f"<SmartfloServer at {self.url}>"

    @property
    def url(self) -> str:
        """Scheme, host and port; the API's paths begin with ``/v1``."""
        return self._fake.url

    @contextmanager
    def account(self, *, seed: int | None = None) -> Iterator[Smartflo]:
        """Give an account that nothing has happened to, and forget it afterwards.

        Under Hypothesis this gives each example its own: ``with smartflo_server.account() as smartflo:``.

        Args:
            seed: of the lists that are added to it; that of the fake unless given.
        """
        account = Smartflo(self._fake, self.config, f"{uuid4().hex}@example.com", seed)
        self._own.add(account_id_of_login(account.email))
        try:
            yield account
        finally:
            self._fake.reset(account.email)

    def lost_strangers(self) -> list[dict[str, Any]]:
        """Return the requests, since the last call, that no route took and that had no token of a test's account."""
        asked = f"/__admin/requests/unmatched?after={self._told}&limit=1000"
        lost: list[dict[str, Any]] = self._fake.app.test_client().get(asked).get_json()["requests"]
        self._told = lost[-1]["id"] if lost else self._told
        return [one for one in lost if one["account"] not in self._own]
