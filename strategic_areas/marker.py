"""What stands in the place of a text that was withdrawn to protect people."""

#: Stored in any language; pages say it in the reader's own. The triggers know it.
MARKER = "[texto retirado]"
