"""Sequences of requests from a seed: the same seed gives the same sequence."""
