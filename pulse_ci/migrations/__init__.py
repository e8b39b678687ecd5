"""Migration files: which there are, what each says, and which of them are new."""
