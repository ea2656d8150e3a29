"""Mutants: changes of the API, each applied to the responses of a fake to see whether anybody notices."""

from smartflo_contract.mutants.catalog import example_of, find_mutants, mutants_of
from smartflo_contract.mutants.mutant import KINDS, Kind, Mutant

__all__ = ["KINDS", "Kind", "Mutant", "example_of", "find_mutants", "mutants_of"]
