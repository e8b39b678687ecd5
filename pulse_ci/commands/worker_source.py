"""A request to the Worker's source on both sides of the change: from the checkout and its git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.migrations.git import read_changed_files
from pulse_ci.migrations.source import make_display_path
from pulse_ci.worker.check_worker import WorkerSource
from pulse_ci.worker.source_files import matters, read_tree
from pulse_ci.wrangler import read_worker_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.commands.request import CheckRequest


def read_worker_source(request: CheckRequest) -> WorkerSource | None:
    """Return the source, or None where the repository has none.

    Raises:
        ConfigError: wrangler's configuration cannot be read.

    """
    tree = read_tree(request.root)
    if not tree.sources:
        return None
    changes = _read_base_files(request)
    config = request.wrangler.config if request.wrangler else None
    worker = read_worker_config(config, request.environment) if config else None
    folder = make_display_path(config.parent, request.root) if config else ""
    if request.sources is not None and request.base_sources is not None:
        tree, changes = tree.overlay(changes), {path: tree.files.get(path) for path in changes}
    return WorkerSource(
        tree=tree,
        base_files=changes,
        folder="" if folder == "." or folder.startswith("/") else folder,
        main=worker.main if worker else None,
        globs=request.worker_globs,
        other_bindings=worker.list_other_bindings(request.wrangler) if worker and request.wrangler else (),
        deploy_order=request.deploy_order,
    )


def _read_base_files(request: CheckRequest) -> Mapping[str, bytes | None]:
    """Return the files that the other side has otherwise; none where nothing is compared."""
    if request.base_sources is not None:
        return request.base_sources
    if request.base is None or request.base.ref is None:
        return {}
    return read_changed_files(request.base.ref, request.root, matters)
