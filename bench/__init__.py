"""Speed, measured side by side with what a user would run instead; see `make bench`."""
