"""The reports of clients: taken in, kept in a database, shown, exported, and taken over."""
