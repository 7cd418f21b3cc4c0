"""Which settings let an account grow most within a drawdown that its owner can stand."""
