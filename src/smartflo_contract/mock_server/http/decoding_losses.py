"""What decoding JSON would change without a word, where leads are stored."""

from smartflo_contract.schemas.duplicate_keys import LOST_VALUE, duplicate_key
from smartflo_contract.schemas.large_integers import CHANGED_DIGITS, large_integer


def decoding_loss(encoded: bytes, content: object) -> tuple[str, str] | None:
    """Return the JSON pointer of what decoding has changed, and what to do about it; ``None`` for nothing.

    Args:
        encoded: valid JSON.
        content: the same, decoded.
    """
    changed = large_integer(encoded)
    if changed is not None:
        return changed, CHANGED_DIGITS
    lost = duplicate_key(encoded, content) if isinstance(content, list) else None
    return None if lost is None else (lost, LOST_VALUE)
