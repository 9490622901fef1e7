"""Where the modules of a site are, without importing anything."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder

#: Where upstream has its plugins, below a folder of Python's path.
PLUGINS = os.path.join("Bcfg2", "Server", "Plugins")
#: What an installed Bcfg2 has, and a site's own folder has not.
CORE = os.path.join("Bcfg2", "Server", "Core.py")

_NAMES_UPSTREAM = re.compile(
    rb"^\s*(?:import|from)\s+(?:[\w., ]*,\s*)?Bcfg2\b"
    rb"|\b(?:import_module|__import__)\s*\(\s*['\"]Bcfg2\b",
    re.MULTILINE,
)


def roots(relative: str, path: Sequence[str] | None = None) -> Iterator[str]:
    """
    Yield the folders of a name that are below Python's path.

    :param path: what stands for Python's path
    """
    for entry in dict.fromkeys(sys.path if path is None else path):
        folder = os.path.join(entry or os.curdir, relative)
        if os.path.isdir(folder):
            yield os.path.abspath(folder)


def plugin_file(name: str, path: Sequence[str] | None = None) -> str | None:
    """
    Return the file of a plugin in upstream's folder on Python's path, None without one.

    :param path: what stands for Python's path
    """
    for folder in roots(PLUGINS, path):
        for candidate in (f"{name}.py", os.path.join(name, "__init__.py")):
            file = os.path.join(folder, candidate)
            if os.path.isfile(file):
                return file
    return None


def is_installed_bcfg2(path: str) -> bool:
    """Say whether a file in upstream's folder for plugins is beside an installed Bcfg2."""
    root = path.partition(f"{os.sep}{PLUGINS}{os.sep}")[0]
    return os.path.isfile(os.path.join(root, CORE))


def spec_of(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """
    Return where a module is that is a Python file, None for any other.

    :param path: the folders of its package, None for Python's path
    """
    spec = PathFinder.find_spec(name, path)
    is_file = spec is not None and spec.origin is not None and spec.origin.endswith(".py")
    is_folder = spec is not None and spec.origin is None and spec.submodule_search_locations
    return spec if is_file or is_folder else None


def names_upstream(spec: ModuleSpec) -> bool:
    """Say whether the code of a module imports anything of Bcfg2."""
    if spec.origin is None:
        return False
    try:
        with open(spec.origin, "rb") as stream:
            return _NAMES_UPSTREAM.search(stream.read()) is not None
    except OSError:
        return False


def module_spec(name: str) -> ModuleSpec | None:
    """Return where a module with all its packages is, without importing any of them."""
    path: Sequence[str] | None = None
    spec = None
    parts = name.split(".")
    for number in range(1, len(parts) + 1):
        spec = spec_of(".".join(parts[:number]), path)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or ())
    return spec
