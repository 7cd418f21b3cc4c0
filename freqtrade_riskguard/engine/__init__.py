"""Asks the rules, takes the most careful answer, and keeps the journal."""
