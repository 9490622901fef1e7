"""Tests of the plugin SSHbase."""
