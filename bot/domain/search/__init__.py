"""What people look for in the marketplace: read from a forgiving line of text or from buttons, and said back in words."""

from bot.domain.search.conditions import Chip, Price, Search, Shown, Sort
from bot.domain.search.filters import FILTERS, Choice, Filter, chosen, popular_gpus, with_filter
from bot.domain.search.gpus import GpuName, gpu_name
from bot.domain.search.limits import Figure, Limit, Sign, Version
from bot.domain.search.reading import Misread, parse

__all__ = [
    "FILTERS",
    "Chip",
    "Choice",
    "Figure",
    "Filter",
    "GpuName",
    "Limit",
    "Misread",
    "Price",
    "Search",
    "Shown",
    "Sign",
    "Sort",
    "Version",
    "chosen",
    "gpu_name",
    "parse",
    "popular_gpus",
    "with_filter",
]
