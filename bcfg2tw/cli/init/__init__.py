"""The command `bcfg2tw init`."""
