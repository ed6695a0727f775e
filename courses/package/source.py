"""The files of a package, from a folder or a ZIP, held in memory and within limits.

A package may come from outside, so nothing of it is unpacked to disk and no name of it is ever used as a path.
"""

import os
import stat
import zipfile
from pathlib import Path, PurePosixPath

from courses.package.problems import PackageError, Place, Problem

MAX_FILES = 2_000
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_TOTAL_BYTES = 200 * 1024 * 1024
MAX_RATIO = 200
RATIO_MATTERS_FROM = 1024 * 1024
MANIFEST = "package.yaml"


def refuse(name: str, message: str) -> PackageError:
    return PackageError([Problem(Place(name), message)])


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def read_package(path: Path) -> dict[str, bytes]:
    """Contents by name (forward slashes, relative) of a folder or ZIP. Raises PackageError for what is refused."""
    if path.is_dir():
        files = _read_folder(path)
    elif path.is_file() and zipfile.is_zipfile(path):
        files = _read_zip(path)
    else:
        raise refuse(str(path), "is neither a folder nor a ZIP file")
    files = _without_top_folder({name: data for name, data in files.items() if not _is_hidden(name)})
    if MANIFEST not in files:
        raise refuse(MANIFEST, "is missing; every package needs it")
    return files


def _read_folder(root: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for folder, folders, names in os.walk(root, followlinks=False):
        for name in sorted([*folders, *names]):
            path = Path(folder) / name
            relative = path.relative_to(root).as_posix()
            if path.is_symlink():
                raise refuse(relative, "is a symbolic link; links are refused")
            if not path.is_file():
                continue
            total += path.stat().st_size
            _check_limits(relative, count=len(files) + 1, size=path.stat().st_size, total=total)
            files[relative] = path.read_bytes()
    return files


def _check_limits(name: str, *, count: int, size: int, total: int) -> None:
    if count > MAX_FILES:
        raise refuse(name, f"more than {MAX_FILES} files")
    if size > MAX_FILE_BYTES:
        raise refuse(name, f"is larger than {MAX_FILE_BYTES // 1024 // 1024} MB")
    if total > MAX_TOTAL_BYTES:
        raise refuse(name, f"the package is larger than {MAX_TOTAL_BYTES // 1024 // 1024} MB unpacked")


def _safe_name(info: zipfile.ZipInfo) -> str:
    """The entry's name. Raises PackageError for a path that leads out, a link, or an encrypted entry."""
    name = info.orig_filename
    path = PurePosixPath(name)
    if "\\" in name or "\0" in name or ":" in name or path.is_absolute() or ".." in path.parts:
        raise refuse(name, "is a path that leads out of the package")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise refuse(name, "is a symbolic link; links are refused")
    if info.flag_bits & 0x1:
        raise refuse(name, "is encrypted")
    return path.as_posix()


def _read_zip(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = _safe_name(info)
                if info.is_dir():
                    continue
                total += info.file_size
                _check_limits(name, count=len(files) + 1, size=info.file_size, total=total)
                if info.file_size > RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
                    raise refuse(name, "unpacks to suspiciously many times its size")
                if name in files:
                    raise refuse(name, "occurs twice in the ZIP")
                # The size in the directory is a claim: read no further than it says.
                with archive.open(info) as stream:
                    data = stream.read(info.file_size + 1)
                if len(data) != info.file_size:
                    raise refuse(name, "is not as long as the ZIP's directory says")
                files[name] = data
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise refuse(path.name, f"cannot be read as a ZIP file ({error})") from error
    return files


def _without_top_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """A ZIP often holds one folder that holds everything."""
    tops = {name.split("/", 1)[0] for name in files}
    if MANIFEST in files or len(tops) != 1:
        return files
    top = tops.pop() + "/"
    return {name.removeprefix(top): data for name, data in files.items() if name.startswith(top)}
