"""What a factory reports when it cannot do what it is asked."""


class GenerationError(ValueError):
    """No value was found that fits a key of the contract; the message names the key and what it asks."""
