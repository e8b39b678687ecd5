"""What the reports on many databases have in common: what they are about, and how parts become a whole."""
