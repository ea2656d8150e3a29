"""An asynchronous poller that reads several lists concurrently and tolerates errors of each."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Self

import anyio
import httpx

_LOG: Final = logging.getLogger(__name__)
_MAX_PAUSE_INTERVALS: Final = 16
"""Maximum pause between two rounds, in intervals, however long the API is down."""


@dataclass(frozen=True)
class Settings:
    """Settings of a poller.

    Attributes:
        token: access token.
        lists: ids of the lists.
        base_url: scheme and host of the API.
        interval: time between two rounds, in seconds.
        timeout: maximum time of a request, in seconds.
        concurrency: maximum number of concurrent requests; live dialing shares the rate budget.
    """

    token: str
    lists: Sequence[int]
    base_url: str = "https://api-smartflo.tatateleservices.com"
    interval: float = 30.0
    timeout: float = 10.0
    concurrency: int = 2


class Change(NamedTuple):
    """A new or changed lead."""

    kind: Literal["new", "changed"]
    list_id: int
    lead: Mapping[str, Any]


class _ReadError(Exception):
    """A list cannot be read at the moment.

    Attributes:
        retry_after: time to wait as the API requires, in seconds.
    """

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Poller:
    """Polls lists and remembers their leads; use it as an asynchronous context manager.

    Args:
        settings: settings of the poller.
        transport: HTTP transport; ``None`` for that of httpx.
        sleep: waits for a number of seconds.

    Attributes:
        failures: error by list id, for lists that could not be read in the last round.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        """Start without known leads: all leads are new."""
        self.failures: dict[int, str] = {}
        self._settings, self._sleep = settings, sleep
        self._known: dict[int, dict[str, Mapping[str, Any]]] = {list_id: {} for list_id in settings.lists}
        self._failed_rounds, self._retry_after = 0, 0.0
        self._client = httpx.AsyncClient(
            base_url=settings.base_url,
            headers={"Authorization": f"Bearer {settings.token}"},
            timeout=settings.timeout,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        """Open the client."""
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the client."""
        await self._client.aclose()

    async def run(self, notify: Callable[[Change], Awaitable[None]]) -> None:
        """Poll until cancelled.

        Args:
            notify: called once for each change.
        """
        while True:
            for change in await self.poll():
                await notify(change)
            await self._sleep(self.pause)

    @property
    def pause(self) -> float:
        """Seconds until the next round: doubled after each failed round, and at least what the API requires."""
        factor: int = min(2**self._failed_rounds, _MAX_PAUSE_INTERVALS)
        return max(self._settings.interval * factor, self._retry_after)

    async def poll(self) -> list[Change]:
        """Read all lists once, and return the changes, in the order of the lists.

        The known leads of a list that cannot be read stay unchanged.
        """
        read: dict[int, list[Mapping[str, Any]]] = {}
        self.failures, self._retry_after = {}, 0.0
        limiter = anyio.CapacityLimiter(self._settings.concurrency)

        async def read_list(list_id: int) -> None:
            try:
                async with limiter:
                    read[list_id] = await self._read(list_id)
            except _ReadError as error:
                _LOG.warning("list %s: %s", list_id, error)
                self.failures[list_id] = str(error)
                self._retry_after = max(self._retry_after, error.retry_after)

        async with anyio.create_task_group() as tasks:
            for list_id in self._known:
                tasks.start_soon(read_list, list_id)
        self._failed_rounds = self._failed_rounds + 1 if self.failures else 0
        return [change for list_id in self._known for change in self._changes(list_id, read.get(list_id, []))]

    def _changes(self, list_id: int, leads: Sequence[Mapping[str, Any]]) -> list[Change]:
        """Return new and changed leads, and remember them.

        A missing lead is not forgotten: responses may lack a lead that is there again soon.
        """
        known, changes = self._known[list_id], []
        for lead in leads:
            lead_id = str(lead["lead_id"])
            if known.get(lead_id) != lead:
                changes.append(Change("changed" if lead_id in known else "new", list_id, lead))
                known[lead_id] = lead
        return changes

    async def _read(self, list_id: int) -> list[Mapping[str, Any]]:
        try:
            response = await self._client.get(f"/v1/broadcast/leads/{list_id}")
            if response.is_error:
                seconds = response.headers.get("Retry-After", "")
                message = f"status {response.status_code}"
                raise _ReadError(message, float(seconds) if seconds.isdecimal() else 0.0)
            content = json.loads(response.content)
        except (httpx.HTTPError, ValueError) as error:
            raise _ReadError(type(error).__name__) from error
        if not isinstance(content, list):
            message = str(content.get("message")) if isinstance(content, dict) else "not a list of leads"
            raise _ReadError(message)
        return [lead for lead in content if isinstance(lead, dict) and "lead_id" in lead]
