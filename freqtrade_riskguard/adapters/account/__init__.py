"""What the account has and had: trades, orders under way, funding, equity."""
