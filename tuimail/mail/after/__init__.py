"""After it left: recall, receipts, corrections, incidents."""
