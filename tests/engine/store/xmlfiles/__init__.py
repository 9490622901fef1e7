"""Tests of the store over XML files."""
