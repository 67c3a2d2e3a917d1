"""Makes spec.json, the compact table of the Bot API, from the machine-readable specification.

Run as `python -m bot.sandbox.telegram.make_spec FILE`, FILE being the JSON schema of the Bot API (version, methods, types).
The table keeps names, types, what is required, what a method returns, and the constants that tell the members of a union apart.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("spec.json")
_CONSTANT = re.compile(r"(?:always|must be) [\"'“]?([a-z_0-9]+)")
_DISCRIMINATORS = {"type", "status", "source"}


def compact(schema: dict[str, Any]) -> dict[str, Any]:
    """The table: fields are written `Type|Type`, with `!` when required, and `=constant` when the value is fixed."""
    return {
        "version": schema["version"],
        "release_date": schema["release_date"],
        "methods": {name: _method(method) for name, method in sorted(schema["methods"].items())},
        "types": {name: _fields(kind) for name, kind in sorted(schema["types"].items()) if not kind.get("subtypes")},
        "unions": {name: kind["subtypes"] for name, kind in sorted(schema["types"].items()) if kind.get("subtypes")},
    }


def write(table: dict[str, Any]) -> str:
    """JSON with one line for each method and type, so that a new version of the API is a readable diff."""
    lines = [f'"version": {json.dumps(table["version"])},', f'"release_date": {json.dumps(table["release_date"])},']
    for part in ("methods", "types", "unions"):
        rows = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in table[part].items()]
        lines.append(f'"{part}": {{\n' + ",\n".join(rows) + "\n}" + ("," if part != "unions" else ""))
    return "{\n" + "\n".join(lines) + "\n}\n"


def _method(method: dict[str, Any]) -> dict[str, Any]:
    return {"returns": "|".join(method["returns"]), "fields": _fields(method)}


def _fields(kind: dict[str, Any]) -> dict[str, str]:
    return {field["name"]: _field(field) for field in kind["fields"]}


def _field(field: dict[str, Any]) -> str:
    constant = _CONSTANT.search(field["description"])
    fixed = f"={constant[1]}" if constant and field["name"] in _DISCRIMINATORS and field["required"] else ""
    return "|".join(field["types"]) + ("!" if field["required"] else "") + fixed


if __name__ == "__main__":
    TABLE.write_text(write(compact(json.loads(Path(sys.argv[1]).read_text()))))
