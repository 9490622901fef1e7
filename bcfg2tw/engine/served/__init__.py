"""The repository that a core serves: snapshots of it, and how the next one is read."""
