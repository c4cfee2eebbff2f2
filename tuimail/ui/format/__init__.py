"""What a person reads: pure functions from the values of mail to rows of text. No widget, no terminal."""
