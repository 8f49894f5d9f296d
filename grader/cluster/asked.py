"""What was typed about a cluster, proved before anything else is done."""

from __future__ import annotations

import argparse
import importlib.util
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from grader.errors import UsageError

__all__ = ["Asked", "asked", "shared_openly"]

# Names in Dask's configuration, below distributed.comm.tls.
SECRETS = ("ca-file", "client.cert", "client.key")
OPENLY = (
    "tcp:// carries the students' work and their marks unprotected, and lets whoever reaches it run code. Use tls:// "
    "with certificates (README.md shows how), or type --plain-tcp where the network is yours alone."
)


@dataclass(frozen=True)
class Asked:
    """The scheduler's address; by exercise, the resource that it needs; whether all may travel unprotected."""

    url: str
    resources: dict[str, str]
    plain: bool


def asked(arguments: argparse.Namespace, chosen: Sequence[str]) -> Asked | None:
    """What is asked of a cluster, or None; UsageError for what cannot be, with its cure."""
    resources = dict(_resource(typed, chosen) for typed in arguments.cluster_resource or ())
    if arguments.cluster is None:
        if resources or arguments.plain_tcp:
            raise UsageError("--cluster-resource and --plain-tcp go with --cluster, which was not typed.")
        return None
    if arguments.jobs is not None:
        raise UsageError(
            "--jobs counts judges of this machine; each worker of a cluster has one a thread (--nthreads)."
        )
    if arguments.device == "gpu":
        raise UsageError(
            "--device gpu grades on this machine, whose GPU answers the examples. Leave out --cluster or --device."
        )
    if importlib.util.find_spec("distributed") is None:
        raise UsageError("--cluster takes Dask, here and on the workers: pip install -r requirements-cluster.txt")
    _check_address(arguments.cluster, arguments.plain_tcp)
    return Asked(arguments.cluster, resources, arguments.plain_tcp)


def _resource(typed: str, chosen: Sequence[str]) -> tuple[str, str]:
    name, _, resource = typed.partition("=")
    if name not in chosen or not resource:
        raise UsageError(
            f"--cluster-resource {typed} is not EXERCISE=NAME with one of the exercises to grade: {', '.join(chosen)}."
        )
    return name, resource


def _check_address(url: str, plain: bool) -> None:
    try:
        parts = urlsplit(url)
        complete = parts.scheme in ("tls", "tcp") and parts.hostname and parts.port
    except ValueError:
        complete = False
    if not complete:
        raise UsageError(f"--cluster {url!r} is no address of a scheduler, such as tls://scheduler:8786.")
    if parts.scheme == "tls":
        _check_secrets()
    elif shared_openly(url) and not plain:
        raise UsageError(OPENLY)


def shared_openly(url: str) -> bool:
    """Whether what goes there leaves this machine unprotected."""
    parts = urlsplit(url)
    try:
        here = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = parts.hostname == "localhost"
    return parts.scheme != "tls" and not here


def _check_secrets() -> None:
    """UsageError where Dask's configuration does not say what tls:// takes, or names a file that is not there."""
    import dask.config
    import distributed  # noqa: F401 - brings its part of the configuration

    found = {name: dask.config.get(f"distributed.comm.tls.{name}") for name in SECRETS}
    lacking = [name for name, value in found.items() if not value and name != "client.key"]  # it may lie in the other
    if lacking:
        names = " and ".join(f"DASK_DISTRIBUTED__COMM__TLS__{_variable(name)}" for name in lacking)
        raise UsageError(
            f"tls:// takes certificates, and {', '.join(lacking)} is not set: set {names}, or distributed.comm.tls in "
            "Dask's configuration, to the files that the cluster was made with."
        )
    for name, value in found.items():
        if value and "\n" not in value and not Path(value).is_file():
            raise UsageError(f"The {name} that Dask's configuration names is not there: {value}.")


def _variable(name: str) -> str:
    return name.upper().replace(".", "__").replace("-", "_")
