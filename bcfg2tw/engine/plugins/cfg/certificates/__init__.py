"""Certificate authorities, requests, and checks of certificates."""
