"""Rules that deny an entry."""
