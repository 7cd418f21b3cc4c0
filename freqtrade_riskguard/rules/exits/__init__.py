"""Rules that cut or close open positions."""
