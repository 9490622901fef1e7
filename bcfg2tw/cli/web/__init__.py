"""The command `bcfg2tw web`."""
