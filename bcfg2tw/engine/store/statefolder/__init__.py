"""The store in a folder of its own, so that the repository is only read."""
