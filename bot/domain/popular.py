"""Images that people rent most with, each with the ports that it serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Image:
    """`key`: the word of its button. `autossh`: SSH comes with CLORE.AI's own entrypoint."""

    key: str
    label: str
    name: str
    ports: Mapping[int, str]
    autossh: bool = False


_JUPYTER: Final[Mapping[int, str]] = {22: "tcp", 8888: "http"}

IMAGES: Final = (
    Image("ub24", "Ubuntu 24.04, Jupyter", "cloreai/jupyter:ubuntu24.04-v2", _JUPYTER),
    Image("ub22", "Ubuntu 22.04, CUDA 12", "cloreai/ubuntu22.04-cuda12", {22: "tcp"}),
    Image("ub20", "Ubuntu 20.04, Jupyter", "cloreai/ubuntu20.04-jupyter", _JUPYTER),
    Image("torch", "PyTorch", "pytorch/pytorch:latest", {22: "tcp"}, autossh=True),
    Image("ollama", "Ollama, no SSH", "ollama/ollama:latest", {11434: "http"}),
)
