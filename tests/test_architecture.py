"""The house keeps its plan: a new room or a new file cannot slip past the contracts of import-linter."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if contract["type"] == "layers")
ROOMS = [layer for layer in LAYERS if "." not in layer]
# What other rooms may import of a room, besides its private modules' contract.
DOORS = {
    "people": {"enums", "models", "roles", "selectors", "services", "personal_data", "policies", "unit_choice"},
    "courses": {
        "enums",
        "models",
        "selectors",
        "services",
        "signals",
        "withholding",
        "approving",
        "checks",
        "forms",
        "home_panels",
        "package",
    },
    "assessments": {"enums", "models", "selectors", "services"},
    "certificates": {"enums", "models", "selectors", "services"},
}


def test_every_package_stands_in_the_layers() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == {*ROOMS, "enablement"}


@pytest.mark.parametrize("room", sorted(DOORS))
def test_every_module_is_a_door_or_private(room: str) -> None:
    protected = {
        module.removeprefix(f"{room}.")
        for contract in CONTRACTS
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
        if module.startswith(f"{room}.")
    }
    modules = {path.stem for path in (ROOT / room).glob("*.py")} | {
        path.parent.name for path in (ROOT / room).glob("*/__init__.py")
    }
    assert modules - {"__init__", "migrations", "management"} == protected | DOORS[room]


def test_only_certificates_know_weasyprint() -> None:
    """It fetches what HTML names; one room decides what may be fetched."""
    users = {
        path.relative_to(ROOT).parts[0]
        for room in ({*ROOMS, "enablement"} - {"trials"})  # where the bare library is what we are measured against
        for path in (ROOT / room).rglob("*.py")
        if "import weasyprint" in (text := path.read_text("utf-8")) or "from weasyprint" in text
    }
    assert users == {"certificates"}
