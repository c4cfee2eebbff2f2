"""SMTP submission (RFC 6409)."""
