"""What clients change: kept outside the snapshots of the repository, on disk before it counts."""
