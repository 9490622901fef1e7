"""The HTTP client that fetches files for plugins: bounded, through proxies, in the reactor."""
