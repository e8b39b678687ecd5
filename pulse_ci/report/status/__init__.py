"""What `status` says, and the ways to write it down."""
