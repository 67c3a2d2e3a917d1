"""Images that people rent most with, each with the ports that it serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Image:
    """`key`: the word of its button. `brings`: what is in it. `autossh`: SSH comes with CLORE.AI's own entrypoint."""

    key: str
    label: str
    name: str
    brings: str
    ports: Mapping[int, str]
    autossh: bool = False


_JUPYTER: Final[Mapping[int, str]] = {22: "tcp", 8888: "http"}

IMAGES: Final = (
    Image("ub24", "Ubuntu 24.04, Jupyter", "cloreai/jupyter:ubuntu24.04-v2", "CUDA, SSH, JupyterLab", _JUPYTER),
    Image("ub22", "Ubuntu 22.04, CUDA 12", "cloreai/ubuntu22.04-cuda12", "CUDA 12, SSH", {22: "tcp"}),
    Image("ub20", "Ubuntu 20.04, Jupyter", "cloreai/ubuntu20.04-jupyter", "CUDA, SSH, JupyterLab", _JUPYTER),
    Image("torch", "PyTorch", "pytorch/pytorch:latest", "Python, PyTorch, CUDA", {22: "tcp"}, autossh=True),
    Image("ollama", "Ollama", "ollama/ollama:latest", "a server of language models, no SSH", {11434: "http"}),
)
