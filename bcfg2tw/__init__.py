"""A Bcfg2 server on Twisted; the version is that of the installed distribution."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("bcfg2tw")
except PackageNotFoundError:  # imported from a checkout that was never installed
    __version__ = "0+unknown"
