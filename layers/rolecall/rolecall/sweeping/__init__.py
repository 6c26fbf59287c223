"""The same conventions over the whole account, for what events missed and what no event tells."""
