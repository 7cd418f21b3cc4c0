"""Gate's interface (V4, perpetuals settled in USDT): plain functions of the exchange's state."""
