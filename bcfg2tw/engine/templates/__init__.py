"""Templates and Python files of the repository, and what is said when they fail."""
