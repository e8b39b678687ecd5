"""What `drift` found out, as a value and in the forms in which it is shown."""
