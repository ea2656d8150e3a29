"""The mutant of the fake of the fixtures, whether it runs already or not."""

from collections.abc import Iterator
from contextlib import contextmanager

from smartflo_contract.pytest_plugin._server import SmartfloServer


class MutantSwitch:
    """Sets the mutant of a fake, and counts the responses that it changes.

    The fake may start and stop in between: it is a fixture.

    Args:
        ids: id of the mutant, or several joined by commas; ``None`` for none.
    """

    def __init__(self, ids: str | None = None) -> None:
        """Start without a fake."""
        self._ids = ids
        self._served = 0
        self._served_ids: frozenset[str] = frozenset()
        self._server: SmartfloServer | None = None

    @contextmanager
    def serving(self, server: SmartfloServer) -> Iterator[None]:
        """Set the mutant for a fake while it runs.

        Raises:
            ValueError: the contract of the fake has no such mutant.
        """
        server.set_mutant(self._ids)
        self._server = server
        try:
            yield
        finally:
            self._served, self._served_ids = self.served, self.served_ids
            self._server = None

    def set(self, ids: str | None) -> None:
        """Set another mutant, and count from 0."""
        self._ids = ids
        if self._server is not None:
            self._server.set_mutant(ids)
        self._served, self._served_ids = 0, frozenset()

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Set no mutant for a while."""
        ids, served, served_ids = self._ids, self.served, self.served_ids
        self.set(None)
        try:
            yield
        finally:
            self.set(ids)
            self._served, self._served_ids = served, served_ids

    @property
    def served(self) -> int:
        """Number of responses that the mutant has changed."""
        return self._served + (0 if self._server is None else self._server.mutant_served)

    @property
    def served_ids(self) -> frozenset[str]:
        """Ids of those of several joined mutants that have changed a response."""
        return self._served_ids | (frozenset() if self._server is None else self._server.mutants_served)
