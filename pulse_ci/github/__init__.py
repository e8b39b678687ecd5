"""GitHub, seen from inside a workflow: the event, the API, the sticky comment, the runner's files."""
