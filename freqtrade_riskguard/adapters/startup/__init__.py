"""Checks and registrations before a bot or a backtest starts."""
