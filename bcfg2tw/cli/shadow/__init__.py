"""The command `bcfg2tw shadow`."""
