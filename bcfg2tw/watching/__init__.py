"""Which files changed, once they are quiet."""
