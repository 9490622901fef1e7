"""SSHbase: host keys of SSH, and the list of all of them (:ref:`templates-and-data-14`)."""

from bcfg2tw.engine.plugins.sshbase.sshbase import SSHbase

__all__ = ["SSHbase"]
