"""A number as a person writes it is read in one way, whatever it numbers."""

from __future__ import annotations

import pytest

from bot.domain.ids import OrderId, ServerId, number_of


@pytest.mark.parametrize("text", ["123", "#123", " 123 ", "#0123"])
def test_digits_are_a_number(text: str) -> None:
    assert number_of(text, OrderId) == OrderId(123)
    assert number_of(text, ServerId) == ServerId(123)


@pytest.mark.parametrize("text", ["", "#", "##1", "-1", "1.5", "1e3", "²", "٣", "one", "1 2", "9" * 19])
def test_what_no_row_has_is_no_number(text: str) -> None:
    assert number_of(text, OrderId) is None
