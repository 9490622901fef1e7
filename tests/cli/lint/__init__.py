"""Tests of the command `bcfg2tw lint`."""
