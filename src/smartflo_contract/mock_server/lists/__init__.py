"""Lead lists of the fake: the catalog, magic ids, fixed and edited lists, and cached bodies."""
