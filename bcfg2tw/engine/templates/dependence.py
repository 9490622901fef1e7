"""
What a template's code depends on, told from the code as it is written.

Code that uses nothing but what is listed here makes the same of the same client and the same state
of the repository, whenever it runs: it reads plain data and calls functions that compute. Whatever
else there is in it (an import, a function of the site's, another client's data, a change of an
object) may depend on anything.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from genshi.template.eval import BUILTINS

from bcfg2tw.engine.templates.python2 import NAMES, OF_TEMPLATES


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Functions that compute, and types that are made of what they are given.
FUNCTIONS = _words(
    "abs all any bool chr dict enumerate filter float frozenset int isinstance iter len list map "
    "max min ord range reversed round set sorted str sum tuple unicode xrange zip True False None"
)
#: Other names that mean something where no variable of the template has them.
BUILT_IN = frozenset({*dir(builtins), *BUILTINS, *NAMES, *OF_TEMPLATES}) - FUNCTIONS

#: Data of a client, of Properties, of answers of probes and of XML.
DATA = _words(
    "addresses aliases attrib bundles categories groups hostname json profile tag tail text uuid "
    "version xdata yaml Probes Properties"
)
#: Methods of these, of text and of collections, which change nothing.
METHODS = _words(
    "capitalize center count difference endswith expandtabs find findall findtext get inGroup "
    "index intersection isalnum isalpha isdigit isdisjoint islower isspace issubset issuperset "
    "isupper items iter iterfind join keys ljust lower lstrip partition replace rfind rjust "
    "rpartition rsplit rstrip split splitlines startswith strip swapcase symmetric_difference "
    "title union upper values zfill"
)

_PLAIN = (
    ast.Expression, ast.Module, ast.Interactive, ast.Expr, ast.Pass, ast.Break, ast.Continue,
    ast.If, ast.For, ast.IfExp, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.keyword,
    ast.Slice, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.Lambda, ast.arguments, ast.arg,
    ast.JoinedStr, ast.FormattedValue, ast.Starred, ast.expr_context, ast.boolop, ast.operator,
    ast.unaryop, ast.cmpop,
)  # fmt: skip


_is_known_code: ContextVar[bool] = ContextVar("_is_known_code", default=False)


@contextmanager
def running_code(is_known: bool) -> Iterator[None]:
    """
    Note in this thread what kind of code runs inside the block.

    :param is_known: whether it is known to depend on its client and the repository alone
    """
    token = _is_known_code.set(is_known)
    try:
        yield
    finally:
        _is_known_code.reset(token)


def may_change_data() -> bool:
    """Say whether the code that runs in this thread may change the data that it is given."""
    return not _is_known_code.get()


def depends_on_client_alone(tree: ast.AST) -> bool:
    """Say whether code is known to depend on its client and the state of the repository alone."""
    return all(map(_is_known, ast.walk(tree)))


def _is_known(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id not in BUILT_IN
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and node.attr in DATA | METHODS
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Assign):
        return all(isinstance(part, (ast.Name, ast.Tuple)) for part in node.targets)
    if isinstance(node, ast.Call):
        return _is_known_function(node.func)
    return isinstance(node, _PLAIN)


def _is_known_function(function: ast.expr) -> bool:
    """Say whether what is called is a function by its name, or a method; names are looked at."""
    if isinstance(function, ast.Attribute):
        return function.attr in METHODS
    return isinstance(function, ast.Name)
