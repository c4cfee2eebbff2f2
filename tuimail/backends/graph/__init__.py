"""Microsoft Graph: sending, the mailbox, mail tips and recall of a Microsoft 365 account."""
