"""Tests of `bcfg2tw.reporting`."""
