"""Drift: how a live database differs from the migrations that were applied to it.

`expected` is the schema of those files, replayed; `actual` is that of the database.
"""
