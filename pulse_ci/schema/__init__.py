"""Schemas as values: the reader of SQLite's DDL, introspection of a connection, and the diff of two schemas."""
