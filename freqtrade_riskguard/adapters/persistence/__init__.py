"""What freqtrade's database keeps for the guard: locks, ladder levels, state."""
