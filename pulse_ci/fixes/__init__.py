"""Fixes of findings, each verified by replay before it is offered.

A finding's `fix`, the suggestions on a pull request and `pulse-ci fix` are the same fixes.
"""
