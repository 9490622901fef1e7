"""The store in an SQL database: one that several processes, and several machines, may share."""
