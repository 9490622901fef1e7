"""The choice of the LDAP library: :doc:`/decisions/ldap` says why this one comes first."""

from __future__ import annotations

from collections.abc import Callable

from bcfg2tw.engine.plugins.ldap.interface import Library
from bcfg2tw.errors import PluginInitError


def _ldap3() -> Library:
    from bcfg2tw.engine.plugins.ldap.with_ldap3 import Ldap3

    return Ldap3()


def _python_ldap() -> Library:
    from bcfg2tw.engine.plugins.ldap.with_python_ldap import PythonLdap

    return PythonLdap()


#: What imports each library, in order of preference.
CHOICES: tuple[Callable[[], Library], ...] = (_ldap3, _python_ldap)


def choose_library() -> Library:
    """
    Return the first library that can be imported.

    :raises PluginInitError: if there is none
    """
    for import_library in CHOICES:
        try:
            return import_library()
        except ImportError:
            continue
    raise PluginInitError(
        "it needs the Python package ldap3: install bcfg2tw[ldap]; python-ldap does as well"
    )
