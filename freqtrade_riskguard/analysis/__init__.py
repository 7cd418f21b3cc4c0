"""What a trader reads: outcomes, tables, reports."""
