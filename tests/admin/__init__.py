"""Tests of `bcfg2tw.admin`."""
