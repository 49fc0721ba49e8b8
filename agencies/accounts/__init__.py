"""Accounts: invitation, sign-in, recovery and closing."""
