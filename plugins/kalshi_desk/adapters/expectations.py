"""Great Expectations: suites run over rows, and their Data Docs."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kalshi_desk.domain.quality import SUITES, Expectation, Verdict
from kalshi_desk.errors import DeskError

Rows = Sequence[Mapping[str, Any]]
EXAMPLES = 3
FORMAT = {"result_format": "SUMMARY", "unexpected_index_column_names": ["name"]}


def validate(rows: Mapping[str, Rows], *, label: str, docs: Path | None) -> list[Verdict]:
    """Run each suite over its rows, each with a ``name``; return a verdict per expectation, in the order of ``SUITES``.

    ``docs``: a folder to be replaced by the Data Docs of this run, under the name ``label``; None builds none.
    Raises DeskError where an expectation could not be evaluated at all. Importing the library takes seconds.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    from great_expectations.data_context.types import base

    stores = base.InMemoryStoreBackendDefaults()  # without it a folder that nobody removes is made for docs
    quiet = base.ProgressBarsConfig(globally=False)
    config = base.DataContextConfig(store_backend_defaults=stores, progress_bars=quiet, analytics_enabled=False)
    context = gx.get_context(mode="ephemeral", project_config=config)
    source = context.data_sources.add_pandas("desk")
    verdicts: list[Verdict] = []
    for suite in SUITES:
        verdicts += _verdicts(context, source, suite, rows[suite], label)
    if docs is not None:
        _publish(context, docs)
    return verdicts


def _verdicts(context: Any, source: Any, suite: str, rows: Rows, label: str) -> list[Verdict]:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.core.run_identifier import RunIdentifier

    frame = pd.DataFrame([dict(row) for row in rows], columns=_columns(suite) if not rows else None)
    batch = source.add_dataframe_asset(suite).add_batch_definition_whole_dataframe("window")
    wanted = gx.ExpectationSuite(name=suite, expectations=[_expectation(gx, each) for each in SUITES[suite]])
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=suite, data=batch, suite=context.suites.add(wanted))
    )
    answer = definition.run(
        batch_parameters={"dataframe": frame}, run_id=RunIdentifier(run_name=label), result_format=FORMAT
    )
    found = {str(result.expectation_config.meta["text"]): result for result in answer.results}
    return [_verdict(suite, each, found[each.text], len(rows)) for each in SUITES[suite]]


def _columns(suite: str) -> list[str]:
    keys = ("column", "column_A", "column_B")
    return sorted({"name"} | {each.arguments[key] for each in SUITES[suite] for key in keys if key in each.arguments})


def _expectation(gx: Any, each: Expectation) -> Any:
    kind = getattr(gx.expectations, "".join(part.capitalize() for part in each.kind.split("_")))
    severity = "critical" if each.critical else "warning"
    return kind(**each.arguments, severity=severity, meta={"text": each.text}, description=each.text)


def _verdict(suite: str, each: Expectation, result: Any, rows: int) -> Verdict:
    if (fault := _exception(result.exception_info)) is not None:
        raise DeskError(f"{suite}: {each.text}: {fault}")
    told = result.result
    examples = tuple(_example(row) for row in told.get("partial_unexpected_index_list", ())[:EXAMPLES])
    return Verdict(suite, each, bool(result.success), rows, int(told.get("unexpected_count", 0)), examples)


def _exception(told: Mapping[str, Any]) -> str | None:
    """Return why an expectation could not be evaluated; the library tells it flat, or by metric."""
    nested = [each for each in told.values() if isinstance(each, Mapping)]
    return next((str(each.get("exception_message")) for each in (told, *nested) if each.get("raised_exception")), None)


def _example(row: Mapping[str, Any]) -> str:
    shown = (f"{column} {value}" for column, value in row.items() if column != "name")
    return f"{row['name']}: {', '.join(shown)}"


def _publish(context: Any, docs: Path) -> None:
    """Build the site beside its place and swap it in, so that a reader never sees half of it."""
    docs.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".data-docs-", dir=docs.parent))
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(fresh)}
    site = {"class_name": "SiteBuilder", "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"}}
    context.variables.data_docs_sites = {}
    context.add_data_docs_site("desk", {**site, "store_backend": store})
    context.build_data_docs(["desk"])
    shutil.rmtree(docs, ignore_errors=True)
    fresh.chmod(0o755)
    fresh.rename(docs)
