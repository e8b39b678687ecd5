"""Drift: what a live database has otherwise than the files that were applied to it say.

`expected` is the schema of those files, replayed; `actual` is that of the database.
"""
