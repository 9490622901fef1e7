"""
`--core upstream`: our network side over an installed upstream Bcfg2 1.4 and its plugins.

`core.py` is the seam, `options.py` takes our settings to Bcfg2's own option parser, `compat.py`
brings back what later Pythons dropped of the standard library, `encryption.py` decrypts, `mends.py`
gives bytes to who takes them for text, `reporting.py` keeps reports in our database,
`databases.py` says why Bcfg2's own cannot be used, `tools.py` runs Bcfg2's commands. Nothing of
upstream is imported before one of these functions is called.
"""

from bcfg2tw.upstream.core import UpstreamSeam, core_base, network_core

__all__ = ["UpstreamSeam", "core_base", "network_core"]
