"""What is checked and registered before a bot or a backtest starts."""
