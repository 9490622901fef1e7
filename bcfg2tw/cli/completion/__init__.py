"""The command `bcfg2tw completion`."""
