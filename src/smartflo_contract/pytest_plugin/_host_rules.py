"""Rules for requests to certain hosts: block them, delay them, or send them elsewhere."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, get_ident
from typing import Final
from urllib.parse import urlsplit

from smartflo_contract.live.client.vendor_hosts import normalize_host
from smartflo_contract.schemas.hosts import is_loopback

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, eq=False)
class HostRule:
    """How requests to some hosts are handled.

    Attributes:
        matches: whether the rule applies to a normalized host name and a port.
        check: called with method and path before each request, possibly repeatedly; raises to block the request.
        delay: called with method and path once per request; returns the seconds to wait before it is sent.
        redirect_to: IP address and port that receive the request over plain HTTP; ``None`` to send it unchanged.
        refuse: called with a host whose name is resolved, or that is connected to, by something other than a patched
            library; raises. ``None`` to allow it.
        allows_connections: whether a patched library may connect before its request is known.
    """

    matches: Callable[[str, int], bool]
    check: Callable[[str, str], None] = lambda _method, _path: None
    delay: Callable[[str, str], float] = lambda _method, _path: 0
    redirect_to: tuple[str, int] | None = None
    refuse: Callable[[str], None] | None = None
    allows_connections: bool = True

    def seconds_to_wait(self, method: str, path: str) -> float:
        """Return the seconds to wait before a request is sent.

        Raises:
            LiveError: the request must not be sent.
        """
        self.check(method, path)
        return self.delay(method, path)

    def check_connection(self, host: str, request: tuple[str, str] | None) -> None:
        """Check a connection that a patched library opens.

        Args:
            host: host that the connection is for.
            request: method and path of the request, if it is known.

        Raises:
            LiveError: the connection must not be opened.
        """
        if request is not None:
            self.check(*request)
        elif self.refuse is not None and not self.allows_connections:
            self.refuse(host)


class HostRules:
    """The rules of a process; the rule that was added last takes precedence, except one that is below others."""

    def __init__(self) -> None:
        """Start without rules."""
        self._rules: list[tuple[HostRule, int]] = []
        self._connecting: Counter[str] = Counter()
        self._lock = Lock()

    def __bool__(self) -> bool:
        """Return whether there are rules."""
        return bool(self._rules)

    def add(self, rule: HostRule, *, below_others: bool = False) -> tuple[HostRule, int]:
        """Add a rule and return its entry.

        Args:
            rule: the rule.
            below_others: all other rules take precedence over it.

        Raises:
            RuntimeError: the rule redirects, and another thread has a rule that does.
        """
        thread = get_ident()
        if rule.redirect_to and any(other.redirect_to and owner != thread for other, owner in self._rules):
            message = "another thread intercepts requests; interception holds for all threads, so use one at a time"
            raise RuntimeError(message)
        entry = rule, thread
        self._rules.insert(0 if below_others else len(self._rules), entry)
        return entry

    def remove(self, entry: tuple[HostRule, int]) -> None:
        """Remove an entry."""
        self._rules.remove(entry)

    def find(self, host: str | None, port: int) -> HostRule | None:
        """Return the rule for a host and a port; ``None`` without one."""
        name = normalize_host(host or "")
        return next((rule for rule, _ in reversed(self._rules) if rule.matches(name, port)), None)

    def find_by_url(self, url: str) -> HostRule | None:
        """Return the rule for the host of a URL; ``None`` without one."""
        parts = urlsplit(url)
        return self.find(parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme, 0))

    @contextmanager
    def connecting(self, host: str | None) -> Iterator[None]:
        """Return a context in which a patched library may resolve a host and connect to it, in any thread."""
        name = normalize_host(host or "")
        with self._lock:
            self._connecting[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._connecting[name] -= 1

    def refuse_unknown(self, host: str | bytes, port: int) -> None:
        """Check a name that is resolved, or an address that is connected to; loopback is always allowed.

        Raises:
            LiveError: a rule refuses it, and no patched library is connecting to it.
        """
        name = normalize_host(host)
        if self._connecting[name] > 0 or is_loopback(name, allow_subdomains=True):
            return
        for rule, _ in reversed(self._rules):
            if rule.refuse is not None and rule.matches(name, port):
                rule.refuse(name)
