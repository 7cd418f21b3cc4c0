"""A bot that does not run: its configuration, strategy, guard and market, to ask questions of."""
