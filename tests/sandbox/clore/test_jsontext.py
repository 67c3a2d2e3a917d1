"""Numbers go out as JavaScript prints them, and no digit is lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.clore.jsontext import Written, read, write

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.0000042", "0.0000042"),
        ("0.000001", "0.000001"),
        ("0.0000003", "3e-7"),
        ("6.944444444444445E-9", "6.944444444444445e-9"),
        ("5.00", "5"),
        ("2.5", "2.5"),
        ("-12.30", "-12.3"),
        ("262800", "262800"),
        ("1.2E+3", "1200"),
        ("1E+21", "1e+21"),
        ("0E-8", "0"),
        ("NaN", "null"),
    ],
)
def test_a_number_is_written_as_javascript_prints_it(value: str, text: str) -> None:
    assert write(Decimal(value)) == text


@given(json_values)
def test_what_is_written_is_read_back_the_same(value: object) -> None:
    assert read(write(value)) == value


def test_text_that_is_json_already_goes_out_as_it_is() -> None:
    assert write({"servers": [Written('{"id":6}')]}) == '{"servers":[{"id":6}]}'


@pytest.mark.parametrize("text", ["", "NaN", "[1,", "{'a':1}", "[" * 100_000, '{"a":1}}'])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read(text)
