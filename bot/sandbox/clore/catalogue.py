"""The hardware of the simulated marketplace: what real hosts offer, and for about how much."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Gpu:
    """A graphics card: memory in GB, a usual price in USD per day and card, how often one meets it."""

    name: str
    memory: int
    usd_per_day: float
    weight: int


GPUS: Final = (
    Gpu("NVIDIA GeForce GTX 1070", 8, 0.24, 3),
    Gpu("NVIDIA GeForce GTX 1080 Ti", 11, 0.36, 6),
    Gpu("NVIDIA GeForce GTX 1660 SUPER", 6, 0.22, 5),
    Gpu("NVIDIA GeForce RTX 2060 SUPER", 8, 0.38, 3),
    Gpu("NVIDIA GeForce RTX 2080 Ti", 11, 0.62, 6),
    Gpu("NVIDIA GeForce RTX 3060", 12, 0.68, 9),
    Gpu("NVIDIA GeForce RTX 3060 Ti", 8, 0.66, 6),
    Gpu("NVIDIA GeForce RTX 3070", 8, 0.78, 12),
    Gpu("NVIDIA GeForce RTX 3070 Ti", 8, 0.84, 4),
    Gpu("NVIDIA GeForce RTX 3080", 10, 1.15, 13),
    Gpu("NVIDIA GeForce RTX 3080 Ti", 12, 1.3, 5),
    Gpu("NVIDIA GeForce RTX 3090", 24, 2.1, 16),
    Gpu("NVIDIA GeForce RTX 4070 Ti SUPER", 16, 1.9, 4),
    Gpu("NVIDIA GeForce RTX 4080", 16, 2.4, 5),
    Gpu("NVIDIA GeForce RTX 4090", 24, 4.3, 20),
    Gpu("NVIDIA GeForce RTX 5090", 32, 7.6, 8),
    Gpu("NVIDIA RTX A4000", 16, 1.5, 3),
    Gpu("NVIDIA RTX A5000", 24, 2.6, 3),
    Gpu("NVIDIA RTX A6000", 48, 5.4, 3),
    Gpu("Tesla V100-SXM2-16GB", 16, 1.8, 2),
    Gpu("NVIDIA A100-SXM4-80GB", 80, 17.5, 3),
    Gpu("NVIDIA L40S", 48, 9.5, 2),
    Gpu("NVIDIA H100 80GB HBM3", 80, 38.0, 2),
    Gpu("AMD Radeon RX 6800 XT", 16, 0.7, 2),
)

CARDS: Final = ((1, 34), (2, 18), (3, 3), (4, 14), (5, 2), (6, 12), (7, 2), (8, 15), (10, 1), (12, 1))
"""Number of cards in a machine, weight."""

CPUS: Final = (
    ("11th Gen Intel(R) Core(TM) i9-11900 @ 2.50GHz", "8/16", "Z590 GAMING X"),
    ("Intel(R) Core(TM) i5-10400F CPU @ 2.90GHz", "6/12", "B460M PRO-VDH"),
    ("Intel(R) Celeron(R) G5905 CPU @ 3.50GHz", "2/2", "H510 Pro BTC+"),
    ("Intel(R) Core(TM) i7-13700KF", "16/24", "PRO Z790-P WIFI"),
    ("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "28/56", "X10DRG-Q"),
    ("Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz", "32/64", "X11DPG-OT-CPU"),
    ("AMD Ryzen 5 3600 6-Core Processor", "6/12", "B450M DS3H"),
    ("AMD Ryzen 9 5950X 16-Core Processor", "16/32", "X570 AORUS MASTER"),
    ("AMD Ryzen 9 7950X 16-Core Processor", "16/32", "X670E Taichi"),
    ("AMD Ryzen Threadripper PRO 3955WX 16-Cores", "16/32", "WRX80 Creator"),
    ("AMD EPYC 7402P 24-Core Processor", "24/48", "ROMED8-2T"),
    ("AMD EPYC 7742 64-Core Processor", "128/256", "H11DSi"),
    ("AMD EPYC 9354 32-Core Processor", "64/128", "GENOA2D24G-2L+"),
)
"""Name, cores/threads, mainboard."""

SERVER_BOARDS: Final = {"X11DPG-OT-CPU", "ROMED8-2T", "H11DSi", "GENOA2D24G-2L+", "WRX80 Creator", "X10DRG-Q"}
"""Those with room for many cards, or for big ones."""

COUNTRIES: Final = (
    ("US", 16), ("CZ", 7), ("DE", 9), ("PL", 8), ("FI", 5), ("SE", 4), ("NO", 4), ("NL", 5), ("FR", 5), ("ES", 4), ("IT", 4),
    ("UA", 5), ("RO", 4), ("BG", 4), ("GB", 4), ("CA", 5), ("KR", 5), ("JP", 3), ("TW", 3), ("VN", 3), ("TH", 2), ("AU", 2),
    ("BR", 2), ("IS", 2), ("KZ", 2), ("GE", 1),
)  # fmt: skip
"""Country code, weight."""

CUDA_VERSIONS: Final = ("11.8", "12.0", "12.2", "12.4", "12.6", "12.8")
DISKS: Final = ("NVMe", "SSD", "HDD")
MEMORY_GB: Final = (8, 16, 32, 64, 64, 128, 128, 256, 512)
LENGTHS_HOURS: Final = (12, 24, 48, 72, 73, 168, 168, 336, 720, 720, 1440)
IMAGES: Final = (
    "cloreai/ubuntu20.04-jupyter",
    "cloreai/ubuntu22.04-cuda12",
    "cloreai/jupyter:ubuntu24.04-v2",
    "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime",
    "ollama/ollama:latest",
)
