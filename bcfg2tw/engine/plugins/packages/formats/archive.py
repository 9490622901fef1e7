"""Reading tar archives of strangers, member by member, without unpacking them to disk."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import IO

from bcfg2tw.engine.plugins.packages.formats.compression import BrokenFile, open_unpacked


def members(path: str, line_limit_bytes: int | None = None) -> Iterator[tuple[str, IO[bytes]]]:
    """
    Yield name and content of the files of an archive, in its order.

    :param line_limit_bytes: as for `open_unpacked`
    :raises BrokenFile: if it is none, or is cut off
    """
    try:
        with (
            open_unpacked(path, line_limit_bytes=line_limit_bytes) as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
        ):
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None:
                    yield member.name.removeprefix("./"), content
    except (tarfile.TarError, EOFError) as error:
        raise BrokenFile(f"{path} is no usable tar archive: {error}") from error
