"""Rules that cap the leverage of an entry."""
