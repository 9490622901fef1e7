"""The command `bcfg2tw crypt`."""
