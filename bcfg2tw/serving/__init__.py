"""Above the resource: the services around one core, where they listen, TLS and HTTP."""
