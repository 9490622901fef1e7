"""
A Sphinx extension: pages that show the modules, made from their docstrings.

There is a page for each folder of the code. That they are built with `-W` is what checks the
references in docstrings.
"""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.ext.autodoc.mock import mock

import bcfg2tw

PACKAGE = Path(bcfg2tw.__file__).parent
# A module that runs a program when it is imported.
PROGRAM = "__main__"
# A value with more characters than this is left out.
LONGEST_VALUE = 60


# The modules


def folders() -> dict[str, Path]:
    """Return the folders of the code by their dotted names."""
    paths = [path.parent for path in sorted(PACKAGE.rglob("__init__.py"))]
    return {".".join(path.relative_to(PACKAGE.parent).parts): path for path in paths}


def modules(folder: str, path: Path) -> list[str]:
    """Return the dotted names of the modules in a folder, without the folder itself."""
    stems = sorted(file.stem for file in path.glob("*.py"))
    return [f"{folder}.{stem}" for stem in stems if stem not in ("__init__", PROGRAM)]


def import_names_of_types(module: ModuleType) -> None:
    """Import what a module imports for type checkers only, so that its annotations are links."""
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            code = compile(ast.Module(statement.body, []), str(module.__file__), "exec")
            exec(code, vars(module))


def import_modules(mocked: list[str]) -> None:
    """
    Import all modules first, and then what they know of each other.

    :param mocked: names of optional dependencies, for which something empty stands
    """
    names = [name for folder, path in folders().items() for name in modules(folder, path)]
    with mock(mocked):
        for module in [import_module(name) for name in names]:
            import_names_of_types(module)


# Their pages


def heading(name: str, underline: str) -> str:
    """Return a heading."""
    return f"{name}\n{underline * len(name)}\n\n"


def link(module: ModuleType, name: str) -> str | None:
    """Return a link to something that a module hands on, None if it is the module's own."""
    home = getattr(getattr(module, name), "__module__", module.__name__)
    if home == module.__name__:
        return None
    return f":py:obj:`~{home}.{name}`" if home.startswith(PACKAGE.name) else f"`{name}`"


def module_text(name: str) -> str:
    """Return what a page says of a module: docstring, names that it hands on, and members."""
    module = import_module(name)
    links = [link(module, exported) for exported in getattr(module, "__all__", ())]
    listed = ", ".join(filter(None, links))
    return f".. automodule:: {name}\n\n" + (f"It hands on {listed}.\n\n" if listed else "")


def title(folder: str) -> str:
    """Return a folder's name below the package."""
    return folder.removeprefix(f"{PACKAGE.name}.")


def page(folder: str, path: Path) -> str:
    """Return the page of a folder: the folder itself, then its modules."""
    text = heading(title(folder), "=") + module_text(folder)
    for module in modules(folder, path):
        text += heading(module.rpartition(".")[2], "-") + module_text(module)
    return text


def short_name(folder: str) -> str:
    """Return a folder's name for the table of contents, where there is little room."""
    return title(folder).replace("engine.plugins.", "plugins.")


def overview() -> str:
    """Return the list of all folders, each with the first sentences of its docstring."""
    lines = []
    toctree = [".. toctree::", "   :hidden:", ""]
    for folder in folders():
        summary = inspect.cleandoc(import_module(folder).__doc__ or "").partition("\n\n")[0]
        lines += [f":doc:`{folder} </_generated/api/{folder}>`"]
        lines += [f"   {line}" for line in summary.splitlines()]
        toctree.append(f"   {short_name(folder)} </_generated/api/{folder}>")
    return "\n".join([*lines, "", *toctree, ""])


def write_if_changed(path: Path, text: str) -> None:
    """Write a file; one that says the same keeps its time, so that it is not built again."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def write_pages(generated: Path) -> None:
    """Write all pages into a folder, and remove those of modules that are gone."""
    api = generated / "api"
    api.mkdir(parents=True, exist_ok=True)
    pages = {api / f"{folder}.rst": page(folder, path) for folder, path in folders().items()}
    for stale in set(api.glob("*.rst")) - pages.keys():
        stale.unlink()
    pages[generated / "modules.rst"] = overview()
    for path, text in pages.items():
        write_if_changed(path, text)


# What they show


def is_left_out(
    app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any
) -> bool | None:
    """Leave private members out, unless they hold a reference, which is to be checked."""
    is_private = name.startswith("_") and not name.endswith("__")
    return True if is_private and ":ref:" not in (inspect.getdoc(member) or "") else None


def signature(
    app: Sphinx, what: str, name: str, member: Any, options: Any, arguments: str, result: str
) -> tuple[str, str] | None:
    """Show no signature for classes that are not made by a call, as protocols."""
    return ("", result) if what == "class" and arguments == "(*args, **kwargs)" else None


def shorten(app: Sphinx, domain: str, kind: str, content: nodes.Element) -> None:
    """Leave out of a description what would only make it long."""
    drop_plain_base(content)
    for child in content.parent.children:
        if isinstance(child, addnodes.desc_signature):
            drop_long_value(child)


def drop_plain_base(content: nodes.Element) -> None:
    """Remove the line which says that a class is derived from nothing but `object`."""
    for child in content.children:
        if child.astext() == "Bases: object":
            content.remove(child)
            return


def drop_long_value(line: nodes.Element) -> None:
    """Remove the value of a constant from the line that names it, if it is a long one."""
    for child in line.children:
        if isinstance(child, addnodes.desc_annotation) and len(child.astext()) > LONGEST_VALUE:
            line.remove(child)
            return


def prepare(app: Sphinx) -> None:
    """Make the pages before Sphinx looks for them."""
    import_modules(app.config.autodoc_mock_imports)
    write_pages(Path(app.srcdir) / "_generated")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.connect("builder-inited", prepare)
    app.connect("autodoc-skip-member", is_left_out)
    app.connect("autodoc-process-signature", signature)
    app.connect("object-description-transform", shorten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
