"""How Sphinx builds this documentation; the options reference is made from the code first."""

from pathlib import Path

import bcfg2tw
from bcfg2tw.settings import reference

project = "bcfg2tw"
author = "the bcfg2tw authors"
version = release = bcfg2tw.__version__
copyright = author

extensions = ["myst_parser"]
html_theme = "alabaster"
html_theme_options = {"description": "A Bcfg2 server on Twisted", "show_powered_by": False}
exclude_patterns = ["_build", "_generated"]

generated = Path(__file__).with_name("_generated")
generated.mkdir(exist_ok=True)
(generated / "options.rst").write_text(reference(), encoding="utf-8")
