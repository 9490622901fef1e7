"""Tests of the plugin Properties."""
