"""Ldap: data from directories, by queries of a site's own (:ref:`templates-and-data-11`)."""

from bcfg2tw.engine.plugins.ldap.connection import LdapConnection
from bcfg2tw.engine.plugins.ldap.ldap import Ldap
from bcfg2tw.engine.plugins.ldap.libraries import choose_library
from bcfg2tw.engine.plugins.ldap.query import LdapQuery, LdapSubQuery, register_query

__all__ = ["Ldap", "LdapConnection", "LdapQuery", "LdapSubQuery", "register_query"]

choose_library()  # without one the plugin is of no use: importing it fails, and says why
