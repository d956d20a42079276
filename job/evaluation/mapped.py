"""Values in files that processes map into memory, so that large arrays are in memory once for all of them."""

import mmap
import pickle
from pathlib import Path
from typing import Any, BinaryIO

_ALIGNMENT = 64


def write_mapped(value: Any, path: Path) -> None:
    """Write a value, its arrays behind everything else and just as they are in memory.

    Parameters
    ----------
    value : object
        Anything that can be pickled.
    path : Path
        It is there once the value is written whole.
    """
    buffers: list[pickle.PickleBuffer] = []
    packed = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append)
    raw = [buffer.raw() for buffer in buffers]
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("wb") as file:
        pickle.dump((packed, [part.nbytes for part in raw]), file)
        for part in raw:
            file.write(bytes(-file.tell() % _ALIGNMENT))
            file.write(part)
    unfinished.replace(path)


def _map(file: BinaryIO) -> mmap.mmap | bytearray:
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except OSError:  # some shared folders of containers cannot be mapped
        file.seek(0)
        return bytearray(file.read())


def read_mapped(path: Path) -> Any:
    """Read a value; its arrays are pages of the file.

    They can be written to like others: a page that is written becomes this process's own, and the file stays as it is.

    Parameters
    ----------
    path : Path

    Returns
    -------
    object
    """
    with path.open("rb") as file:
        packed, sizes = pickle.load(file)
        end, mapped = file.tell(), memoryview(_map(file))
    buffers = []
    for size in sizes:
        start = end + -end % _ALIGNMENT
        end = start + size
        buffers.append(mapped[start:end])
    return pickle.loads(packed, buffers=buffers)
