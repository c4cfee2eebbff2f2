"""Maildir, as another program keeps it too."""
