"""Reading a public SSH key, and telling a private one, which nobody may be sent."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from bot.domain.draft import MAX_SSH_KEY, STARRED
from bot.domain.typed import Typed, Unread

TYPES: Final = (
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
PRIVATE: Final = "This is a PRIVATE key: replace it everywhere, delete the message, and send the public one (.pub)."

_PRIVATE: Final = re.compile(r"BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY|PuTTY-User-Key-File")
"""Without the dashes around it: phones make long ones of them."""
_BEGINS: Final = re.compile(rf"(?<![\w@.-])({'|'.join(map(re.escape, TYPES))})[ \t]")
_SSH2_BEGIN: Final = "---- BEGIN SSH2 PUBLIC KEY ----"
_SSH2_END: Final = "---- END SSH2 PUBLIC KEY ----"
_SSH2_HEADER: Final = re.compile(r"[A-Za-z-]+:")
_MOST_PARTS: Final = 100
"""Of a key that was broken into lines."""


def is_private_key(text: str) -> bool:
    """Whether it holds a private key, whole or its beginning, of OpenSSH, OpenSSL or PuTTY."""
    return _PRIVATE.search(text) is not None


def read_ssh_key(text: str) -> Typed[str] | Unread:
    """One public key on one line. A comment that CLORE.AI does not take is left out, and said so."""
    if is_private_key(text):
        return Unread(PRIVATE)
    if _SSH2_BEGIN in text:
        return _of_ssh2(text.partition(_SSH2_BEGIN)[2].partition(_SSH2_END)[0])
    found = list(_BEGINS.finditer(text))
    if not found:
        return Unread(_no_key(text))
    start = found[0].start()
    read = _read_one(found[0][1], text[found[0].end() : found[1].start() if len(found) > 1 else len(text)])
    if isinstance(read, Unread):
        return read
    if len(found) > 1:
        return Unread("CLORE.AI takes one key: these are several.", read.value)
    if text[:start].strip():
        return Unread("Options in front of a key cannot be sent: the key begins with its type.", read.value)
    return read


def _no_key(text: str) -> str:
    if "ssh-dss" in text:
        return "A DSA key is too old for today's SSH. Make one with ssh-keygen -t ed25519."
    return "That is no public key: one line that begins with ssh-ed25519, ssh-rsa, ecdsa-sha2 or sk-."


def _read_one(kind: str, rest: str) -> Typed[str] | Unread:
    """`rest`: the body and, perhaps, a comment; a line that was broken on the way may have breaks within."""
    first, *others = [line.split() for line in rest.strip().splitlines() if line.strip()] or [[]]
    if not first:
        return Unread("The key ends after its type: copy the whole line.")
    body, comment, note = first[0], " ".join(first[1:]), None
    if others and not _whole(kind, body):
        words = [word for line in (first, *others) for word in line][:_MOST_PARTS]
        count = next((n for n in range(2, len(words) + 1) if _whole(kind, "".join(words[:n]))), 0)
        body, comment = "".join(words[:count]) or body, " ".join(words[count:])
        note = "The line breaks within the key were removed."
    elif others:
        return Unread("A key is one line, and nothing else.", _fitting(kind, body, "").value)
    if not _whole(kind, body):
        return Unread("The key is damaged or cut off: copy the whole line again.")
    if len(f"{kind} {body}") > MAX_SSH_KEY:
        return Unread(f"CLORE.AI takes keys of at most {MAX_SSH_KEY:,} characters: use an ed25519 key.")
    return _fitting(kind, body, comment, note)


def _fitting(kind: str, body: str, comment: str, note: str | None = None) -> Typed[str]:
    bare = f"{kind} {body}"
    whole = f"{bare} {comment}".rstrip()
    if whole == bare:
        return Typed(bare, note)
    if STARRED.fullmatch(comment) and len(whole) <= MAX_SSH_KEY:
        return Typed(whole, note)
    why = (
        "CLORE.AI takes only letters, digits and - = . @ + / in it"
        if len(whole) <= MAX_SSH_KEY
        else "with it the key is too long"
    )
    return Typed(bare, f"The comment of the key was removed: {why}. The key works without it.")


def _whole(kind: str, body: str) -> bool:
    """Whether the body is what its type says: fields with their lengths in front, and nothing cut off."""
    try:
        blob = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return False
    fields, at = [], 0
    while at + 4 <= len(blob):
        length = int.from_bytes(blob[at : at + 4], "big")
        fields.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    return at == len(blob) and len(fields) >= 2 and fields[0] == kind.encode()


def _of_ssh2(inside: str) -> Typed[str] | Unread:
    """The form that PuTTY saves public keys in."""
    lines = [line.strip() for line in inside.replace("\\\n", "").splitlines()]
    body = "".join(line for line in lines if not _SSH2_HEADER.match(line))
    kind = next((kind for kind in TYPES if _whole(kind, body)), None)
    if kind is None or len(f"{kind} {body}") > MAX_SSH_KEY:
        return Unread("The key is damaged, cut off, or of a kind that I do not know: send it as one line.")
    return Typed(f"{kind} {body}", "The key was rewritten as the one line that CLORE.AI takes.")
