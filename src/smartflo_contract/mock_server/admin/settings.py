"""Profile, quirks and faults of an account, or of all that have none of their own."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Final

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.admin.problems import Problem, refusing
from smartflo_contract.mock_server.admin.requests import Ask
from smartflo_contract.mock_server.config.quirks import QUIRKS, resolve_quirks
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.faults.parsing import fault_from_json
from smartflo_contract.mock_server.faults.rules import Fault
from smartflo_contract.mock_server.faults.validation import check_faults
from smartflo_contract.mock_server.http.compact_json import whole_number
from smartflo_contract.schemas.profile_names import PROFILES

MOST_RULES: Final = 1_000
_LISTS: Final = (
    "this account has changed lists, whose leads are as they are now; reset it before this is set, or set this first"
)


def get_profile(ask: Ask) -> object:
    """Tell the profile."""
    return {"profile": ask.state.resolved_settings(ask.account).catalog.contract.profile, "profiles": PROFILES}


def put_profile(ask: Ask) -> object:
    """Set the profile; ``None`` removes what was set."""
    _set(ask, lambda settings: replace(settings, profile=ask.content["profile"]))
    return get_profile(ask)


def get_quirks(ask: Ask) -> object:
    """Tell every quirk, with its value."""
    values = ask.state.resolved_settings(ask.account).quirks
    return [
        {
            "name": quirk.name,
            "value": values[quirk.name],
            "values": quirk.values,
            "default": quirk.default,
            "evidence": quirk.evidence,
            "why": quirk.description,
        }
        for quirk in QUIRKS.values()
    ]


def patch_quirks(ask: Ask) -> object:
    """Set some quirks; ``None`` removes what was set."""
    given: dict[str, Any] = ask.content
    with refusing():
        resolve_quirks(
            {name: whole_number(value) for name, value in given.items() if value is not None or name not in QUIRKS}
        )

    def changed(settings: Settings) -> Settings:
        quirks = {**settings.quirks, **{name: whole_number(value) for name, value in given.items()}}
        return replace(settings, quirks={name: str(value) for name, value in quirks.items() if value is not None})

    _set(ask, changed)
    return get_quirks(ask)


def get_faults(ask: Ask) -> object:
    """Tell the rules, and every kind of fault."""
    kinds = [{"name": name, "evidence": kind.evidence, "why": kind.description} for name, kind in INJECTORS.items()]
    return {**_rules(ask), "kinds": kinds}


def put_faults(ask: Ask) -> object:
    """Set all rules; each counts from its first request."""
    rules = tuple(map(fault_from_json, ask.content["rules"]))
    return _set_faults(ask, rules, lambda: rules, recount=True)


def post_fault(ask: Ask) -> object:
    """Add a rule after those that there are, which go on counting."""
    rule = fault_from_json(ask.content)

    def longer() -> tuple[Fault, ...]:
        rules = ask.state.resolved_settings(ask.account).faults
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
    return {"rules": [asdict(rule) for rule in ask.state.resolved_settings(ask.account).faults]}


def _set(ask: Ask, change: Callable[[Settings], Settings], *, recount: bool = False) -> None:
    """Change the settings of the account that is meant.

    Args:
        ask: the request.
        change: makes the new settings of the old.
        recount: whether requests for rules are counted anew.

    Raises:
        Problem: they cannot be so, or would have leads be of another catalog than those of lists that were changed.
    """
    accounts, catalogs = ask.state.accounts, ask.state.catalogs
    others = UNSET if ask.account == ALL_ACCOUNTS else accounts.get(ALL_ACCOUNTS).settings
    with accounts.edit(ask.account) as account:
        settings = change(account.settings)
        with refusing():
            then = catalogs.resolve(settings.over(others))
            then.catalog.check_overlay()
        reshaped = _shape(settings) != _shape(account.settings)
        if account.lists and reshaped and then.catalog.key != account.catalog:
            raise Problem(409, _LISTS)
        account.settings = UNSET if settings == UNSET else settings
        if recount:
            account.fault_counts.clear()
    for one in accounts.ids() if recount and ask.account == ALL_ACCOUNTS else ():
        if accounts.peek(one).settings.faults is None:
            with accounts.edit(one) as account:
                account.fault_counts.clear()


def _shape(settings: Settings) -> tuple[str | None, ...]:
    """Return what of an account's own settings its leads depend on."""
    return (settings.profile, *(settings.quirks.get(name) for name in ("created_at", "header_offset")))
