"""A stand-in GitHub on loopback: it remembers, fails when told to, and GitHub's description judges it."""
