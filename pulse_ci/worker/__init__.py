"""SQL in the Worker's source, and the schemas it declares, tried on the schema before and after a change."""
