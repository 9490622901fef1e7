"""A Bcfg2 server on Twisted; the version is that of the installed distribution."""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Return the version, which takes longer to find than many commands to run."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("bcfg2tw")
    except PackageNotFoundError:  # imported from a checkout that was never installed
        return "0+unknown"
