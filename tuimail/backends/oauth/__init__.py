"""Signing in to Microsoft and Google (RFC 6749, 7636, 8628), and where the tokens are kept."""
