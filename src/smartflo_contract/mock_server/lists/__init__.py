"""Lead lists: the catalog, magic ids, fixed and edited lists, and cached bodies."""
