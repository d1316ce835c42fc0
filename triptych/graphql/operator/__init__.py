"""The operator's own API on the public host: tenants, usage, jobs and the health of plugins. It only reads."""
