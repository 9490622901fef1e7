"""Ldap: both libraries give the same answers of a real directory, and one of them is chosen."""

from __future__ import annotations

import importlib.util
import string
import sys
from collections.abc import Callable
from typing import Any, ClassVar

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.ldap import libraries, options
from bcfg2tw.engine.plugins.ldap.interface import Library
from bcfg2tw.engine.plugins.ldap.libraries import choose_library
from tests.engine.plugins.ldap import contract

HAS_PYTHON_LDAP = importlib.util.find_spec("ldap") is not None
NO_PYTHON_LDAP = "python-ldap is not installed: it is built from its source, with a compiler"


class WithLdap3(SynchronousTestCase):
    """The library that the extra `ldap` installs."""

    choice: ClassVar[Callable[[], Library]] = staticmethod(libraries._ldap3)


class WithPythonLdap(SynchronousTestCase):
    """The library that sites may have instead."""

    if not HAS_PYTHON_LDAP:
        skip = NO_PYTHON_LDAP
    choice: ClassVar[Callable[[], Library]] = staticmethod(libraries._python_ldap)


class Ldap3AnswerTests(WithLdap3, contract.AnswerTests):
    """Answers, by ldap3."""


class Ldap3SizeTests(WithLdap3, contract.SizeTests):
    """Large answers, by ldap3."""


class Ldap3TLSTests(WithLdap3, contract.TLSTests):
    """TLS, by ldap3."""


class Ldap3OutageTests(WithLdap3, contract.OutageTests):
    """Directories that are down, by ldap3."""


class Ldap3ReferralTests(WithLdap3, contract.ReferralTests):
    """Referrals, by ldap3."""


class PythonLdapAnswerTests(WithPythonLdap, contract.AnswerTests):
    """Answers, by python-ldap."""


class PythonLdapSizeTests(WithPythonLdap, contract.SizeTests):
    """Large answers, by python-ldap."""


class PythonLdapTLSTests(WithPythonLdap, contract.TLSTests):
    """TLS, by python-ldap."""


class PythonLdapOutageTests(WithPythonLdap, contract.OutageTests):
    """Directories that are down, by python-ldap."""


class PythonLdapReferralTests(WithPythonLdap, contract.ReferralTests):
    """Referrals, by python-ldap."""


class ChoiceTests(SynchronousTestCase):
    """The choice of a library."""

    def hide(self, name: str) -> None:
        """Let nobody import a package, until the end of the test."""
        for module in (name, "bcfg2tw.engine.plugins.ldap.with_ldap3"):
            self.addCleanup(sys.modules.__setitem__, module, sys.modules.pop(module))
        sys.modules[name] = None  # type: ignore[assignment]  # this is how imports are refused

    def test_first(self) -> None:
        """ldap3 is taken where it is installed."""
        self.assertTrue(choose_library().name.startswith("ldap3 2."))

    def test_second(self) -> None:
        """python-ldap is taken where it is not."""
        self.hide("ldap3")
        self.assertTrue(choose_library().name.startswith("python-ldap 3."))

    if not HAS_PYTHON_LDAP:
        test_second.skip = NO_PYTHON_LDAP  # type: ignore[attr-defined]  # this is trial's way


class StandInTests(SynchronousTestCase):
    """python-ldap's names where it is not installed, as they are where it is."""

    if not HAS_PYTHON_LDAP:
        skip = NO_PYTHON_LDAP

    def test_numbers(self) -> None:
        """Options and other constants have python-ldap's numbers."""
        ldap: Any = importlib.import_module("ldap")
        names = {**options.OPTIONS, **options.OTHER_CONSTANTS}
        self.assertEqual(names, {name: getattr(ldap, name) for name in names})

    def test_escapes(self) -> None:
        """Texts are escaped alike."""
        filters: Any = importlib.import_module("ldap.filter")
        text = string.printable + "\0Köln"
        self.assertEqual(options.escape_filter_chars(text), filters.escape_filter_chars(text))

    def test_not_needed(self) -> None:
        """The real modules are left where they are."""
        self.assertEqual(options.stand_in(), {})
