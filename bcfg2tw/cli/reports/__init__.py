"""The command `bcfg2tw reports`, which is bcfg2-reports as well."""
