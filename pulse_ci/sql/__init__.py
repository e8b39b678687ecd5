"""SQL text as SQLite reads it: tokens, and where a statement ends."""
