"""The marker that replaces a text which was purged to protect people."""

#: It is stored in every language; pages translate it, and triggers compare with it.
MARKER = "[texto retirado]"
