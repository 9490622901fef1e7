"""Variables and failures of Cfg's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.templates.data import Variables, text_template_variables
from bcfg2tw.engine.templates.failures import log_failure
from bcfg2tw.engine.templates.python_files import located, with_diagnosis
from bcfg2tw.engine.templates.site_code import site_code
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, forget_frames


def run_template(
    template: Callable[[], str], failure_of: Callable[[Exception], PluginExecutionError]
) -> str:
    """
    Return the text that a template makes.

    :param template: runs the template's own code
    :param failure_of: explains an exception of that code
    :raises PluginExecutionError: with the explanation, if the code raises anything
    """
    try:
        with site_code:
            return template()
    except Exception as error:  # the template's own code
        raise _explained(error, failure_of) from error


def _explained(
    error: Exception, failure_of: Callable[[Exception], PluginExecutionError]
) -> PluginExecutionError:
    """Return what is to be said of an exception, which keeps nothing of what was at work."""
    failure = failure_of(error)
    forget_frames(error)  # those of Jinja2 refer to it, and to the client's data
    return failure


def variables_of_entry(entry: Element, metadata: ClientMetadata, path: str) -> Variables:
    """Return the variables for Jinja2 and Cheetah, where `path` is the name of the entry."""
    variables = text_template_variables(entry, metadata, path)
    variables["path"] = variables["name"]
    return variables


def template_failure(
    error: Exception, path: str, line: int | None, text: str, variables: Iterable[str]
) -> PluginExecutionError:
    """
    Log that a template failed, and return the failure that the client is told.

    :param line: where it failed, as far as it is known
    :param text: the template's text
    """
    lines = text.splitlines()
    failing = lines[line - 1] if line is not None and 0 < line <= len(lines) else ""
    reason = with_diagnosis(str(error) or type(error).__name__, error, failing)
    place = path if line is None else f"{path}:{line}"
    log_failure(place, located(reason, error), variables)
    return PluginExecutionError(reason)
