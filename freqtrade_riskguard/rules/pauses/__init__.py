"""Rules that pause entries."""
