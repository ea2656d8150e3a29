"""Profile, quirks and faults of an account, or of all that have none of their own."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Final

from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.accounts.snapshot import fault_of, whole
from smartflo_contract.mock_server.accounts.store import EVERYONE
from smartflo_contract.mock_server.admin.problems import Problem, refusing
from smartflo_contract.mock_server.admin.requests import Ask
from smartflo_contract.mock_server.config.quirks import DEFAULTS, QUIRKS, resolved
from smartflo_contract.mock_server.config.validation import check_faults
from smartflo_contract.mock_server.faults.injectors import KINDS, Fault
from smartflo_contract.schemas.profiles import PROFILES

MOST_RULES: Final = 1_000
_LISTS: Final = (
    "this account has changed lists, whose leads are as they are now; reset it before this is set, or set this first"
)


def get_profile(ask: Ask) -> object:
    """Tell the profile."""
    return {"profile": ask.state.terms(ask.account).world.contract.profile, "profiles": PROFILES}


def put_profile(ask: Ask) -> object:
    """Set the profile; ``None`` removes what was set."""
    _set(ask, lambda settings: replace(settings, profile=ask.content["profile"]))
    return get_profile(ask)


def get_quirks(ask: Ask) -> object:
    """Tell every quirk, with its value."""
    values = ask.state.terms(ask.account).quirks
    return [
        {
            "name": quirk.name,
            "value": values[quirk.name],
            "values": quirk.values,
            "default": quirk.default,
            "evidence": quirk.evidence,
            "why": quirk.why,
        }
        for quirk in QUIRKS
    ]


def patch_quirks(ask: Ask) -> object:
    """Set some quirks; ``None`` removes what was set."""
    given: dict[str, Any] = ask.content
    with refusing():
        resolved({name: whole(value) for name, value in given.items() if value is not None or name not in DEFAULTS})

    def changed(settings: Settings) -> Settings:
        quirks = {**settings.quirks, **{name: whole(value) for name, value in given.items()}}
        return replace(settings, quirks={name: str(value) for name, value in quirks.items() if value is not None})

    _set(ask, changed)
    return get_quirks(ask)


def get_faults(ask: Ask) -> object:
    """Tell the rules, and every kind of fault."""
    kinds = [{"name": name, "evidence": kind.evidence, "why": kind.why} for name, kind in KINDS.items()]
    return {**_rules(ask), "kinds": kinds}


def put_faults(ask: Ask) -> object:
    """Set all rules; each counts from its first request."""
    rules = tuple(map(fault_of, ask.content["rules"]))
    return _set_faults(ask, rules, lambda: rules, recount=True)


def post_fault(ask: Ask) -> object:
    """Add a rule after those that there are, which go on counting."""
    rule = fault_of(ask.content)

    def longer() -> tuple[Fault, ...]:
        rules = ask.state.terms(ask.account).faults
        if len(rules) == MOST_RULES:
            raise Problem(422, f"there are {MOST_RULES} rules already; DELETE /__admin/faults removes them")
        return (*rules, rule)

    return _set_faults(ask, (rule,), longer, recount=False)


def delete_faults(ask: Ask) -> object:
    """Remove what was set: the rules are those of all accounts again, or of the configuration."""
    return _set_faults(ask, (), lambda: None, recount=True)


def _set_faults(
    ask: Ask, given: tuple[Fault, ...], rules: Callable[[], tuple[Fault, ...] | None], *, recount: bool
) -> object:
    """Set rules; those that are given are checked, and all are made once nobody else can change them."""
    with refusing():
        check_faults(given)
    _set(ask, lambda settings: replace(settings, faults=rules()), recount=recount)
    return _rules(ask)


def _rules(ask: Ask) -> dict[str, object]:
    return {"rules": [asdict(rule) for rule in ask.state.terms(ask.account).faults]}


def _set(ask: Ask, change: Callable[[Settings], Settings], *, recount: bool = False) -> None:
    """Change the settings of the account that is meant.

    Args:
        ask: the request.
        change: makes the new settings of the old.
        recount: whether requests for rules are counted anew.

    Raises:
        Problem: they cannot be so, or would have leads be of another world than those of lists that were changed.
    """
    accounts, worlds = ask.state.accounts, ask.state.worlds
    others = UNSET if ask.account == EVERYONE else accounts.view(EVERYONE).settings
    with accounts.edit(ask.account) as account:
        settings = change(account.settings)
        with refusing():
            then = worlds.terms(settings.over(others))
            then.world.check()
        reshaped = _shape(settings) != _shape(account.settings)
        if account.lists and reshaped and then.world.key != account.world:
            raise Problem(409, _LISTS)
        account.settings = UNSET if settings == UNSET else settings
        if recount:
            account.fault_counts.clear()
    for one in accounts.ids() if recount and ask.account == EVERYONE else ():
        if accounts.peek(one).settings.faults is None:
            with accounts.edit(one) as account:
                account.fault_counts.clear()


def _shape(settings: Settings) -> tuple[str | None, ...]:
    """Return what of an account's own settings its leads depend on."""
    return (settings.profile, *(settings.quirks.get(name) for name in ("created_at", "header_offset")))
