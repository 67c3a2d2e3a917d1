"""Long texts become several messages that Telegram can parse."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from handlers.splitting import plain, split, units


def test_a_text_that_fits_is_left_alone() -> None:
    assert split("<b>short</b>") == ["<b>short</b>"]


def test_length_counts_what_is_seen_in_utf_16() -> None:
    assert units("<b>🖥️ &lt;a&gt;</b> Привет") == 3 + 1 + 3 + 1 + 6


def test_a_long_text_is_cut_at_line_ends_and_its_tags_go_on() -> None:
    text = '<blockquote expandable>one <b>two\nthree</b> four</blockquote>\n<a href="x">five</a>'
    assert split(text, 10) == [
        "<blockquote expandable>one <b>two</b></blockquote>",
        "<blockquote expandable><b>three</b> four</blockquote>",
        '<a href="x">five</a>',
    ]


def test_a_line_without_end_is_cut_between_words_then_anywhere() -> None:
    assert split("aaaa bbbb", 6) == ["aaaa", "bbbb"]
    assert split("aaaa&amp;🖥bbbb", 5) == ["aaaa&amp;", "🖥bbb", "b"]


def test_without_formatting_every_character_is_kept() -> None:
    assert plain('a &lt;b&gt; <code>x</code> <tg-time unix="1" format="r">soon</tg-time> 1 < 2') == "a <b> x soon 1 < 2"


Words = st.text(alphabet="ab \n🖥<>&я", min_size=1, max_size=12)


@st.composite
def texts(draw: st.DrawFn) -> str:
    pieces = []
    for _ in range(draw(st.integers(1, 8))):
        piece = draw(Words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for tag in draw(
            st.lists(st.sampled_from(["b", "i", "code", "blockquote expandable"]), max_size=2, unique=True)
        ):
            piece = f"<{tag}>{piece}</{tag.split()[0]}>"
        pieces.append(piece)
    return "".join(pieces)


@given(texts(), st.integers(2, 20))
def test_no_part_is_too_long_nothing_is_lost_and_every_tag_is_closed(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(units(part) <= most for part in parts)
    kept = "".join(plain(part) for part in parts)
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", plain(text))
    for part in parts:
        stack: list[str] = []
        for closing, name in re.findall(r"<(/?)([a-z]+)[^>]*>", part):
            if closing:
                assert stack.pop() == name
            else:
                stack.append(name)
        assert not stack
