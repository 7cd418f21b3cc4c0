"""The account: trades, orders under way, funding, equity."""
