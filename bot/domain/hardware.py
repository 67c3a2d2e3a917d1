"""What a server is made of, as CLORE.AI describes it. Every field may be missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_COUNTED = re.compile(r"^\s*(\d{1,4})\s*[xX]\s*(.+?)\s*$")
_SIZE = re.compile(r"(?<![\d.])(\d{1,12}(?:\.\d{1,18})?)\s*([gGtT])(?:i?[bB])", re.ASCII)
_CPUS = re.compile(r"\s*(\d{1,6})(?:\s*/\s*(\d{1,6}))?", re.ASCII)
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
    def disk_gb(self) -> Decimal | None:
        """The size in CLORE.AI's line, like `NVMe disk 247.3623046875GB`: the last one that it names."""
        sizes = _SIZE.findall(self.disk or "")
        if not sizes:
            return None
        size, unit = sizes[-1]
        return Decimal(size) * (1000 if unit in "tT" else 1)

    @property
    def cores(self) -> int | None:
        """The first number of `8/16`."""
        return self._cpus(0)

    @property
    def threads(self) -> int | None:
        """The second number of `8/16`."""
        return self._cpus(1)

    def _cpus(self, place: int) -> int | None:
        numbers = _CPUS.match(self.cpus or "")
        return int(numbers[place + 1]) if numbers and numbers[place + 1] else None

    @property
    def title(self) -> str:
        """`8x RTX 3090`, or that nothing is known."""
        model = self.gpu_model
        if model is None:
            return "GPU unknown"
        return f"{self.gpu_count}x {model}" if self.gpu_count else model
