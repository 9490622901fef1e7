"""The folders are the architecture: imports go one way, from the network down to the files."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import bcfg2tw

ROOT = Path(bcfg2tw.__file__).parent

#: The part of the pages of reports that is Twisted's.
WEB_RESOURCE = tuple(f"reporting.web.{name}" for name in ("resource", "streams", "threads"))

#: From the top down: a module imports from its own line and from those below it only.
LAYERS = (
    ("cli",),
    ("service",),
    ("process",),
    ("workers",),
    ("core", "admin"),
    ("serving", "upstream"),
    ("shadow",),
    ("xmlrpc_resource", "watching", *WEB_RESOURCE),
    ("calls",),
    ("auth", "pool", "downloads"),
    ("certificates",),
    ("scheduling",),
    ("engine.core",),
    (
        "engine.access",
        "engine.context",
        "engine.picture",
        "engine.uploads",
        "engine.remote_methods",
    ),
    ("engine.plugin_failures",),
    ("engine.build",),
    ("engine.served",),
    ("engine.plugins",),
    ("engine.siteplugins",),
    ("engine.plugin.api",),
    ("engine.documents",),
    ("engine.templates",),
    ("engine.plugin",),
    ("engine.model",),
    ("reporting.web",),
    ("reporting",),
    ("engine.store.opening",),
    ("engine.store.sql", "engine.store.statefolder"),
    ("engine.store.memory", "engine.store.xmlfiles"),
    ("engine.secrets",),
    ("engine.store", "engine.encryption"),
    ("comparing",),
    ("engine.repository",),
    ("engine.checks",),
    ("engine.programs",),
    (
        "engine.time_limit",
        "engine.look_ups",
        "engine.call_statistics",
        "engine.refusals",
        "engine.clock",
        "engine.ssh_keys",
        "engine.authenticated",
        "engine.ciphers",
        "engine.memory",
        "engine.shared_texts",
        "engine.sqlite_files",
        "engine.xmlio",
    ),
    ("engine.upload_names", "engine.upload_head"),
    ("settings",),
    ("closed_paths", "errors", "finding", "near_names", ""),
)

#: The same for the modules of a folder, without its name.
ROOMS = {
    "comparing": (
        ("rendering.formats",),
        ("rendering", "sentences"),
        ("documents", "wording"),
        ("report",),
        ("answers", "decisions"),
        ("differences", "grouping", "ignoring", "login_names", "releases"),
        ("details",),
        ("secrets",),
        ("client_names", "difference", "normal", "text_diff", ""),
    ),
    "engine.checks": (
        ("",),
        ("checking", "group_names"),
        ("file_kinds",),
        ("path_kinds", "plugin_kinds", "scripts_and_keys", "structure_kinds"),
        (
            "access_rules",
            "clients_file",
            "entries",
            "file_names",
            "info_lines",
            "key_texts",
            "metadata_files",
            "patterns",
            "sources_file",
        ),
        ("vocabulary",),
    ),
    "engine.plugins.cfg": (
        ("",),
        ("cfg",),
        ("pulling",),
        ("entry_set", "site_handler_names", "site_handlers"),
        ("kinds",),
        ("created", "authorized_keys", "templates", "verifiers", "plain"),
        ("certificates", "other_paths", "kind"),
        ("unusable",),
        ("interfaces",),
    ),
    "engine.plugins.metadata": (
        ("",),
        ("metadata",),
        ("authentication", "metadata_files", "profiles", "registration", "resolution"),
        ("newcomers", "addresses", "declared_groups", "dynamic_groups"),
        ("membership",),
    ),
    "engine.plugins.packages": (
        ("packages",),
        ("configuring", "resolving"),
        ("updating",),
        ("formats",),
        ("indexes",),
        ("sources", "fetching", ""),
    ),
    "engine.plugins.properties": (
        ("",),
        ("properties",),
        ("views",),
        ("write_back",),
        ("shared_file",),
        ("formats",),
    ),
    "engine.plugins.sshbase": (
        ("",),
        ("sshbase",),
        ("known_hosts", "host_keys"),
        ("host_names", "key_files"),
        ("dns",),
    ),
    "shadow": (
        ("mode",),
        ("comparisons",),
        ("report",),
        ("judgement", "record"),
        ("presence", "ways"),
        ("other_server",),
        (
            "asserted_profiles",
            "beside",
            "counts",
            "forwarded",
            "lone_writes",
            "noted_endpoints",
            "notices",
            "server_identity",
            "shared_result",
            "site_secrets",
            "spare_connections",
            "",
        ),
    ),
    "engine.siteplugins": (
        ("",),
        ("loading",),
        ("adapter",),
        ("package",),
        ("server",),
        ("in_force", "names"),
        ("monitor",),
        ("current", "failures", "finding", "turns"),
    ),
    "reporting.web": (
        ("resource",),
        ("site",),
        ("finishing", "static_files", "api"),
        ("rendering", "pages", "openapi"),
        ("show", "old_addresses", "export"),
        ("queries.overview",),
        ("queries",),
        ("page", "links", "access"),
        ("question", "plots", "entry_views", "changing"),
        ("days", "differences", "listing", "phases", "reasons", "texts", "users", "exchange"),
        ("errors", "limits", "memory", "places", "streams", "threads", ""),
    ),
    "engine.store": (
        ("opening",),
        ("sql.opening", "sql.counts", "sql.transfer.importing"),
        ("sql.transfer",),
        ("sql.clients", "sql.probes"),
        ("sql.parts",),
        ("sql.following", "sql.writer"),
        ("sql.database",),
        ("sql.kinds", "sql.schema"),
        ("sql.migrations",),
        (
            "sql",
            "sql.cached_answers",
            "sql.numbers",
            "sql.trouble",
            "sql.listening",
            "sql.location",
        ),
        ("sql.tables",),
        ("statefolder",),
        ("memory", "xmlfiles.clients_file", "xmlfiles.probed_file"),
        ("xmlfiles.journaled_file",),
        ("xmlfiles.followed_journal", "xmlfiles.takeover"),
        ("xmlfiles.journal",),
        ("xmlfiles.shared_log",),
        ("xmlfiles.clients_writer",),
        ("xmlfiles.client_documents", "xmlfiles.client_splices", "xmlfiles.probed_document"),
        ("xmlfiles", "merged_clients", "store"),
        ("client_table",),
        ("interface", "written_files"),
        ("client_rows",),
        ("answers", "client_edit", "declared_clients"),
        (
            "changes",
            "client",
            "client_locks",
            "later",
            "outages",
            "shared_client_locks",
            "sole_process",
            "shared_lock",
            "state_folder",
            "folders",
            "",
        ),
        ("atomic",),
    ),
    "workers": (
        ("processes",),
        ("supervisor",),
        ("leading", "nursery"),
        ("changes", "worker"),
        ("questions",),
        ("crew",),
        ("hired", "nursery_link", "worker_service"),
        ("inheritance",),
        ("conversation", "listeners", "log_link", "memory_use", "shared_context", "worker_core"),
        ("messages", ""),
    ),
}


#: Folders that may end the process: `workers` ends those that it has forked.
ENDING = ("cli", "process", "workers")


def layer_of(module: str, layers: Iterable[tuple[str, ...]] = LAYERS) -> int:
    """Return the number of the line that a module stands on, counted from the top."""
    matching = [
        (len(prefix), number)
        for number, prefixes in enumerate(layers)
        for prefix in prefixes
        if module == prefix or module.startswith(prefix + ".")
    ]
    assert matching, f"{module} has no place in the layers"
    return max(matching)[1]


def is_type_checking(node: ast.AST) -> bool:
    """Say whether a statement holds imports for type checkers only."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree: ast.AST, for_types: bool = False) -> Iterator[str]:
    """
    Yield the modules, or names in modules, that are imported when the code runs.

    :param for_types: whether imports for type checkers only count as well
    """
    for node in ast.iter_child_nodes(tree):
        if is_type_checking(node) and not for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imports(node, for_types)


def is_in(module: str, folder: str) -> bool:
    """Say whether a module is a folder's, or the folder itself."""
    return not folder or module == folder or module.startswith(f"{folder}.")


def is_end(node: ast.AST) -> bool:
    """Say whether a statement or expression ends the process."""
    if isinstance(node, ast.Raise) and node.exc is not None:
        return ast.unparse(node.exc).startswith("SystemExit")
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("sys.exit", "os._exit", "exit")


def module_name(path: Path) -> str:
    """Return the name of a file's module below the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def modules() -> Mapping[str, ast.Module]:
    """Return every module of the package by its name."""
    return {module_name(path): ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}


def import_graph(prefix: str) -> Mapping[str, set[str]]:
    """
    Return each module of a folder with those modules of the folder that it imports.

    Imports for type checkers count.

    :param prefix: the folder's name below the package, empty for the whole package
    """
    trees = {name: tree for name, tree in modules().items() if is_in(name, prefix)}
    return {name: set(_imported_modules(tree, trees)) - {name} for name, tree in trees.items()}


def _imported_modules(tree: ast.AST, folder: Collection[str]) -> Iterator[str]:
    """Yield the modules of a folder that a module imports, or imports names from."""
    for name in imports(tree, for_types=True):
        target = name.removeprefix("bcfg2tw.")
        module = target if target in folder else target.rpartition(".")[0]
        if name.startswith("bcfg2tw.") and module in folder:
            yield module


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, empty if there are none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        modules_in_circle: list[str] = error.args[1]
        return modules_in_circle
    return []


class LayersTests(SynchronousTestCase):
    def test_imports_go_down(self) -> None:
        """A module imports only what stands on its own line of the architecture, or below."""
        for name, tree in modules().items():
            for imported in imports(tree, for_types=True):
                if imported.startswith("bcfg2tw."):
                    target = imported.removeprefix("bcfg2tw.")
                    self.assertLessEqual(
                        layer_of(name), layer_of(target), f"{name} imports {imported}"
                    )

    def test_no_circle(self) -> None:
        """All modules import each other in one direction, also for type checkers."""
        self.assertEqual(circle_in(import_graph("")), [])

    def test_circle(self) -> None:
        """A circle is told, and nothing but the circle."""
        imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str]()}
        self.assertEqual(set(circle_in(imports)), {"b", "c"})

    def test_engine_without_twisted(self) -> None:
        """Nothing under `engine/` and `reporting/` imports Twisted, but for the pages' resource."""
        for name, tree in modules().items():
            if name.startswith(("engine", "reporting")) and name not in WEB_RESOURCE:
                for imported in imports(tree, for_types=True):
                    self.assertFalse(imported.startswith("twisted"), f"{name} imports {imported}")

    def test_ends(self) -> None:
        """Nothing but commands and a process of its own ends the process."""
        for name, tree in modules().items():
            if not any(is_in(name, folder) for folder in ENDING):
                for node in ast.walk(tree):
                    self.assertFalse(is_end(node), f"{name} ends the process")


class RoomsTests(SynchronousTestCase):
    def test_order(self) -> None:
        """A module of a folder imports only what stands on its own line of the folder, or below."""
        for folder, layers in ROOMS.items():
            for name, targets in import_graph(folder).items():
                for target in targets:
                    self.assertLessEqual(
                        layer_of(name.removeprefix(folder).lstrip("."), layers),
                        layer_of(target.removeprefix(folder).lstrip("."), layers),
                        f"{name} imports {target}",
                    )
