"""What the operator sees: metrics, health, and errors in Sentry. Logs are in `platform.web.logs`."""
