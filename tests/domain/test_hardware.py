"""CLORE.AI's line about the graphics cards, as people say it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hardware import Specs


@pytest.mark.parametrize(
    ("line", "count", "model", "title"),
    [
        ("8x NVIDIA GeForce RTX 3090", 8, "RTX 3090", "8x RTX 3090"),
        ("1x NVIDIA GeForce GTX 1080 Ti", 1, "GTX 1080 Ti", "1x GTX 1080 Ti"),
        ("2x NVIDIA A100-SXM4-80GB", 2, "A100-SXM4-80GB", "2x A100-SXM4-80GB"),
        ("6x Mixed GPUs", 6, "Mixed GPUs", "6x Mixed GPUs"),
        ("  4 X  GeForce RTX 4090 ", 4, "RTX 4090", "4x RTX 4090"),
        ("NVIDIA GeForce RTX 4090", None, "RTX 4090", "RTX 4090"),
        ("Xeon", None, "Xeon", "Xeon"),
        ("NVIDIA", None, "NVIDIA", "NVIDIA"),
        ("0x NVIDIA RTX 4090", 0, "RTX 4090", "RTX 4090"),
        ("", None, None, "GPU unknown"),
        ("   ", None, None, "GPU unknown"),
        (None, None, None, "GPU unknown"),
    ],
)
def test_cards(line: str | None, count: int | None, model: str | None, title: str) -> None:
    specs = Specs(gpu=line)
    assert (specs.gpu_count, specs.gpu_model, specs.title) == (count, model, title)


@given(st.text())
def test_any_line_has_a_title(line: str) -> None:
    assert Specs(gpu=line).title.strip()


@pytest.mark.parametrize(
    ("disk", "size"),
    [
        ("NVMe disk 247.3623046875GB", "247.3623046875"),
        ("NVMe 512GB", "512"),
        ("Samsung SSD 980 1TB 931.5 GB", "931.5"),
        ("SSD 1.8TB", "1800"),
        ("NVMe", None),
        ("", None),
        (None, None),
    ],
)
def test_the_size_of_the_disk_stands_in_its_line(disk: str | None, size: str | None) -> None:
    assert Specs(disk=disk).disk_gb == (None if size is None else Decimal(size))


@pytest.mark.parametrize(
    ("cpus", "cores", "threads"),
    [("8/16", 8, 16), (" 64 / 128", 64, 128), ("4", 4, None), ("many", None, None), (None, None, None)],
)
def test_cores_and_threads(cpus: str | None, cores: int | None, threads: int | None) -> None:
    assert (Specs(cpus=cpus).cores, Specs(cpus=cpus).threads) == (cores, threads)
