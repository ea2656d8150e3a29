"""The configuration of a proxy."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from smartflo_contract.live.client.http_session import TIMEOUT_SECONDS
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.client.urls import validate_base_url
from smartflo_contract.live.errors import LiveError
from smartflo_contract.live.output_files import require_writable_folder
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.proxy.errors import ProxyError
from smartflo_contract.proxy.route_policy import RoutePolicy
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.hosts import is_loopback

MAX_BUFFER_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True)
class ProxyConfig:
    """The configuration of a proxy. The names are those of the options of ``smartflo-contract proxy``.

    Attributes:
        upstream: root URL of the API: ``https``, or ``http`` on a loopback host.
        host: address to listen on.
        port: port to listen on; 0 for any free port.
        profile: profile of the contract.
        overlay: partial lead schema that extends the contract, as a mapping or a path.
        allow_writes: routes that are passed on although they may change something, such as
            ``POST /v1/broadcast/lead/{id}``.
        fail: respond with 502 instead of a body that violates the contract.
        record: folder in which the lead lists are recorded without personal data; ``None`` to record nothing.
        max_buffer: maximum size of a body, in bytes, that is checked before its first byte is passed on.
        max_wait: total seconds to wait for rate limits (429) at one request.
        max_time: maximum seconds for one response of the upstream.
        timeout: seconds to connect to the upstream, and between two bytes of it.
        verbose: print one line for each request on standard error, not only for those with a violation or an error.
        admin_token: token that requests to ``/__admin`` must send; required unless the proxy listens on loopback.

    Raises:
        ConfigError: the host, the port, or the token are invalid.
        ContractError: the profile or the overlay is not valid.
        OutputError: no file can be written in the folder.
        ProxyError: another setting is invalid.
    """

    upstream: str
    host: str = "127.0.0.1"
    port: int = 8080
    profile: str = "lenient"
    overlay: str | os.PathLike[str] | Mapping[str, Any] | None = None
    allow_writes: Sequence[str] = ()
    fail: bool = False
    record: str | os.PathLike[str] | None = None
    max_buffer: int = MAX_BUFFER_BYTES
    max_wait: float = MAX_WAIT_SECONDS
    max_time: float = MAX_RESPONSE_SECONDS
    timeout: tuple[float, float] = TIMEOUT_SECONDS
    verbose: bool = False
    admin_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Validate all settings; no request is sent."""
        try:
            object.__setattr__(self, "upstream", validate_base_url(self.upstream))
        except LiveError as error:
            message = f"upstream: {error}"
            raise ProxyError(message) from None
        parts = urlsplit(self.upstream)
        is_here = is_loopback(parts.hostname or "", allow_subdomains=True) and is_loopback(
            self.host, allow_subdomains=True
        )
        if is_here and self.port and parts.port == self.port:
            message = f"upstream: {self.upstream} is the proxy itself; choose another --port"
            raise ProxyError(message)
        for value in (self.policy, self.contract, self.fake):
            del value  # each of them is validated when it is created
        if self.record is not None:
            require_writable_folder(Path(self.record))

    @cached_property
    def policy(self) -> RoutePolicy:
        """What is passed on."""
        return RoutePolicy(self.allow_writes)

    @cached_property
    def contract(self) -> Contract:
        """What responses are checked against."""
        return load_contract(self.profile, self.overlay)

    @cached_property
    def fake(self) -> Config:
        """The configuration of the fake whose journal and admin API the proxy has; nothing in it can be changed."""
        return Config(
            host=self.host, port=self.port, profile=self.profile, read_only=True, admin_token=self.admin_token
        )
