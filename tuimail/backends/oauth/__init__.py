"""Signing in to Microsoft and Google, and the tokens that come of it (RFC 6749, 7636, 8252, 8628)."""
