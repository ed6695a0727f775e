"""What is wrong with a package, with file and line. Problems are gathered and reported all at once."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in the package. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, order=True)
class Problem:
    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class PackageError(Exception):
    """The package was refused; nothing of it was imported."""

    def __init__(self, problems: "list[Problem]") -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


class Problems:
    """Gathers problems while a package is read."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, place: Place, message: str) -> None:
        self.found.append(Problem(place, message))

    def raise_if_any(self) -> None:
        """Raises PackageError when something was found."""
        if self.found:
            raise PackageError(self.found)
