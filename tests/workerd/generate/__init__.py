"""Sequences of DDL and DML over a growing schema, from a seed: the same seed gives the same sequence."""
