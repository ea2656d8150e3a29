"""Mutation: which tests notice when the API changes, and what a client needs of it."""

from smartflo_contract.mutants import KINDS, Kind, Mutant, example_of, find_mutants, mutants_of
from smartflo_contract.mutation.covering import covering_contexts
from smartflo_contract.mutation.results import MutantResult, MutationRun, Score

__all__ = [
    "KINDS",
    "Kind",
    "Mutant",
    "MutantResult",
    "MutationRun",
    "Score",
    "covering_contexts",
    "example_of",
    "find_mutants",
    "mutants_of",
]
