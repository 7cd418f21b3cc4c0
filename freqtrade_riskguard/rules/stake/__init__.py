"""Rules that cap the stake of an entry."""
