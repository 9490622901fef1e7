"""The command `bcfg2tw packages`."""
