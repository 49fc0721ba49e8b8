"""The number of a port as a command's argument."""

import argparse


def port_number(text):
    """A number from 1 to 65535; argparse says what else is wrong, in one sentence."""
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"must be from 1 to 65535, not {text}")
    return int(text)
