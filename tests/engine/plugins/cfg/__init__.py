"""Tests of Cfg."""
