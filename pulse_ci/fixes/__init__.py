"""Findings to the edits that mend them, each proven by replay before it is offered.

Here alone fixes are made: a finding's `fix`, the suggestions on a pull request and `pulse-ci fix` are the same ones.
"""
