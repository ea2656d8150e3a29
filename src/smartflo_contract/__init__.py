"""Contract-testing kit for the Smartflo lead list API: a fake, fixtures and a checker from one contract."""

from smartflo_contract._version import __version__

__all__ = ["__version__"]
