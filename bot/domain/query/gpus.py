"""Names of graphics cards: what CLORE.AI writes, what people type, and when both mean the same card.

A card has a core (`4090`, `a100`, `titan`), variants that make it another card (`ti`, `s` for SUPER, `d`, `m` for a
laptop's), and details that do not (`80gb`, `sxm4`). So `3080` finds the RTX 3080 but neither the RTX 3080 Ti nor the laptop's
RTX 3080, `4090` does not find the RTX 4090 D, and `a100` finds every A100 while `a100 80gb` finds those with 80 GB. Makers
and series (`NVIDIA`, `GeForce`, `RTX`, `GTX`, `Tesla`...) are not asked for: `gtx 3090` finds the RTX 3090.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MIXED: Final = "mixed"

SERIES: Final = frozenset(
    [
        "nvidia",
        "geforce",
        "rtx",
        "gtx",
        "gts",
        "gt",
        "quadro",
        "tesla",
        "cmp",
        "amd",
        "ati",
        "radeon",
        "rx",
        "instinct",
        "intel",
        "arc",
        "gpu",
        "gpus",
        "graphics",
    ]
)
"""Words that may stand before a card's number and say nothing of their own."""
_IDLE: Final = SERIES | frozenset(
    [
        "generation",
        "edition",
        "with",
        "design",
        "workstation",
        "server",
        "blackwell",
        "ampere",
        "turing",
        "hopper",
        "lhr",
        "founders",
        "and",
        "the",
    ]
)
_VARIANTS: Final = {
    **{word: (word,) for word in ("ti", "d", "m", "xt", "xtx", "gre", "ada", "pro", "hx")},
    **{"s": ("s",), "super": ("s",), "tis": ("ti", "s"), "tisuper": ("ti", "s")},
    **{"laptop": ("m",), "mobile": ("m",), "notebook": ("m",), "maxq": ("m",)},
}
_TITANS: Final = frozenset(("rtx", "v", "x", "xp", "z", "black"))
_DETAIL: Final = re.compile(r"\d{1,3}(?:gb?)|sxm\d?|pcie|nvl|nvlink|hbm\d?e?|gddr\d?x?|g\d")
_NUMBERED: Final = re.compile(
    r"(?:nvidia|geforce|rtx|gtx|gts|gt|rx|radeon|quadro|tesla|cmp)?([1-9]\d{1,3})(tisuper|tis|ti|super|s|d|m|xtx|xt|gre|ada|pro|hx)?(m)?"
)
_LETTERED: Final = re.compile(r"(?:(?:rtx|tesla|quadro)?((?:a|b|h|l|t|v|p|m|k|gb|gh|mi)\d{1,4}[a-z]{0,2}))")
_CHUNK: Final = re.compile(r"[a-z0-9]+")
_LONGEST_NAME: Final = 64

_OLD: Final = frozenset(
    [
        "710",
        "730",
        "750",
        "760",
        "770",
        "780",
        "950",
        "960",
        "970",
        "980",
        "470",
        "480",
        "550",
        "560",
        "570",
        "580",
        "590",
    ]
)
_SPELLED: Final = {"s": "SUPER", "ti": "Ti", "m": "Laptop", "ada": "Ada"}


@dataclass(frozen=True, slots=True, order=True)
class GpuName:
    """One card. `core` has one part, rarely more (`p106`, `100`); `variants` and `details` are sorted."""

    core: tuple[str, ...]
    variants: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    def finds(self, listed: GpuName) -> bool:
        """Whether someone who asked for this card means that one."""
        return (
            self.variants == listed.variants
            and set(self.core) <= set(listed.core)
            and set(self.details) <= set(listed.details)
        )

    @property
    def card(self) -> GpuName:
        """The same without its details."""
        return GpuName(self.core, self.variants)

    @property
    def word(self) -> str:
        """As it is typed: `4090`, `3080ti`, `4070tis`, `a100-80gb`, `titanxp`."""
        compact = len(self.core) == 1 and (self.core[0].isdigit() or self.core[0] == "titan")
        head = "-".join(self.core)
        variants = _in_order(self.variants)
        if compact and gpu_name(head + "".join(variants)) == self.card:
            return "-".join((head + "".join(variants), *self.details))
        return "-".join((head, *variants, *self.details))

    @property
    def title(self) -> str:
        """`RTX 4090`, `GTX 1080 Ti`, `A100 80GB`, `mixed GPUs`."""
        if self.core == (MIXED,):
            return "mixed GPUs"
        spelled = [_SPELLED.get(part, part.upper()) for part in _in_order(self.variants)]
        core = " ".join("TITAN" if part == "titan" else part.upper() for part in self.core)
        return " ".join((*_series(self), core, *spelled, *(part.upper() for part in self.details)))


def gpu_name(text: str) -> GpuName | None:
    """Any text that CLORE.AI or a person calls a card (`NVIDIA GeForce RTX 3080 Ti`, `3080ti`); `None` where it names none."""
    core: list[str] = []
    variants: list[str] = []
    details: list[str] = []
    words = _CHUNK.findall(text[:_LONGEST_NAME].lower().replace("max-q", "maxq"))
    titan = any(word.startswith("titan") for word in words)
    for word in words:
        _sort_in(word, titan, core, variants, details)
    if not core:
        return None
    return GpuName(tuple(core), tuple(sorted(set(variants))), tuple(sorted(set(details))))


def _sort_in(word: str, titan: bool, core: list[str], variants: list[str], details: list[str]) -> None:
    if titan and word.removeprefix("titan") in _TITANS:
        if word.startswith("titan"):
            core.append("titan")
        variants.append(word.removeprefix("titan"))
    elif word in _IDLE:
        pass
    elif word in _VARIANTS:
        variants.extend(_VARIANTS[word])
    elif core and _DETAIL.fullmatch(word):
        details.append(word if not word[0].isdigit() or word.endswith("b") else word + "b")
    elif numbered := _NUMBERED.fullmatch(word):
        core.append(numbered[1])
        variants.extend(_VARIANTS[numbered[2]] if numbered[2] else ())
        variants.extend(("m",) if numbered[3] else ())
    elif lettered := _LETTERED.fullmatch(word):
        core.append(lettered[1])
    else:
        core.append(word)


def starts_gpu(word: str) -> bool:
    """Whether a word alone names a card: `4090`, `rtx3080ti`, `a100`, `980`, but not `150`, `rtx` or `de`."""
    if word == MIXED or (word.startswith("titan") and (word == "titan" or word[5:] in _TITANS)):
        return True
    numbered = _NUMBERED.fullmatch(word)
    if numbered:
        return len(numbered[1]) == 4 or numbered[1] in _OLD or not word[0].isdigit() or numbered[2] == "hx"
    return _LETTERED.fullmatch(word) is not None


def goes_on_gpu(word: str) -> bool:
    """Whether a word after a card still belongs to it: `ti`, `super`, `80gb`, `laptop`."""
    return (
        word in _VARIANTS
        or word in _TITANS - {"x", "black"}
        or bool(_DETAIL.fullmatch(word))
        or word in ("gpu", "gpus")
    )


def _in_order(variants: tuple[str, ...]) -> tuple[str, ...]:
    """`ti` before `s`, whatever the alphabet says."""
    return tuple(sorted(variants, key=lambda part: (part != "ti", part)))


def _series(name: GpuName) -> tuple[str, ...]:
    number = name.core[0]
    if len(name.core) > 1 or not number.isdigit():
        return ()
    if "pro" in name.variants or "ada" in name.variants or re.fullmatch(r"[2-5]0[5-9]0", number):
        return ("RTX",)
    return ("GTX",) if re.fullmatch(r"1[06]\d0|[79]\d0", number) else ()
