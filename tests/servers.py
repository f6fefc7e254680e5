"""Where data lies: a folder of Parquet files, a PostgreSQL of our own, a Spark in this machine."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a server on a free port; its cluster is deleted with the folder of the session."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = programs[-1] if programs else shutil.which("initdb")
    if found is None or importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL or psycopg is not installed")
    bin_ = Path(found).parent
    folder = tmp_path_factory.mktemp("postgres")
    become: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        owner = pwd.getpwnam("postgres")
        folder = Path("/tmp") / f"audit-postgres-{os.getpid()}"  # noqa: S108  pytest's folders are closed to others
        folder.mkdir(mode=0o700)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        become = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = [f"--pgdata={folder}/data"]

    def run(*words: str) -> None:
        subprocess.run([*become, *words], check=True, cwd="/", stdout=subprocess.DEVNULL)

    # A server that sorts as people do, not by code point: what it sorts for us must not follow it.
    chinese = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh"]
    run(f"{bin_}/initdb", *cluster, "--username=tester", "--auth=trust", "--no-sync", *chinese)
    # One user needs a password; it is asked for before the line that trusts everybody.
    rules = f"{folder}/data/pg_hba.conf"
    run("sed", "-i", "1i host all locked 127.0.0.1/32 scram-sha-256", rules)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run(f"{bin_}/pg_ctl", *cluster, "start", "--wait", f"--log={folder}/log", f"--options={options}")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        run(f"{bin_}/pg_ctl", *cluster, "stop", "--mode=immediate")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def spark() -> Iterator[None]:
    """A session with two workers in this process; the engine takes the one that is there."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("pyspark or Java is not installed")
    sql = pytest.importorskip("pyspark.sql")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield
    session.stop()


def store_in_files(kind: str, folder: Path, frame: pd.DataFrame) -> str:
    for number, part in enumerate(np.array_split(np.arange(len(frame)), 3)):
        text = {column: "str" for column in frame if frame[column].dtype == "object"}
        frame.iloc[part].astype(text).to_parquet(folder / f"部分'{number}.parquet", index=False)
    return f"{kind}:{folder}/*.parquet"


def store_in_postgres(server: str, frame: pd.DataFrame) -> str:
    import psycopg  # noqa: PLC0415  not everybody has it

    kinds = {column: "text" if frame[column].dtype in ("str", "object") else "bigint" for column in frame}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute('CREATE SCHEMA IF NOT EXISTS "省"')
        connection.execute('DROP TABLE IF EXISTS "省"."Units"')
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        connection.execute(f'CREATE TABLE "省"."Units" ({columns})'.encode())
        with connection.cursor().copy('COPY "省"."Units" FROM STDIN') as copy:
            for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
                copy.write_row(row)
    return f"{server}?table=省.Units"
