"""One file a command: each wires the steps and has no logic of its own."""
