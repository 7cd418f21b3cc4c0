"""The exchange's endpoints: plain functions of its state and the query, grouped by subject."""
