"""Rules: what they look at, and what they say of a mail."""
