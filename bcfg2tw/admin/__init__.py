"""A listener of its own for who watches and steers the server: health, metrics, commands."""
