"""Broadcasts dial lead lists: what became of each lead, as a function of seed, list, broadcast and dial time."""
