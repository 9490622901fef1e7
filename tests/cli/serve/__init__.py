"""Tests of `bcfg2tw serve`."""
