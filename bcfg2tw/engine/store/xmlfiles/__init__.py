"""The store over the XML files that upstream knows, with journals for what is not in them yet."""
