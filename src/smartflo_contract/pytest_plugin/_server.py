"""The fake of a test run, and the accounts that tests have on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.pytest_plugin._account import Smartflo


class SmartfloServer:
    """A fake Smartflo that runs for all tests of a process, at a free port of loopback.

    Attributes:
        config: what it is made of.
    """

    def __init__(self, fake: FakeSmartflo, config: Config) -> None:
        """Keep a fake that runs."""
        self.config = config
        self._fake = fake

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
        try:
            yield account
        finally:
            self._fake.reset(account.email)
