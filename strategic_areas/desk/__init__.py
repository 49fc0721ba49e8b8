"""The screens of staff: what an agency owes, and what waits for a decision."""
