"""freqtrade's REST API: a client, and what it says of a bot."""
