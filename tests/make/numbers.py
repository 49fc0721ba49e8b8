"""Running numbers for names and codes, which no test may depend on."""

from itertools import count

numbers = count(1)
