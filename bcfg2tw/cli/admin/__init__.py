"""The command `bcfg2tw admin`."""
