"""Statements that restore or change a schema without losing a row: reverses, and rebuilds of tables.

Each statement runs on a database without rows before it joins a script (script_builder), and each script on one
with rows before a user sees it (verify_script).
"""
