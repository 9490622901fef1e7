"""Ldap: data from directories, by queries of a site's own (:ref:`templates-and-data-11`)."""

import importlib.util

from bcfg2tw.errors import PluginInitError

if importlib.util.find_spec("ldap3") is None:
    raise PluginInitError("it needs the Python package ldap3: install bcfg2tw[ldap]")

from bcfg2tw.engine.plugins.ldap.connection import LdapConnection
from bcfg2tw.engine.plugins.ldap.ldap import Ldap
from bcfg2tw.engine.plugins.ldap.query import LdapQuery, LdapSubQuery, register_query

__all__ = ["Ldap", "LdapConnection", "LdapQuery", "LdapSubQuery", "register_query"]
