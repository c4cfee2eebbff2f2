"""What one does with a message that is open: each a conversation of questions and answers."""
