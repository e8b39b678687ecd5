"""Live D1 databases: what is in them, and what of the migrations they have."""
