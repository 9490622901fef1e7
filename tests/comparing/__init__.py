"""Tests of comparing configurations."""
