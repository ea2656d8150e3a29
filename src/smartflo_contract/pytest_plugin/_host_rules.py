"""Rules for requests to certain hosts: block them, delay them, or send them elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import get_ident
from typing import Final
from urllib.parse import urlsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, eq=False)
class HostRule:
    """How requests to some hosts are handled.

    Attributes:
        matches: whether the rule applies to a host name in lower case and a port.
        check: called with method and path before each request, possibly repeatedly; raises to block the request.
        delay: called with method and path once per request; returns the seconds to wait before it is sent.
        redirect_to: IP address and port that receive the request over plain HTTP; ``None`` to send it unchanged.
    """

    matches: Callable[[str, int], bool]
    check: Callable[[str, str], None] = lambda _method, _path: None
    delay: Callable[[str, str], float] = lambda _method, _path: 0
    redirect_to: tuple[str, int] | None = None

    def seconds_to_wait(self, method: str, path: str) -> float:
        """Return the seconds to wait before a request is sent.

        Raises:
            LiveError: the request must not be sent.
        """
        self.check(method, path)
        return self.delay(method, path)


class HostRules:
    """The rules of a process; the rule that was added last takes precedence."""

    def __init__(self) -> None:
        """Start without rules."""
        self._rules: list[tuple[HostRule, int]] = []

    def __bool__(self) -> bool:
        """Return whether there are rules."""
        return bool(self._rules)

    def add(self, rule: HostRule) -> tuple[HostRule, int]:
        """Add a rule and return its entry.

        Raises:
            RuntimeError: the rule redirects, and another thread has a rule that does.
        """
        thread = get_ident()
        if rule.redirect_to and any(other.redirect_to and owner != thread for other, owner in self._rules):
            message = "another thread intercepts requests; interception holds for all threads, so use one at a time"
            raise RuntimeError(message)
        entry = rule, thread
        self._rules.append(entry)
        return entry

    def remove(self, entry: tuple[HostRule, int]) -> None:
        """Remove an entry."""
        self._rules.remove(entry)

    def find(self, host: str | None, port: int) -> HostRule | None:
        """Return the rule for a host and a port; ``None`` without one."""
        name = (host or "").rstrip(".").lower()
        return next((rule for rule, _ in reversed(self._rules) if rule.matches(name, port)), None)

    def find_by_url(self, url: str) -> HostRule | None:
        """Return the rule for the host of a URL; ``None`` without one."""
        parts = urlsplit(url)
        return self.find(parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme, 0))
