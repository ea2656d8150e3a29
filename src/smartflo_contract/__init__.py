"""Contract-testing kit for the Smartflo lead list API: a fake, fixtures and a checker from one contract."""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Return the version when it is asked for: finding it takes milliseconds of every start."""
    if name == "__version__":
        from smartflo_contract._version import __version__  # noqa: PLC0415

        return __version__
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
