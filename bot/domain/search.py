"""What people look for in the marketplace: read from a forgiving line of text or from buttons, and said back in words.

The front door of `bot/domain/query/`.
"""

from bot.domain.query.conditions import Chip, Price, Search, Shown, Sort, SortKey
from bot.domain.query.filters import ANY, FILTERS, Choice, Filter, chosen, popular_gpus, with_filter
from bot.domain.query.gpus import GpuName, gpu_name
from bot.domain.query.limits import Figure, Limit, Sign, Version
from bot.domain.query.reading import Misread, parse

__all__ = [
    "ANY",
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
    "SortKey",
    "Version",
    "chosen",
    "gpu_name",
    "parse",
    "popular_gpus",
    "with_filter",
]
