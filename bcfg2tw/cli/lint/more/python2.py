"""Python2: Python 2 in templates and helpers, also where nothing fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.templates.divisions import MEANING, divisions
from bcfg2tw.engine.templates.python2 import GONE, MODULES, SYNTAX

#: What fails once it is run, and what to write instead.
_FAILING = (
    (r"\.has_key\(", "`d.has_key(k)` is `k in d` in Python 3"),
    (r"\.(iter|view)(items|keys|values)\(", "`iteritems()` and the like are `items()` in Python 3"),
    (r"\.(keys|values|items)\(\)\s*\[", "`keys()` is no list in Python 3: `list(d)`"),
    (r"\b(map|filter|zip)\([^()]*\)\s*\[", "`map()` makes no list in Python 3: `list(map(…))`"),
    (r"\blen\(\s*(map|filter|zip)\(", "`map()` has no length in Python 3: `list(map(…))`"),
    (r"\bstring\.(letters|lowercase|uppercase)\b", "`string.letters` is `string.ascii_letters`"),
    (r"\bstring\.(join|split|replace|upper|lower|strip|atoi)\(",
     "the functions of the module string are methods of text in Python 3"),
    (r"\.encode\(\s*['\"](base64|hex|rot13|zlib)['\"]", "text is not encoded that way in Python 3"),
    (r"\.decode\(\s*['\"](base64|hex|rot13|zlib)['\"]", "text is not decoded that way in Python 3"),
    (r"\bsys\.maxint\b", "`sys.maxint` is `sys.maxsize` in Python 3"),
    (r"\bos\.getcwdu\(", "`os.getcwdu()` is `os.getcwd()` in Python 3"),
    (r"\.func_(name|code|defaults|globals)\b", "`f.func_name` is `f.__name__` in Python 3"),
    (r"\bitertools\.i(map|filter|zip)\b", "itertools has no imap, ifilter and izip in Python 3"),
    (r"\.sort\(\s*(cmp\b|lambda\s+\w+\s*,)", "`sort` takes `key=` in Python 3"),
    (r"\.next\(\)", "`i.next()` is `next(i)` in Python 3"),
)  # fmt: skip
#: What means something else, and nothing fails.
_SILENT = (
    (r"\bif\s+(not\s+)?(map|filter|zip)\(", "`map()` and `filter()` are always true in Python 3: "
     "`list(filter(…))`"),
    (r"\bstr\([^()]*\.encode\(", "`str()` of bytes is `b'…'` in Python 3"),
    (r"\bdict\([^()]*\)\s*==\s*\w+\.(keys|items)\(\)", "`items()` is no list in Python 3"),
    (r"\w\.(keys|values|items)\(\)\s*[=!]=\s*\[|\b\[[^\]]*\]\s*[=!]=\s*\w+\.(keys|values|items)\(",
     "`keys()` is no list in Python 3, and equal to none"),
)  # fmt: skip
_IMPORT = re.compile(r"^\s*(?:import|from)\s+(?P<module>\w+)")
_GENSHI_CODE = re.compile(r"\$\{(?P<a>.*?)\}|\{%(?P<b>.*?)%\}|py:\w+\s*=\s*\"(?P<c>[^\"]*)\"")
_JINJA2_CODE = re.compile(r"\{\{(?P<a>.*?)\}\}|\{%(?P<b>.*?)%\}")
_TEMPLATES = ("Genshi", "Cheetah")
GENSHI = b"http://genshi.edgewall.org/"


class Python2(Check):
    """Looks at code in Genshi and Cheetah templates, bundles and helpers."""

    name = "Python2"
    kinds = {
        "python2-code": Kind(
            "error",
            "The line is Python 2, and fails where it is run. The message says what to write.",
        ),
        "python2-meaning": Kind(
            "warning",
            "The line means something else in Python 3 than it did, and nothing fails for it: a "
            "division of whole numbers gives a fraction, filter() is always true.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at the files that take part."""
        for path in self.repository.files("TemplateHelper", "*.py"):
            yield from self._module(path)
        for path in self.repository.files("Ldap", "*.py"):
            yield from self._module(path)
        for file in cfg_files(self.repository):
            if self.repository.has(file.path) and any(word in file.handler for word in _TEMPLATES):
                yield from self._template(file.path)
        for path in self.repository.files("Bundler", "*.xml", "*.genshi"):
            if GENSHI in self.repository.data(path):
                yield from self._template(path)

    def _module(self, path: str) -> Iterator[Remark]:
        text = self.repository.text(path)
        for number, line in enumerate(text.splitlines(), 1):
            yield from _line(path, number, line.partition("#")[0], is_whole=True)
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        lines = {getattr(node, "lineno", 0) for node in divisions(tree)}
        for number in sorted(lines):
            yield Remark("python2-meaning", path, number, MEANING)

    def _template(self, path: str) -> Iterator[Remark]:
        is_code = False
        for number, line in enumerate(self.repository.text(path).splitlines(), 1):
            is_start = "{% python" in line or "<?python" in line
            is_code = is_code or is_start
            if is_code:
                code = line.replace("{% python", "").replace("<?python", "")
                yield from _line(path, number, code.partition("%}")[0].partition("?>")[0], True)
                yield from _divisions(path, number, code.strip().partition("%}")[0].strip())
                is_code = "%}" not in line and "?>" not in line
                continue
            for match in _GENSHI_CODE.finditer(line):
                code = next(filter(None, match.groups()), "")
                yield from _line(path, number, code, is_whole=False)
                yield from _divisions(path, number, _expression(code))


def _line(path: str, number: int, code: str, is_whole: bool) -> Iterator[Remark]:
    """
    Look at a line of code.

    :param is_whole: whether statements may stand there, not an expression alone
    """
    patterns = [*_FAILING, *(SYNTAX if is_whole else SYNTAX[4:])]
    for pattern, meaning in patterns:
        if re.search(pattern, _without_texts(code) if pattern[0] != "\\" else code):
            yield Remark("python2-code", path, number, meaning)
            return
    imported = _IMPORT.match(code) if is_whole else None
    if imported and imported["module"] in MODULES:
        module = imported["module"]
        message = f"the module {module} is {MODULES[module]} in Python 3"
        yield Remark("python2-code", path, number, message)
        return
    for name, meaning in GONE.items():
        if re.search(rf"(?<![\w.]){name}\(", code):
            yield Remark("python2-code", path, number, f"{meaning} in Python 3")
            return
    for pattern, meaning in _SILENT:
        if re.search(pattern, code):
            yield Remark("python2-meaning", path, number, meaning)
            return


def _without_texts(code: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "''", code)


def _expression(code: str) -> str:
    """Return the expression of a directive: `if a / b`, `x = a / b`, `for x in y`."""
    code = re.sub(r"^\s*(if|when|choose|with|for\s+.+?\s+in|elif|def)\s+", "", code)
    return re.sub(r"^\s*\w+\s*=(?!=)\s*", "", code).strip()


def _divisions(path: str, number: int, code: str) -> Iterator[Remark]:
    if "/" not in code:
        return
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    if any(True for _ in divisions(tree)):
        yield Remark("python2-meaning", path, number, MEANING)
