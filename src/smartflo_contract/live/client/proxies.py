"""Proxies between a client and a server on this machine."""

from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy


def proxy_warning(url: str) -> str | None:
    """Return why clients do not reach a URL of this machine; ``None`` if no proxy is in the way.

    Args:
        url: scheme, host and port.
    """
    if select_proxy(url, get_environ_proxies(url)) is None:
        return None
    host = urlsplit(url).hostname
    return (
        f"a proxy is set (HTTP_PROXY or ALL_PROXY) and NO_PROXY does not list {host}: most clients send requests for "
        f"{url} to the proxy, so the fake does not receive them; set NO_PROXY={host}"
    )
