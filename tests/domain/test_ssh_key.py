"""Public SSH keys as people paste them; a private one is told from them, and loudly refused."""

import base64
import textwrap

import pytest

from bot.domain.ssh_key import PRIVATE, TYPES, is_private_key, read_ssh_key
from bot.domain.typed import Typed, Unread
from tests.domain.keys import public_key


def key(text: str) -> tuple[str, str]:
    found = read_ssh_key(text)
    assert isinstance(found, Typed), found
    return found.value, found.note or ""


def refused(text: str) -> Unread:
    found = read_ssh_key(text)
    assert isinstance(found, Unread), found
    return found


@pytest.mark.parametrize("kind", TYPES)
def test_each_kind_is_taken_with_its_comment(kind: str) -> None:
    line = public_key(kind, comment="me@home")
    assert key(f"  {line}\n") == (line, "")


@pytest.mark.parametrize("comment", ["me@my_home", "Anna's laptop", "naïve@home", "x" * 3_100])
def test_a_comment_that_clore_does_not_take_is_removed_and_said_so(comment: str) -> None:
    line, note = key(public_key(comment=comment))
    assert line == public_key()
    assert "comment of the key was removed" in note


def test_a_key_that_was_broken_into_lines_is_joined() -> None:
    whole = public_key("ssh-rsa", 300)
    kind, body = whole.split()
    broken = f"{kind} " + "\n".join(textwrap.wrap(body, 64)) + " me@home"
    line, note = key(broken)
    assert line == f"{whole} me@home"
    assert "line breaks" in note


def test_the_form_that_putty_saves_is_rewritten() -> None:
    whole = public_key("ssh-rsa", 300)
    body = "\n".join(textwrap.wrap(whole.split()[1], 64))
    saved = f'---- BEGIN SSH2 PUBLIC KEY ----\nComment: "rsa key of\\\nnobody"\n{body}\n---- END SSH2 PUBLIC KEY ----\n'
    assert key(saved) == (whole, "The key was rewritten as the one line that CLORE.AI takes.")


@pytest.mark.parametrize(
    ("text", "said", "suggestion"),
    [
        ("", "no public key", ""),
        ("hello", "no public key", ""),
        ("ssh-dss AAAA", "too old", ""),
        ("ssh-ed25519 ", "copy the whole line", ""),
        (public_key()[:-8], "damaged or cut off", ""),
        (public_key().replace("ssh-ed25519 ", "ssh-rsa "), "damaged or cut off", ""),
        (f'command="ls" {public_key()}', "Options in front", public_key()),
        (f"{public_key()}\n{public_key('ssh-rsa')}", "one key", public_key()),
        (f"{public_key()}\nand more", "one line", public_key()),
        (public_key("ssh-rsa", 3_000), "at most 3,072", ""),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "damaged", ""),
    ],
)
def test_what_is_no_key_says_why(text: str, said: str, suggestion: str) -> None:
    found = refused(text)
    assert said in found.problem
    assert found.suggestion == suggestion


BODY = base64.b64encode(b"of nobody at all").decode()
PRIVATE_KEYS = [
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{BODY}\n-----END OPENSSH PRIVATE KEY-----",
    f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}",
    f"-----BEGIN PRIVATE KEY-----\n{BODY}",
    f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{BODY}",
    f"—---BEGIN OPENSSH PRIVATE KEY—---\n{BODY}",
    f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n{BODY}",
]


@pytest.mark.parametrize("text", PRIVATE_KEYS)
def test_a_private_key_is_refused_and_not_repeated(text: str) -> None:
    assert is_private_key(f"here it is: {text}")
    assert refused(text) == Unread(PRIVATE)
    assert BODY not in repr(refused(text))


@pytest.mark.parametrize("text", ["I begin with a private key", public_key(), "", "BEGIN PUBLIC KEY"])
def test_talk_of_keys_is_no_private_key(text: str) -> None:
    assert not is_private_key(text)
