"""TLS to directories, as Python's own module does it."""

from __future__ import annotations

import ssl

from bcfg2tw.engine.plugins.ldap.interface import LdapError
from bcfg2tw.engine.plugins.ldap.options import ConnectionOptions


def tls_context(options: ConnectionOptions) -> ssl.SSLContext:
    """
    Return a context for connections with some options.

    It verifies certificates, and that they are for the host that is asked, by name or address;
    against the machine's CAs where the options name none.

    :raises LdapError: if a file that the options name cannot be used
    """
    try:
        context = ssl.create_default_context(cafile=options.ca_file, capath=options.ca_folder)
        if options.verify == ssl.CERT_NONE:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if options.certificate is not None:
            context.load_cert_chain(options.certificate, options.key)
    except OSError as error:  # SSLError is one
        files = (options.ca_file, options.ca_folder, options.certificate, options.key)
        names = ", ".join(name for name in files if name is not None)
        raise LdapError(f"TLS options: {names} cannot be used: {error}") from error
    return context
