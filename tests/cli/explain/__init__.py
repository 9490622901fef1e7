"""Tests of the folder of this name in `bcfg2tw`."""
