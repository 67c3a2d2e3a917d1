"""Sealing: AES-256-GCM under keys that belong to one chat, bound to the very place where a value is stored.

A sealed value is a version byte, the tag of its master key (8 bytes), a nonce (12) and the ciphertext with its check.
The key comes by HKDF from the master key and our own number of the chat, which survives a change of Telegram's number.
Table, row and column are associated data, so a value that was moved elsewhere does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.ids import ChatId, KeyId
from storage.errors import Unopenable
from storage.master_keys import KEY_BYTES, TAG_BYTES, MasterKey, MasterKeys

Sealed = NewType("Sealed", bytes)

_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEADER_BYTES = len(_VERSION) + TAG_BYTES
_LEAST_BYTES = _HEADER_BYTES + _NONCE_BYTES + 16
_KEY_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives. `chat` is `None` for what belongs to the installation, or to no chat yet."""

    table: str
    row: str
    column: str
    chat: ChatId | None

    @property
    def bound(self) -> bytes:
        """Each part with its length in front: no two places give the same bytes."""
        parts = [part.encode() for part in (self.table, self.row, self.column)]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of row {self.row}"


class Vault:
    """Seals and opens. `key_secret` is the secret of the keyed hash by which one API key is known in every chat."""

    def __init__(self, master_keys: MasterKeys, key_secret: bytes) -> None:
        self.master_keys = master_keys
        self._key_secret = key_secret

    def __repr__(self) -> str:
        return f"Vault({len(self.master_keys.keys)} master keys)"

    def seal(self, place: Place, plain: bytes) -> Sealed:
        return seal(self.master_keys, place, plain)

    def open(self, place: Place, sealed: bytes) -> bytes:
        """`Unopenable` where the value was damaged, moved, or sealed by a key that is not here."""
        return unseal(self.master_keys, place, sealed)

    def move(self, sealed: bytes, source: Place, target: Place) -> Sealed:
        """The same value for another place. One that does not open stays as it is: it would not open there either."""
        try:
            return self.seal(target, self.open(source, sealed))
        except Unopenable:
            return Sealed(sealed)

    def key_id(self, api_key: str) -> KeyId:
        """Who this key is, without saying anything about it: the same in every chat, and after a rotation."""
        digest = hmac.digest(self._key_secret, b"CLORE.AI key\0" + api_key.encode(), hashlib.sha256)
        return KeyId(base64.urlsafe_b64encode(digest[:_KEY_ID_BYTES]).decode().rstrip("="))


def seal(master_keys: MasterKeys, place: Place, plain: bytes) -> Sealed:
    """Under the first master key."""
    header = _VERSION + master_keys.first.tag
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCM(_chat_key(master_keys.first, place.chat))
    return Sealed(header + nonce + cipher.encrypt(nonce, plain, header + place.bound))


def unseal(master_keys: MasterKeys, place: Place, sealed: bytes) -> bytes:
    header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
    if len(sealed) < _LEAST_BYTES or header[:1] != _VERSION:
        raise Unopenable(f"{place} is not a sealed value of this version")
    key = master_keys.find(tag_of(sealed))
    if key is None:
        raise Unopenable(f"{place} was sealed with master key {tag_of(sealed).hex()}, which is not here")
    cipher = AESGCM(_chat_key(key, place.chat))
    try:
        return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + place.bound)
    except InvalidTag:
        raise Unopenable(f"{place} does not open: it was damaged or moved") from None


def tag_of(sealed: bytes) -> bytes:
    """The tag of the master key that sealed this."""
    return sealed[len(_VERSION) : _HEADER_BYTES]


def _chat_key(master: MasterKey, chat: ChatId | None) -> bytes:
    whose = b"installation" if chat is None else b"chat %d" % chat
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"clore-telegram-bot " + whose).derive(master.secret)
