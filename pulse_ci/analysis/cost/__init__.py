"""What statements cost on D1, in rows read and written, given how many rows its tables have."""
