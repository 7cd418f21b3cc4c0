"""What happens in a rehearsal of live trading, and whether the guard held."""
