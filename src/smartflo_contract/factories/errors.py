"""What a factory reports when it cannot do what it is asked.

ValueError
├── DefinitionError     a list is defined as no list can be
└── GenerationError     the contract, with its overlay, asks for a value that was not found
"""


class DefinitionError(ValueError):
    """A list cannot be as it is defined; the message names the setting and what it may be."""


class GenerationError(ValueError):
    """No value was found that fits a key of the contract; the message names the key and what it asks."""
