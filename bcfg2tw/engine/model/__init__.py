"""The values that a configuration is about: clients, their groups, addresses, versions."""
