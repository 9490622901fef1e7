"""
How Sphinx builds this documentation.

The reference of the options and the pages of the modules are made from the code first, in
`_generated`.
"""

import sys
from pathlib import Path

import bcfg2tw
from bcfg2tw.cli.lint.reference import lint_reference
from bcfg2tw.settings import reference

DOCS = Path(__file__).parent
GENERATED = DOCS / "_generated"
sys.path.insert(0, str(DOCS))  # for the extension `module_pages`

project = "bcfg2tw"
author = "the bcfg2tw authors"
version = release = bcfg2tw.__version__
copyright = author

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "module_pages",
]
html_theme = "furo"
html_title = f"bcfg2tw {release}"
html_short_title = "bcfg2tw"
html_theme_options = {"navigation_with_keys": True}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/versions.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
templates_path = ["_templates"]
html_copy_source = False
html_show_sphinx = False
# of a session in a terminal, what was typed
copybutton_prompt_text = r"\$ |# |>>> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
html_static_path = ["_static"]
html_css_files = ["site.css"]
exclude_patterns = [
    "_build",
    "_generated/options.rst",
    "_generated/lint-checks.rst",
    "_generated/modules.rst",
]

# single backticks are code, in docstrings as in comments
default_role = "code"
maximum_signature_line_length = 80
add_module_names = False
python_use_unqualified_type_names = True
# members would bury the modules in the table of contents
toc_object_entries = False

autodoc_default_options = {
    "members": True,
    "private-members": True,  # of these `module_pages` chooses
    "special-members": "__init__",
    "show-inheritance": True,
    # what a module hands on is documented where it is
    "ignore-module-all": True,
}
# docstrings of Twisted and lxml are written in markup of their own
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_use_type_comments = False
# so that the documentation can be built without the extras
autodoc_mock_imports = ["Cheetah", "boto3", "botocore", "ldap", "ldap3"]

GENERATED.mkdir(exist_ok=True)
(GENERATED / "options.rst").write_text(reference(), encoding="utf-8")
(GENERATED / "lint-checks.rst").write_text(lint_reference(), encoding="utf-8")
