"""The base of plugins, their roles and their context; a site's own derive from them as well."""
