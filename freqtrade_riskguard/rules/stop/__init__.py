"""Rules that say where a position's stop is."""
