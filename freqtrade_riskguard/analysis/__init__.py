"""Analysis of a backtest: figures, tables, reports."""
