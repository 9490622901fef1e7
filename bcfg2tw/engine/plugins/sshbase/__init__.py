"""SSHbase: host keys of SSH, and the list of all of them (templates-and-data.md 14)."""

from bcfg2tw.engine.plugins.sshbase.sshbase import SSHbase

__all__ = ["SSHbase"]
