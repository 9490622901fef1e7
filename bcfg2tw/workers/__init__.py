"""Several processes that serve one repository: a supervisor, a nursery, and workers."""
