"""Broadcasts dial lead lists: the state of each lead, as a function of seed, list, broadcast and dial time."""
