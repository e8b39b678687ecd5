"""Statements that put a schema right without losing a row: reverses, and rebuilds of tables.

Nothing here is believed: each statement is tried, on a database without rows while a plan is made (`draft`) and on
one with rows before it is shown to anybody (`proof`).
"""
