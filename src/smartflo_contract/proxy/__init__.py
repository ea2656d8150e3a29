"""A proxy before the real Smartflo that validates its responses."""

from smartflo_contract.proxy.config import ProxyConfig
from smartflo_contract.proxy.errors import ProxyError
from smartflo_contract.proxy.server import Proxy

__all__ = ["Proxy", "ProxyConfig", "ProxyError"]
