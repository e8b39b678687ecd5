"""A stand-in for Cloudflare's REST API of D1 on loopback, over real workerd."""
