"""From what a client asks for to all packages that it needs, and why."""
