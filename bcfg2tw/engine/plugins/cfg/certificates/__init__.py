"""Certificate authorities, requests, and what is known of certificates."""
