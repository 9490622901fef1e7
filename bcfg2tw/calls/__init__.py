"""Below the resource: one call from its bytes and credentials to an answer or a fault."""
