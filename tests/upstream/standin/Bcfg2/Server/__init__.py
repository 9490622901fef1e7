"""The server's half."""
