"""What the exchange answers: plain functions of its state and the query, grouped by subject."""
