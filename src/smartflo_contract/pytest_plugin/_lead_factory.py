"""New leads for tests that use no list."""

from collections.abc import Callable
from itertools import count
from typing import Any, Final

from smartflo_contract.factories import Lead, lead
from smartflo_contract.schemas.overlay import OverlaySource

_LIST_ID: Final = 8668


def lead_factory(seed: int, profile: str, overlay: OverlaySource | None) -> Callable[..., Lead]:
    """Return a function that creates one lead after another, with overridden keys.

    Args:
        seed: seed of the leads.
        profile: profile of the contract.
        overlay: overlay of the contract.
    """
    indexes = count()

    def make(**overrides: Any) -> Lead:
        generated = lead(seed, _LIST_ID, next(indexes), profile=profile, overlay=overlay)
        return {**generated, **overrides}  # type: ignore[typeddict-item]  # any key may be set to any value

    return make
