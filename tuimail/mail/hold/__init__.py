"""The life of an outbox item: states, moves, and when to try again."""
