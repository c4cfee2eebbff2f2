"""A letter on its way in or out: addresses, MIME, drafts, replies, and what of it may be shown."""
