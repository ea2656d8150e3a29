"""Choose a sample of mutants that is spread over their groups."""

from collections.abc import Sequence
from hashlib import blake2b

from smartflo_contract.mutants import Mutant
from smartflo_contract.mutants.value_operators import REMOVE


def spread_sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return a sample of mutants, in their order: one of each group first, then a second of each, and so on.

    The first one of a key is its removal, without which nobody can tell whether anything reads the key.

    Args:
        mutants: the mutants.
        size: size of the sample.
        seed: selects the sample.
    """
    digests = {mutant.id: blake2b(f"{seed}/{mutant.id}".encode()).digest() for mutant in mutants}
    shuffled = sorted(mutants, key=lambda mutant: (mutant.operator != REMOVE, digests[mutant.id]))
    ranks: dict[str, int] = {}
    ranked: list[tuple[int, str]] = []
    for mutant in shuffled:
        ranks[mutant.group] = ranks.get(mutant.group, 0) + 1
        ranked.append((ranks[mutant.group], mutant.id))
    chosen = {mutant_id for _, mutant_id in sorted(ranked, key=lambda entry: entry[0])[:size]}
    return [mutant for mutant in mutants if mutant.id in chosen]
