"""
The reports that wait in the folders of an old server's transports (:ref:`reporting-3`).

They are pickles of upstream; read are dictionaries, lists, texts and numbers, nothing else.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from lxml import etree

from bcfg2tw.engine.store.sole_process import sole_process
from bcfg2tw.engine.xmlio import parse_upload
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.documents import report_of
from bcfg2tw.reporting.intake import Intake
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.model import Report, Run

#: What a transport keeps, below the folder of the plugin.
WORK_FOLDER = os.path.join("LocalFilesystem", "work")
SAVED_FILE = os.path.join("DirectStore", ".saved")

logger = logging.getLogger("Reporting")


class _Unpickler(pickle.Unpickler):
    """Makes nothing but plain values."""

    def find_class(self, module_name: str, global_name: str) -> NoReturn:
        """
        Refuse to make anything that has a class.

        :raises UnpicklingError: always
        """
        raise pickle.UnpicklingError(f"it holds a {module_name}.{global_name}")


def take_waiting_files(folder: str, intake: Intake, file_limit: int) -> None:
    """
    Take in what an old server left; each file is removed once its reports are on disk elsewhere.

    Where another process does so already, it is left to that.

    :param folder: of the plugin, in the repository
    :param file_limit: bytes of content above which a digest takes its place
    """
    with sole_process(folder) as is_alone:
        if is_alone:
            _take_all(folder, intake, file_limit)


def _take_all(folder: str, intake: Intake, file_limit: int) -> None:
    count = 0
    for path in _waiting(folder):
        try:
            for report in reports_in(path, file_limit):
                intake.take(report)
                count += 1
            os.unlink(path)
        except FileNotFoundError:
            continue  # another process of this server has taken it
        except Exception as error:  # whatever is in the file, the others are read all the same
            logger.error("%s: this report of an old server cannot be read: %s", path, error)
    if count:
        logger.info("%d reports that an old server had left are taken in", count)


def _waiting(folder: str) -> Iterator[str]:
    work = os.path.join(folder, WORK_FOLDER)
    for name in sorted(os.listdir(work) if os.path.isdir(work) else ()):
        if not name.startswith("."):  # which is being written
            yield os.path.join(work, name)
    saved = os.path.join(folder, SAVED_FILE)
    if os.path.exists(saved):
        yield saved


def reports_in(path: str, file_limit: int) -> list[Report]:
    """
    Return the reports in a file of a transport.

    :raises OSError: if it cannot be read
    :raises Exception: whatever is wrong with its content
    """
    with open(path, "rb") as stream:
        data = stream.read()
    # Python 2 pickled its byte strings
    content = _Unpickler(io.BytesIO(data), encoding="utf-8", errors="replace").load()
    interactions = content if isinstance(content, list) else [content]
    return [_report(interaction, path, file_limit) for interaction in interactions]


def _report(interaction: Any, path: str, file_limit: int) -> Report:
    if not isinstance(interaction, dict) or not isinstance(interaction.get("stats"), str):
        raise Bcfg2Error("it is no report")
    # it is no larger than the file, which the old server had let in
    statistics = parse_upload(interaction["stats"], sys.maxsize)
    document = etree.Element("upload-statistics")
    document.append(statistics)
    time_of_upload = _time(os.path.basename(path), statistics.get("time", ""))
    return report_of(document, _run(interaction, time_of_upload), file_limit)


def _run(interaction: Mapping[str, Any], time_of_upload: int) -> Run:
    metadata = interaction.get("metadata")
    values = metadata if isinstance(metadata, dict) else {}
    return Run(
        client=str(interaction["hostname"]),
        time=time_of_upload,
        server=str(values.get("server", "")),
        profile=values.get("profile") or None,
        groups=_names(values.get("groups")),
        bundles=_names(values.get("bundles")),
    )


def _names(value: Any) -> tuple[str, ...]:
    return tuple(sorted(map(str, value))) if isinstance(value, (list, tuple)) else ()


def _time(file_name: str, stamp: str) -> int:
    """Return when a report was uploaded: the file's name is the most precise about it."""
    try:
        return int(float(file_name.rpartition("-")[2]) * MICROSECONDS)
    except (ValueError, OverflowError):
        return int(time.mktime(time.strptime(stamp))) * MICROSECONDS
