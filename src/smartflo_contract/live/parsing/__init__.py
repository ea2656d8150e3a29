"""Bodies from wherever they come, in pieces, cut into leads."""
