"""Below the pool: whose turn it is, and what is known of a call that runs in a thread."""
