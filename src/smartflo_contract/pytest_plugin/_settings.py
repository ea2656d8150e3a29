"""Options of the command line, and ini keys. Imports pytest only."""

import random
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import pytest

from smartflo_contract.schemas.profile_names import PROFILES

OPTIONS: Final[Mapping[str, str]] = {
    "seed": "seed of the leads: an integer (default: 0), or random for another one in each run",
    "profile": "how to read the vendor's documentation: sample (default), documented or lenient",
    "overlay": "JSON file with a partial lead schema; a relative path is relative to pytest's root folder",
    "base-url": "scheme and host of the real API, for tests marked smartflo_live (default: SMARTFLO_BASE_URL)",
    "live-interval": "seconds between requests to the real API, because live dialing shares its rate budget "
    "(default: 1)",
}
"""Help texts by name; each option has an ini key of the same name."""
_LIVE: Final = (
    "run tests marked smartflo_live against the real API; requires SMARTFLO_TOKEN, or SMARTFLO_EMAIL and "
    "SMARTFLO_PASSWORD"
)
_SEED: Final = re.compile("[+-]?[0-9]{1,18}")
_MAX_SHOWN: Final = 50
"""Characters of a wrong value in a message."""
_RANDOM_SEEDS: Final = 2**32


def add_options(parser: pytest.Parser) -> None:
    """Add the options and their ini keys."""
    group = parser.getgroup("smartflo", "Smartflo: fixtures of a fake Smartflo (docs/pytest.md)")
    for name, description in OPTIONS.items():
        group.addoption(f"--smartflo-{name}", metavar=name.upper(), help=description)
        parser.addini(_ini_key(name), f"{description}; the option takes precedence")
    group.addoption("--smartflo-live", action="store_true", help=_LIVE)


def setting(config: pytest.Config, name: str) -> str | None:
    """Return the value of an option or of its ini key; ``None`` if neither is set."""
    value = config.getoption(f"--smartflo-{name}") or config.getini(_ini_key(name))
    return str(value) if value else None


def options_of_run(config: pytest.Config) -> list[str]:
    """Return the options of this plugin in the command line of this run."""
    values = {name: config.getoption(f"--smartflo-{name}") for name in OPTIONS}
    live = ["--smartflo-live"] if config.getoption("--smartflo-live") else []
    return [f"--smartflo-{name}={value}" for name, value in values.items() if value] + live


def worker_input(config: pytest.Config, name: str) -> Any:
    """Return a value that xdist's controller sent to this worker process; ``None`` without one."""
    return getattr(config, "workerinput", {}).get(name)


def validate_settings(config: pytest.Config) -> None:
    """Reject wrong settings, and choose a random seed if one is requested.

    Raises:
        pytest.UsageError: a setting is wrong; the message names its option.
    """
    seed, profile, overlay = (setting(config, name) for name in ("seed", "profile", "overlay"))
    if seed == "random":
        shared = worker_input(config, "smartflo_seed")
        config.option.smartflo_seed = shared or str(random.randrange(_RANDOM_SEEDS))  # noqa: S311 - not a secret
    elif seed and not _SEED.fullmatch(seed):
        message = f"--smartflo-seed: expected an integer of at most 18 digits, or random, got `{seed[:_MAX_SHOWN]}`"
        raise pytest.UsageError(message)
    if profile and profile not in PROFILES:
        message = f"--smartflo-profile: expected one of {', '.join(PROFILES)}, got `{profile}`"
        raise pytest.UsageError(message)
    if overlay and not (config.rootpath / overlay).is_file():
        path = config.rootpath / overlay
        message = f"--smartflo-overlay: {f'{path} is not a file' if path.exists() else f'file {path} does not exist'}"
        raise pytest.UsageError(message)


def fail_setting(subject: str, error: Exception) -> NoReturn:
    """Fail the current test because a setting is wrong, without a traceback.

    Args:
        subject: fixture or marker of the setting.
        error: what is wrong with it.
    """
    failure = pytest.fail.Exception(f"{subject}: {error}", pytrace=False)
    raise failure from None


def _ini_key(name: str) -> str:
    return f"smartflo_{name.replace('-', '_')}"
