"""A short word in a button: the name of a step, of a filter, or a value to choose."""

from __future__ import annotations

from typing import NewType

Word = NewType("Word", str)
"""1 to 8 letters, digits, dots or dashes: what is longer is a row of the database, or its place in a list."""
