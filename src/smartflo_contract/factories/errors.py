"""Errors of the factories.

ValueError
├── DefinitionError     a list definition is invalid
└── GenerationError     no value can be generated for a property of the overlay
"""


class DefinitionError(ValueError):
    """A list definition is invalid. The message names the setting and what it may be."""


class GenerationError(ValueError):
    """No valid value was found for a property of the contract. The message names the property and its schema."""
