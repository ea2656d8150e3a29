"""Claims that always held in some responses and that the contract does not make, as a draft of an overlay."""
