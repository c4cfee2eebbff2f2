"""The built-in world: a Maildir on disk, an SMTP server on loopback, people who answer."""
