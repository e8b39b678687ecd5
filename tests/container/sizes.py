"""How large an image is on top of its base."""

from __future__ import annotations

import json
import subprocess
import tarfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_GZIP = b"\x1f\x8b"
_SAVE_LIMIT = 120


@dataclass(frozen=True)
class Size:
    """Bytes of some layers, on disk and as a registry serves them."""

    unpacked: int
    compressed: int

    def __str__(self) -> str:
        return f"{self.unpacked / 1e6:.1f} MB ({self.compressed / 1e6:.1f} MB compressed)"


def measure(image: str, base: str, directory: Path) -> tuple[Size, Size]:
    """Return the sizes of the base's layers and of those that the image adds to them."""
    archive = directory / "image.tar"
    subprocess.run(["docker", "save", "--output", archive, image, base], check=True, timeout=_SAVE_LIMIT)
    with tarfile.open(archive) as saved:
        manifest = json.load(_member(saved, "manifest.json"))
        layers = {tag: entry["Layers"] for entry in manifest for tag in entry["RepoTags"]}
        below = layers[base.removeprefix("docker.io/library/")]
        above = [layer for layer in layers[image] if layer not in below]
        sizes = _sum(saved, below), _sum(saved, above)
    archive.unlink()
    return sizes


def _sum(archive: tarfile.TarFile, layers: list[str]) -> Size:
    found = [_size(_member(archive, layer).read()) for layer in layers]
    return Size(sum(size.unpacked for size in found), sum(size.compressed for size in found))


def _size(layer: bytes) -> Size:
    if layer.startswith(_GZIP):
        return Size(len(zlib.decompress(layer, wbits=31)), len(layer))
    return Size(len(layer), len(zlib.compress(layer)))


def _member(archive: tarfile.TarFile, name: str) -> tarfile.ExFileObject:
    file = archive.extractfile(name)
    assert isinstance(file, tarfile.ExFileObject), f"{name} is no file"
    return file
