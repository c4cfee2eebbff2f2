"""IMAP (RFC 9051)."""
