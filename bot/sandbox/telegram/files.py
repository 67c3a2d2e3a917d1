"""Files that were uploaded, by the bot or by a person, and what Telegram checks about a picture."""

import mimetypes
import struct
from base64 import b64decode
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.sandbox.telegram.refusal import bad_request

Json = dict[str, Any]

SMALL_PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_LARGEST_PHOTO = 10 * 1024 * 1024
_LARGEST_UPLOAD = 50 * 1024 * 1024
_LARGEST_DOWNLOAD = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes of one file as they came with a request."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file that Telegram keeps; `path` is what getFile names."""

    id: str
    path: str
    name: str
    content: bytes
    width: int = 0
    height: int = 0

    @property
    def mime_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def _wire(self) -> Json:
        return {"file_id": self.id, "file_unique_id": self.id[-12:], "file_size": len(self.content)}

    def as_file(self) -> Json:
        """The File object."""
        if len(self.content) > _LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return self._wire() | {"file_path": self.path}

    def as_document(self) -> Json:
        """The Document object."""
        return self._wire() | {"file_name": self.name, "mime_type": self.mime_type}

    def as_photo(self) -> list[Json]:
        """The PhotoSize objects: one size, the picture is not scaled."""
        return [self._wire() | {"width": self.width, "height": self.height}]


class Files:
    """Every file by its id; ids are the same in every run."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._numbers = count(1)

    def add_document(self, upload: Upload) -> File:
        if len(upload.content) > _LARGEST_UPLOAD:
            raise bad_request("file is too big")
        if not upload.content:
            raise bad_request("file must be non-empty")
        return self._keep("documents", upload)

    def add_photo(self, upload: Upload) -> File:
        """Keeps a picture after the checks that Telegram makes on its size and shape."""
        if len(upload.content) > _LARGEST_PHOTO:
            size = len(upload.content)
            raise bad_request(f"file of size {size} bytes is too big for a photo; the maximum size is 10485760 bytes")
        width, height = picture_size(upload.content)
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return self._keep("photos", upload, width, height)

    def by_id(self, file_id: str) -> File | None:
        return self._files.get(file_id)

    def by_path(self, path: str) -> File | None:
        return next((file for file in self._files.values() if file.path == path), None)

    def _keep(self, folder: str, upload: Upload, width: int = 0, height: int = 0) -> File:
        number = next(self._numbers)
        name = upload.name.replace("/", "_") or "file"
        extension = f".{name.rpartition('.')[2]}" if "." in name else ""
        file = File(f"BQACAgI{number:017d}", f"{folder}/file_{number}{extension}", name, upload.content, width, height)
        self._files[file.id] = file
        return file


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, JPEG or GIF; anything else is refused as no picture."""
    size = _png(content) or _gif(content) or _jpeg(content)
    if size is None or 0 in size:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return size


def _png(content: bytes) -> tuple[int, int] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif(content: bytes) -> tuple[int, int] | None:
    if content[:4] != b"GIF8" or len(content) < 10:
        return None
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """The first frame header names the size; segments before it are skipped."""
    position = 2 if content[:2] == b"\xff\xd8" else len(content)
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker, length = content[position + 1], int.from_bytes(content[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
