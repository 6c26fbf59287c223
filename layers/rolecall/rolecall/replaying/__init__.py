"""The same conventions over recorded events: one by hand (replay), or many from files (backtest)."""
