"""The staff's daily screen: what my agency owes, what waits for review."""
