"""Tests of the Metadata plugin."""
