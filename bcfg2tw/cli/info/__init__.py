"""The command `bcfg2tw info`."""
