"""The time a mail is to leave: words for it, the calendar, instants."""
