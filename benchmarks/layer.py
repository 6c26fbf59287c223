"""How large the layer is on its way to Lambda."""

import zipfile
from pathlib import Path


def zipped_mb(layer: Path, target: Path) -> float:
    """Zip a built layer as sam does and give its size in MB of a million bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(layer.rglob("*")):
            archive.write(path, path.relative_to(layer))
    return target.stat().st_size / 1e6
