"""Tests of the plugin Ldap."""
