"""Tests of the module of the same place in the package."""
