"""The outbox at work: what is held, sent, filed, looked for."""
