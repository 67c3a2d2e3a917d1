"""Master keys: reading them from the settings or a key file, and refusing what cannot be used before anything is written."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from storage.errors import BadMasterKey, WrongMasterKey

KEY_BYTES = 32
TAG_BYTES = 8

_TEXT = re.compile(r"[A-Za-z0-9_-]{43}=?")
_SEPARATORS = re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True)
class MasterKey:
    """32 random bytes. The tag names the key in front of every value it sealed, and says nothing about it."""

    secret: bytes = field(repr=False)
    tag: bytes = field(init=False)

    def __post_init__(self) -> None:
        tag = hmac.digest(self.secret, b"clore-telegram-bot master key tag", hashlib.sha256)[:TAG_BYTES]
        object.__setattr__(self, "tag", tag)

    @property
    def text(self) -> str:
        """As it stands in the settings or in a key file: base64url."""
        return base64.urlsafe_b64encode(self.secret).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """Newest first: the first seals, all open. `source` says where they come from, for messages.

    `created`: the key file that this very start wrote, which somebody should back up.
    """

    keys: tuple[MasterKey, ...]
    source: str = "BOT_MASTER_KEYS"
    created: Path | None = None

    def __post_init__(self) -> None:
        if not self.keys:
            raise BadMasterKey(f"{self.source} holds no master key")

    @property
    def first(self) -> MasterKey:
        return self.keys[0]

    def find(self, tag: bytes) -> MasterKey | None:
        return next((key for key in self.keys if key.tag == tag), None)

    @classmethod
    def parse(cls, text: str, source: str = "BOT_MASTER_KEYS") -> MasterKeys:
        """From base64url, separated by commas (or blanks and line ends). `BadMasterKey` says which key is wrong and how."""
        parts = [part for part in _SEPARATORS.split(text) if part]
        keys = [_parse(part, f"key {place} of {source}") for place, part in enumerate(parts, start=1)]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise BadMasterKey(f"key {place + 1} of {source} is the same as key {keys.index(key) + 1}")
        return cls(tuple(keys), source)

    @classmethod
    def generate(cls) -> MasterKeys:
        return cls((MasterKey(secrets.token_bytes(KEY_BYTES)),), "a new key")


def load_master_keys(text: str, key_file: Path, *, holds_sealed: bool) -> MasterKeys:
    """The keys of the settings; without any, those of the key file.

    A missing key file is made, mode 0600, only while the database holds nothing sealed; afterwards it is `WrongMasterKey`.
    """
    if text.strip():
        return MasterKeys.parse(text)
    if key_file.exists():
        return MasterKeys.parse(_read(key_file), str(key_file))
    if holds_sealed:
        raise WrongMasterKey(
            f"the master key file {key_file} is missing and the database holds values sealed with it;"
            " put the file back, or set BOT_MASTER_KEYS to the key that it held"
        )
    return _create(key_file)


def _parse(text: str, name: str) -> MasterKey:
    if not _TEXT.fullmatch(text):
        raise BadMasterKey(f"{name} is not {KEY_BYTES} bytes in base64url: {_what_is_wrong(text)}")
    secret = base64.urlsafe_b64decode(text.rstrip("=") + "=")
    if len(set(secret)) == 1:
        raise BadMasterKey(f"{name} is one byte repeated, which is no key")
    return MasterKey(secret)


def _what_is_wrong(text: str) -> str:
    if re.search(r"[^A-Za-z0-9_=-]", text):
        return "only letters, digits, - and _ are allowed"
    return f"it has {len(text.rstrip('='))} characters, and 43 are needed"


def _read(key_file: Path) -> str:
    try:
        return key_file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadMasterKey(f"the master key file {key_file} cannot be read: {_reason(error)}") from None


def _create(key_file: Path) -> MasterKeys:
    made = MasterKeys.generate()
    try:
        key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(key_file, f"{made.first.text}\n".encode())
    except OSError as error:
        raise BadMasterKey(f"the master key file {key_file} cannot be made: {_reason(error)}") from None
    return MasterKeys(made.keys, str(key_file), created=key_file)


def _write_once(path: Path, content: bytes) -> None:
    """Whole and on the disk before it has its name: a key that seals must not be half a file after a power cut."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, never over an existing key
    finally:
        draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    """Without the bytes that did not decode."""
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is not text"
