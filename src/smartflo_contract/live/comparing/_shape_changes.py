"""Changes of shape: keys, JSON types, null rates, columns and known values."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from smartflo_contract.live.comparing._change_findings import change_finding, describe_count, describe_counts, total
from smartflo_contract.live.comparing.rates import is_relevant_change, may_be_chance
from smartflo_contract.live.comparing.response_shape import NULL, Occurrences, ResponseShape, ShapePath
from smartflo_contract.schemas import Finding


def key_and_type_changes(
    before: ResponseShape, after: ResponseShape, other_readings: AbstractSet[ShapePath]
) -> Iterator[Finding]:
    """Yield changes of keys and types. A change includes everything below it.

    Args:
        before: shape of the earlier response.
        after: shape of the later response.
        other_readings: paths that follow another reading of a contradiction; their types are not compared.
    """
    changed = set(other_readings)
    for path in sorted(before.present.keys() | after.present.keys()):
        if any(path[:size] in changed for size in range(1, len(path))):
            continue
        change = _presence_change(path, before, after)
        if change is None and path not in other_readings:
            change = _type_change(path, before, after)
        if change:
            changed.add(path)
            yield change


def _presence_change(path: ShapePath, before: ResponseShape, after: ResponseShape) -> Finding | None:
    """Return the finding of a key that appeared, disappeared, or is present in a different share of leads."""
    old, new = before.present.get(path, Occurrences()), after.present.get(path, Occurrences())
    is_chance = False
    if not new.leads:
        rule, concerned = "gone-key", Occurrences(after.leads, 0)
        is_chance = may_be_chance(old.leads, before.leads, 0, after.leads)
    elif not old.leads:
        rule, concerned = "new-key", new
    elif is_relevant_change(old.leads, before.leads, new.leads, after.leads):
        rule, concerned = "key-rate", new
    else:
        return None
    earlier, later = describe_count(old.leads, before.leads), describe_count(new.leads, after.leads)
    return change_finding(rule, path, earlier, later, concerned, is_chance=is_chance)


def _type_change(path: ShapePath, before: ResponseShape, after: ResponseShape) -> Finding | None:
    """Return the finding of a key with a new type, with a different null rate, or without one of its types."""
    old, new = before.types[path], after.types[path]
    added = [occurrences for name, occurrences in new.items() if name not in old]
    is_chance = False
    if added:
        rule, concerned = "new-type", total(added)
        is_chance = may_be_chance(0, before.leads, concerned.leads, after.leads)
    elif NULL in new and is_relevant_change(old[NULL].leads, before.leads, new[NULL].leads, after.leads):
        rule, concerned = "null-rate", new[NULL]  # also if all leads have null now, so that the other types are gone
    elif old.keys() - new.keys():
        rule, concerned = "gone-type", after.present[path]
    else:
        return None
    earlier, later = describe_counts(old, before.leads), describe_counts(new, after.leads)
    return change_finding(rule, path, earlier, later, concerned, is_chance=is_chance)


def column_changes(before: ResponseShape, after: ResponseShape) -> Iterator[Finding]:
    """Yield the finding of columns with other names or in another order; that is never chance."""
    old, new = before.headers, after.headers
    added = [occurrences for header, occurrences in new.items() if header not in old]
    if added and old:
        concerned = total(added)
        yield change_finding(
            "new-columns",
            ("header",),
            "the same column names in the same order",
            f"others {describe_count(concerned.leads, after.leads)}",
            concerned,
        )


def known_value_changes(before: ResponseShape, after: ResponseShape) -> Iterator[Finding]:
    """Yield findings of known values that appeared or disappeared."""
    for path in sorted(before.present.keys() & after.present.keys()):
        old, new = before.values.get(path, {}), after.values.get(path, {})
        added = {label: occurrences for label, occurrences in new.items() if label not in old}
        removed = {label: occurrences for label, occurrences in old.items() if label not in new}
        none = "none of these values"
        if added:
            yield change_finding("new-value", path, none, describe_counts(added, after.leads), total(added.values()))
        if removed:
            concerned = Occurrences(after.leads, 0)
            yield change_finding("gone-value", path, describe_counts(removed, before.leads), none, concerned)
