"""How large an image is on top of its base."""

from __future__ import annotations

import json
import tarfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.container.engine import docker

if TYPE_CHECKING:
    from pathlib import Path

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Size:
    """Bytes of some layers, on disk and as a registry serves them."""

    unpacked: int
    compressed: int

    def __str__(self) -> str:
        return f"{self.unpacked / 1e6:.1f} MB ({self.compressed / 1e6:.1f} MB compressed)"


def measure(image: str, base: str, directory: Path) -> tuple[Size, Size]:
    """Return the sizes of the base's layers and of those that the image adds to them."""
    below = len(json.loads(docker("image", "inspect", base))[0]["RootFS"]["Layers"])
    archive = directory / "image.tar"
    docker("save", f"--output={archive}", image)
    with tarfile.open(archive) as saved:
        (manifest,) = json.load(_member(saved, "manifest.json"))
        layers = manifest["Layers"]
        sizes = _sum(saved, layers[:below]), _sum(saved, layers[below:])
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
