"""Python code that versions of Python read differently."""

from __future__ import annotations

import ast

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates.syntax import check_excepts, compiled

BARE = "try:\n    pass\nexcept KeyError, error:\n    pass\n"
GOOD = (
    "try:\n    pass\nexcept (KeyError, ValueError):\n    pass\n",
    "try:\n    pass\nexcept (KeyError, ValueError) as error:\n    pass\n",
    "try:\n    pass\nexcept ((KeyError), ValueError):\n    pass\n",
    "try:\n    pass\nexcept KeyError:\n    pass\nexcept:\n    pass\n",
    "try:\n    pass\nexcept ():\n    pass\n",
)


class ExceptTests(SynchronousTestCase):
    def test_bare(self) -> None:
        """Kinds of exceptions without parentheses are no code, whichever Python reads it."""
        for code in (BARE, BARE.encode()):
            error = self.assertRaises(SyntaxError, compiled, code, "helper.py")
            self.assertEqual((error.filename, error.lineno), ("helper.py", 3))

    def test_good(self) -> None:
        """What all versions read alike is taken."""
        for code in GOOD:
            compiled(code, "helper.py")
            check_excepts(ast.parse(code), "helper.py")
