"""The command `bcfg2tw test`."""
