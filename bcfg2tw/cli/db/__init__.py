"""The command `bcfg2tw db`: the database that the state of clients is kept in."""
