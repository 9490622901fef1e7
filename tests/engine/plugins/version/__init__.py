"""Tests of the version plugins, with the real programs."""
