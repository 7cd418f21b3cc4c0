"""A backtest's result as plain data: trades, candles, tiers, decisions."""
