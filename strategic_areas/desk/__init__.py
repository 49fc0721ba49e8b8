"""The screens of staff: an agency's obligations, and pending decisions."""
