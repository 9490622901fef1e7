"""AWSTags: groups and data from the tags of EC2 instances (:ref:`templates-and-data-10`)."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from bcfg2tw.engine.model.client_cache import ClientCache
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import ClientRunHooks, Connector
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, line_of
from bcfg2tw.errors import Bcfg2Error, PluginExecutionError, PluginInitError, RepositoryError
from bcfg2tw.settings import Settings

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError as error:
    raise PluginInitError(
        f"it needs the Python package boto3 ({error}): install bcfg2tw[awstags]"
    ) from error

CONFIG = "config.xml"
DEFAULT_REGION = "us-east-1"

#: After a failure, calls fail at once for so long: all threads waiting for AWS would stop the
#: clients that have nothing to do with it.
PAUSE_SECONDS = 30.0

#: Connecting and reading, each twice, share the time that AWS may take.
ATTEMPTS = 2
SHARES = 2 * ATTEMPTS

Tags = Mapping[str, str]


class AWSError(Bcfg2Error):
    """AWS cannot be asked, or does not answer."""


class Instances:
    """The EC2 instances of an account; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._client: Any = None
        self._paused_until = 0.0
        self._failure = ""

    def tags(self, hostname: str) -> Tags:
        """
        Return the tags of the instance with a private DNS name, none if there is none.

        :raises AWSError: if AWS cannot be asked
        """
        if time.monotonic() < self._paused_until:
            raise AWSError(self._failure)
        try:
            return self._tags(hostname)
        except (BotoCoreError, ClientError, ValueError) as error:
            self._failure = f"AWS cannot be asked: {error}"
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            raise AWSError(self._failure) from error

    def _tags(self, hostname: str) -> Tags:
        pages = (
            self._connect()
            .get_paginator("describe_instances")
            .paginate(Filters=[{"Name": "private-dns-name", "Values": [hostname]}])
        )
        for page in pages:
            for reservation in page["Reservations"]:
                for instance in reservation["Instances"]:
                    # the filter takes * and ? in a name for anything
                    if instance.get("PrivateDnsName", "").lower() == hostname.lower():
                        return {tag["Key"]: tag["Value"] for tag in instance.get("Tags", ())}
        return {}

    def _connect(self) -> Any:
        with self._lock:  # making a client is not safe in several threads, using one is
            if self._client is None:
                self._client = _client(self._settings)
            return self._client


def _client(settings: Settings) -> Any:
    session = boto3.session.Session(
        aws_access_key_id=settings.awstags_access_key_id,
        aws_secret_access_key=settings.awstags_secret_access_key,
        region_name=settings.awstags_region,
    )
    seconds = settings.awstags_timeout_seconds / SHARES
    return session.client(
        "ec2",
        region_name=session.region_name or DEFAULT_REGION,
        endpoint_url=settings.awstags_endpoint,
        config=Config(
            connect_timeout=seconds,
            read_timeout=seconds,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ),
    )


class TagGroups:
    """The groups for the instances with one tag."""

    def __init__(self, element: Element, path: str) -> None:
        self._name = _regex(element, "name", path)
        self._value = None if element.get("value") is None else _regex(element, "value", path)
        self._groups = [(group.text or "").strip() for group in element.iter("Group")]

    def of(self, tags: Tags) -> Iterator[str]:
        """Yield the groups for an instance; only the first tag of a matching name counts."""
        names = ((key, self._name.search(key)) for key in tags)
        key, match = next(((key, match) for key, match in names if match), ("", None))
        if match is not None and self._value is not None:
            match = self._value.search(tags[key])
        if match is not None:
            yield from (_fill_in(group, match) for group in self._groups)


def _regex(element: Element, attribute: str, path: str) -> re.Pattern[str]:
    text = element.get(attribute)
    if text is None:
        raise RepositoryError(path, f"a Tag needs the attribute {attribute}", line_of(element))
    try:
        return re.compile(text)
    except re.error as error:
        raise RepositoryError(
            path, f"{attribute}={text!r} is no regular expression: {error}", line_of(element)
        ) from error


def _fill_in(group: str, match: re.Match[str]) -> str:
    for number, captured in enumerate(match.groups(default=""), 1):
        group = group.replace(f"${number}", captured)
    return group


def tag_groups(source: Source) -> list[TagGroups]:
    """
    Read config.xml.

    :raises RepositoryError: naming the line of what cannot be understood
    """
    return [TagGroups(element, source.path) for element in source.xml().iter("Tag")]


class AWSTags(Plugin, Connector, ClientRunHooks):
    """
    Offers the tags of the client's EC2 instance as `metadata.AWSTags`, and groups by them.

    The client's name has to be the private DNS name of the instance.
    """

    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "expire_cache"]
    __child_rmi__: ClassVar[list[str | tuple[str, str]]] = [*Plugin.__child_rmi__, "expire_cache"]

    def __init__(
        self, context: PluginContext, files: Files, previous: AWSTags | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._settings: Settings = files.library.settings
        self._instances = self.lasting.keep(
            "instances", partial(Instances, self._settings), given=self._settings
        )
        self._kept: ClientCache[Tags] = self.lasting.keep("tags", ClientCache, given=self._settings)
        self._groups = files.load(CONFIG, tag_groups)
        self._problem = files.problem(CONFIG, tag_groups)

    def get_additional_groups(self, metadata: ClientMetadata) -> list[str]:
        """
        Return the groups by the tags.

        :raises PluginExecutionError: if they cannot be told: without them the client would get a
            wrong configuration
        """
        if self._groups is None and self._problem is not None:
            raise PluginExecutionError(f"AWSTags: {self._problem}")
        tags = metadata.scratch[self] = self._tags(metadata)
        return [group for tag_groups in self._groups or () for group in tag_groups.of(tags)]

    def get_additional_data(self, metadata: ClientMetadata) -> dict[str, str]:
        """
        Return the tags, none for a client that is no instance.

        :raises PluginExecutionError: if AWS cannot be asked
        """
        tags: Tags | None = metadata.scratch.pop(self, None)
        return dict(self._tags(metadata) if tags is None else tags)

    def _tags(self, metadata: ClientMetadata) -> Tags:
        hostname = metadata.hostname
        kept = self._kept.get(hostname)
        if kept is not None:
            return kept
        ticket = self._kept.ticket(hostname)
        try:
            tags = self._instances.tags(hostname)
        except AWSError as error:
            message = f"AWSTags: no tags of {hostname}: {error}"
            self.logger.error("%s", message)
            raise PluginExecutionError(message) from error
        if self._settings.awstags_cache and metadata.effects.is_serving:
            self._kept.put(hostname, tags, ticket)
        return tags

    def start_client_run(self, metadata: ClientMetadata) -> None:
        """Forget the client's tags: the next request asks for them again."""
        self.expire_cache(metadata.hostname)

    def expire_cache(self, *hostnames: str) -> None:
        """Forget the tags of a client, or of all."""
        self._kept.expire(*hostnames)
        for hostname in hostnames or (None,):
            self.context.announce(hostname, self.name)
