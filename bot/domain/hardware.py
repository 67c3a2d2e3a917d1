"""What a server is made of, as CLORE.AI describes it. Every field may be missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_COUNTED = re.compile(r"^\s*(\d{1,4})\s*[xX]\s*(.+?)\s*$")
_VENDOR = re.compile(r"^(?:NVIDIA\s+)?(?:GeForce\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Specs:
    """`gpu` is CLORE.AI's own line, like `8x NVIDIA GeForce RTX 3090` or `6x Mixed GPUs`."""

    gpu: str | None = None
    gpu_ram_gb: Decimal | None = None
    cpu: str | None = None
    cpus: str | None = None
    ram_gb: Decimal | None = None
    disk: str | None = None
    disk_mb_s: Decimal | None = None
    board: str | None = None
    down_mbit: Decimal | None = None
    up_mbit: Decimal | None = None
    country: str | None = None

    @property
    def gpu_count(self) -> int | None:
        counted = _COUNTED.match(self.gpu or "")
        return int(counted[1]) if counted else None

    @property
    def gpu_model(self) -> str | None:
        """The model as people say it: `RTX 3090`, `GTX 1080 Ti`, `Mixed GPUs`."""
        if not self.gpu or not self.gpu.strip():
            return None
        counted = _COUNTED.match(self.gpu)
        name = (counted[2] if counted else self.gpu).strip()
        return _VENDOR.sub("", name).strip() or name

    @property
    def title(self) -> str:
        """`8x RTX 3090`, or that nothing is known."""
        model = self.gpu_model
        if model is None:
            return "GPU unknown"
        return f"{self.gpu_count}x {model}" if self.gpu_count else model
