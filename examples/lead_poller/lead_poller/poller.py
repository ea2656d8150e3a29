"""An asynchronous poller: reads several lists at a time, and outlives whatever goes wrong with one."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Self

import anyio
import httpx

_LOG: Final = logging.getLogger(__name__)
_LONGEST_PAUSE: Final = 16
"""The most intervals that lie between two rounds, however long the API has been down."""


@dataclass(frozen=True)
class Settings:
    """What to poll, and how.

    Attributes:
        token: an access token.
        lists: ids of the lists.
        base_url: scheme and host of the API.
        interval: seconds between two rounds.
        timeout: seconds until a request has failed.
        concurrency: requests at a time; people dial from the same rate budget.
    """

    token: str
    lists: Sequence[int]
    base_url: str = "https://api-smartflo.tatateleservices.com"
    interval: float = 30.0
    timeout: float = 10.0
    concurrency: int = 2


class Change(NamedTuple):
    """A lead that is new, or is not what it was."""

    kind: Literal["new", "changed"]
    list_id: int
    lead: Mapping[str, Any]


class _ReadError(Exception):
    """A list cannot be read now.

    Attributes:
        retry_after: seconds that the API wants to be left alone.
    """

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Poller:
    """Polls lists and remembers their leads; use it as an asynchronous context manager.

    Args:
        settings: what to poll, and how.
        transport: of the requests; httpx' own unless given.
        sleep: waits for so many seconds.

    Attributes:
        failures: why lists could not be read in the last round, by id.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        """Begin with no lead known, so that all are new."""
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
        """Close the connections."""
        await self._client.aclose()

    async def run(self, notify: Callable[[Change], Awaitable[None]]) -> None:
        """Poll until cancelled.

        Args:
            notify: is told each change, once.
        """
        while True:
            for change in await self.poll():
                await notify(change)
            await self._sleep(self.pause)

    @property
    def pause(self) -> float:
        """Seconds until the next round: longer after each that failed, and no shorter than the API wants."""
        longer: int = min(2**self._failed_rounds, _LONGEST_PAUSE)
        return max(self._settings.interval * longer, self._retry_after)

    async def poll(self) -> list[Change]:
        """Read all lists once, and return what has changed, in their order.

        A list that cannot be read stays as it was last known.
        """
        read: dict[int, list[Mapping[str, Any]]] = {}
        self.failures, self._retry_after = {}, 0.0
        limiter = anyio.CapacityLimiter(self._settings.concurrency)

        async def read_one(list_id: int) -> None:
            try:
                async with limiter:
                    read[list_id] = await self._read(list_id)
            except _ReadError as error:
                _LOG.warning("list %s: %s", list_id, error)
                self.failures[list_id] = str(error)
                self._retry_after = max(self._retry_after, error.retry_after)

        async with anyio.create_task_group() as tasks:
            for list_id in self._known:
                tasks.start_soon(read_one, list_id)
        self._failed_rounds = self._failed_rounds + 1 if self.failures else 0
        return [change for list_id in self._known for change in self._changes(list_id, read.get(list_id, []))]

    def _changes(self, list_id: int, leads: Sequence[Mapping[str, Any]]) -> list[Change]:
        """Return what leads tell that was not known, and remember it.

        A lead that is missing is not forgotten: answers have been seen without a lead that was there again soon.
        """
        known, found = self._known[list_id], []
        for lead in leads:
            lead_id = str(lead["lead_id"])
            if known.get(lead_id) != lead:
                found.append(Change("changed" if lead_id in known else "new", list_id, lead))
                known[lead_id] = lead
        return found

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
            message = str(content.get("message")) if isinstance(content, dict) else "no list of leads"
            raise _ReadError(message)
        return [lead for lead in content if isinstance(lead, dict) and "lead_id" in lead]
