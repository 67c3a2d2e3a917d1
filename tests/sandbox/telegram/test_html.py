"""Telegram's HTML: what it becomes, why it is refused, and that the real library reads it the same way."""

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Message

from bot.sandbox.telegram.entities import is_blank, tidy, to_wire, utf16_length
from bot.sandbox.telegram.html import ParseError, checked_link, parse
from bot.sandbox.telegram.render import to_html


def read(html: str) -> tuple[str, list[dict[str, Any]]]:
    text, spans = tidy(*parse(html))
    return text, to_wire(text, spans)


def kinds(html: str) -> list[tuple[str, str]]:
    """Each entity's type with the text that it covers."""
    text, entities = read(html)
    units = text.encode("utf-16-le")
    covered = [units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le") for one in entities]
    return [(one["type"], part) for one, part in zip(entities, covered, strict=True)]


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("a <div>b</div>", 'Unsupported start tag "div" at byte offset 2'),
        ("€ <br>", 'Unsupported start tag "br" at byte offset 4'),
        ("x < y", 'Unsupported start tag "" at byte offset 2'),
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><I>open", 'Can\'t find end tag corresponding to start tag "i"'),
        ("ends with <b", "Unclosed start tag at byte offset 10"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ('<span class="big">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a =x>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href>a</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a href=a/b>a</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("&#xD800;", "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
         "surrogate code units"),
    ],
)  # fmt: skip
def test_broken_html_is_refused_in_telegrams_words(html: str, why: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse(html)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<b>1</b><strong>2</strong>", [("bold", "12")]),
        ("<i>1</i> <em>2</em>", [("italic", "1"), ("italic", "2")]),
        ("<u>1</u>,<ins>2</ins>", [("underline", "1"), ("underline", "2")]),
        ("<s>1</s>,<strike>2</strike>,<del>3</del>", [("strikethrough", each) for each in "123"]),
        ('<tg-spoiler>1</tg-spoiler>,<span class="tg-spoiler">2</span>', [("spoiler", "1"), ("spoiler", "2")]),
        ("<B>x</B>", [("bold", "x")]),
        ("<b>x</>", [("bold", "x")]),
        ("<b></b>x", []),
        ("<b> </b>x", []),
        ("<blockquote>q</blockquote>", [("blockquote", "q")]),
        ("<blockquote expandable>q</blockquote>", [("expandable_blockquote", "q")]),
        ("<pre>p</pre>", [("pre", "p")]),
        ("<code>c</code>", [("code", "c")]),
        ('<code class="language-sh">c</code>', [("code", "c")]),
        ("<code><b>c</b></code>", [("code", "c")]),
        ("<b>a<code>c</code>d</b>", [("bold", "a"), ("code", "c"), ("bold", "d")]),
        ('<a href="https://clore.ai">l</a>', [("text_link", "l")]),
        ('<a href="nonsense">l</a>', []),
        ('<a href="tg://user?id=5">nobody</a>', []),
        ("🖥️<b>🖥️</b>", [("bold", "🖥️")]),
        ("<i>a<b>b</b></i><b>c</b>", [("italic", "a"), ("bold", "bc"), ("italic", "b")]),
        ("see https://clore.ai/x?y=1. ok", [("url", "https://clore.ai/x?y=1")]),
        ("/bid@some_bot 3 by @annabelle", [("bot_command", "/bid@some_bot"), ("mention", "@annabelle")]),
        ("<code>/bid https://clore.ai</code>", [("code", "/bid https://clore.ai")]),
        ("a/b 1/2 x@y", []),
    ],
)
def test_tags_become_entities(html: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(html) == expected


def test_a_block_of_code_with_a_language_is_one_entity() -> None:
    expected = ("x", [{"offset": 0, "length": 1, "type": "pre", "language": "python"}])
    assert read('<pre><code class="language-python">x</code></pre>') == expected
    assert read('<code class="language-python"><pre>x</pre></code>') == expected


def test_a_time_keeps_its_moment_and_its_format() -> None:
    html = 'in <tg-time unix="1700000000" format="r">3 hours</tg-time>'
    entity = {"offset": 3, "length": 7, "type": "date_time", "unix_time": 1700000000, "date_time_format": "r"}
    assert read(html) == ("in 3 hours", [entity])


def test_offsets_count_utf16_units() -> None:
    assert read("🖥️ <b>🖥️!</b>")[1] == [{"offset": 4, "length": 4, "type": "bold"}]
    assert utf16_length("🖥️") == 3


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("&lt;&gt;&amp;&quot;", '<>&"'),
        ("&#65;&#x42;&#x1F5A5;", "AB🖥"),
        ("&nbsp; &copy; &", "&nbsp; &copy; &"),
        ("&lt x", "< x"),
        ("&#0;", "&#0;"),
        ("  a\r\nb\tc \n", "a\nb c"),
        (" <b>a</b>", "a"),
    ],
)
def test_text_is_decoded_and_cleaned(html: str, text: str) -> None:
    assert read(html)[0] == text


def test_links_are_kept_as_telegram_writes_them() -> None:
    assert checked_link("HTTP://Clore.AI") == "http://clore.ai/"
    assert checked_link("clore.ai/a?b=1#c") == "http://clore.ai/a?b=1#c"
    assert checked_link("tg://resolve?domain=x") == "tg://resolve?domain=x"
    for nothing in ("", "localhost", "javascript:alert(1)", "http://", "http://a b.com", "https://x.com:99999/"):
        assert checked_link(nothing) is None


def test_a_known_person_can_be_mentioned_by_number() -> None:
    anna = {"id": 5, "is_bot": False, "first_name": "Anna"}
    text, spans = parse('<a href="tg://user?id=5">you</a>', {5: anna}.get)
    assert to_wire(text, spans) == [{"offset": 0, "length": 3, "type": "text_mention", "user": anna}]


def test_blank_text_is_recognised() -> None:
    assert is_blank(" \n\u200b\u3164")
    assert not is_blank(" .")


def test_the_page_gets_html_that_is_safe() -> None:
    text, entities = read('<b>a &lt;script&gt; <i>b</i></b> <a href="https://x.io/?q=&quot;&gt;">l</a>\n&amp;')
    assert to_html(text, entities) == (
        "<b>a &lt;script&gt; <i>b</i></b> "
        '<a href="https://x.io/?q=&quot;&gt;" target="_blank" rel="noopener noreferrer">l</a>\n&amp;'
    )
    shown = to_html(*read('<tg-time unix="1700000000" format="r">3 hours</tg-time> <tg-spoiler>s</tg-spoiler>'))
    assert 'data-unix="1700000000" data-format="r">3 hours</time> <span class="spoiler">s</span>' in shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<pre>a</pre>", '<pre data-language="">a</pre>'),
        ('<pre><code class="language-sh">a</code></pre>', '<pre data-language="sh">a</pre>'),
        ("<blockquote>a</blockquote>", "<blockquote>a</blockquote>"),
        ("<blockquote expandable>a</blockquote>", '<blockquote class="expandable">a</blockquote>'),
        ("<u>a</u><s>b</s><code>c</code>", "<u>a</u><s>b</s><code>c</code>"),
        ("/help", '<span class="bot_command">/help</span>'),
        ("clore.ai", '<a href="https://clore.ai" target="_blank" rel="noopener noreferrer">clore.ai</a>'),
        ("a@clore.ai", '<a href="mailto:a@clore.ai" target="_blank" rel="noopener noreferrer">a@clore.ai</a>'),
        ('<a href="ftp://clore.ai/x">a</a>', "a"),
    ],
)
def test_each_entity_has_its_element(html: str, shown: str) -> None:
    assert to_html(*read(html)) == shown


words = st.text(st.sampled_from(string.ascii_letters + " &<>\"'\n🖥️éЖ_"), min_size=1, max_size=8)
escaped = words.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
tags = st.sampled_from(
    [
        ("<b>", "</b>"),
        ("<i>", "</i>"),
        ("<u>", "</u>"),
        ("<s>", "</s>"),
        ("<tg-spoiler>", "</tg-spoiler>"),
        ("<code>", "</code>"),
        ("<pre>", "</pre>"),
        ('<a href="https://clore.ai/">', "</a>"),
        ("<blockquote>", "</blockquote>"),
        ("<blockquote expandable>", "</blockquote>"),
        ('<tg-time unix="1700000000" format="wDT">', "</tg-time>"),
        ('<tg-emoji emoji-id="5368324170671202286">', "</tg-emoji>"),
    ]
)
documents = st.recursive(
    escaped,
    lambda inner: st.tuples(tags, st.lists(inner, min_size=1, max_size=4)).map(
        lambda node: node[0][0] + "".join(node[1]) + node[0][1]
    ),
    max_leaves=12,
)


def as_message(text: str, entities: list[dict[str, Any]]) -> Message:
    chat = {"id": 1, "type": "private"}
    return Message.de_json({"message_id": 1, "date": 1, "chat": chat, "text": text, "entities": entities}, None)


@settings(max_examples=120, deadline=None)
@given(st.lists(documents, min_size=1, max_size=4).map("".join))
def test_the_real_library_reads_the_same_formatting(html: str) -> None:
    """Round trip: what python-telegram-bot writes for our entities parses to the same text and entities."""
    text, entities = read(html)
    if is_blank(text):
        return
    assert read(as_message(text, entities).text_html) == (text, entities)


@settings(max_examples=120, deadline=None)
@given(st.lists(documents, min_size=1, max_size=4).map("".join))
def test_entities_never_cross(html: str) -> None:
    text, entities = read(html)
    ends = [(one["offset"], one["offset"] + one["length"]) for one in entities]
    assert all(0 <= start < end <= utf16_length(text) for start, end in ends)
    assert not any(a < c < b < d for a, b in ends for c, d in ends)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("<>/ab=\"' &#;x1i\n-tgpre"), max_size=30))
def test_any_text_is_parsed_or_refused(html: str) -> None:
    try:
        text, entities = read(html)
    except ParseError:
        return
    assert to_html(text, entities).count("<script") == 0
