"""store remembers: SQLite on one thread. outbox.db is precious, cache.db is disposable."""
