"""Tests of Packages."""
