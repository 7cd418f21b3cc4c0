"""One run of a bot: its session, account, entries and stops."""
