"""The commands, one file each, which wire the steps; their flags are in `arguments`."""
