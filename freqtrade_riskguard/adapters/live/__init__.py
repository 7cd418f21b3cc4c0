"""A bot that trades for money: what the exchange says, and what follows from it."""
