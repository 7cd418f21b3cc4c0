"""Trades of backtests as evidence for Kelly: whose they are, and the file that holds them."""
