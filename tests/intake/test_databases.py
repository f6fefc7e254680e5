"""A table of a database is read like a file: the same gates, the same account, no password anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from audit_lib import stages
from audit_lib.errors import ParamsError
from audit_lib.intake import databases
from audit_lib.params import Run, read_params
from audit_lib.stages import rerun
from tests.servers import store_in_files, store_in_postgres

ROSTER = pd.DataFrame(
    {
        "机构识别号": ["001", "002", "003", None],
        "unit_name": ["甲卫生室", "=乙", "丙", "丁"],
        "county": ["南关区"] * 4,
        "unit_type": ["D600"] * 4,
        "staff": [3, 1234567890123456789, 5, 6],
    }
)


def run_on(folder: Path, url: str) -> Run:
    file = folder / "p.yaml"
    file.write_text(
        "run: r\ncampaign: c\noutput: out\ninputs:\n  units:\n"
        f'    - files: ["{url}"]\n      columns: {{unit_id: 机构识别号}}\n',
        encoding="utf-8",
    )
    return read_params(file)


@pytest.mark.parametrize("order", [1, -1])
def test_table_of_a_database_goes_through_the_gates_of_a_file(
    postgres: str, tmp_path: Path, order: int
) -> None:
    url = store_in_postgres(postgres, ROSTER.iloc[::order])
    intake = stages.check(run_on(tmp_path, url))
    (row,) = intake.files[intake.files["table"] == "units"].itertuples(index=False)
    assert (row.status, row.read, row.kept, row.quarantined) == ("read", 4, 3, 1)
    assert row.file == url.replace("tester@", "")
    assert len(row.sha256) == 64
    units = intake.tables["units"]
    assert units["unit_id"].tolist() == ["001", "002", "003"]
    assert units["unit_name"].tolist() == ["甲卫生室", "=乙", "丙"]
    assert units.loc[0, "county"] == "220102"
    assert intake.quarantine["file"].tolist() == [row.file]
    assert stages.file_line(row) == f"已读入  units  {row.file}: 4 行 = 保留 3 + 隔离 1"


def test_rows_of_a_database_have_no_order_and_give_the_same_bytes(postgres: str, tmp_path: Path) -> None:
    said = []
    for name, order in (("a", 1), ("b", -1)):
        (tmp_path / name).mkdir()
        run = run_on(tmp_path / name, store_in_postgres(postgres, ROSTER.iloc[::order]))
        stages.check(run)
        files = sorted(path for path in (run.folder / "intake").rglob("*") if path.is_file())
        said.append({path.relative_to(run.folder): path.read_bytes() for path in files})
    assert said[0] == said[1]


def test_password_comes_from_the_environment_and_is_written_nowhere(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg  # noqa: PLC0415  not everybody has it

    store_in_postgres(postgres, ROSTER)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP OWNED BY locked" if has_locked(connection) else "CREATE ROLE locked LOGIN")
        connection.execute("ALTER ROLE locked PASSWORD 'geheim-7741'")
        connection.execute('GRANT USAGE ON SCHEMA "省" TO locked')
        connection.execute('GRANT SELECT ON "省"."Units" TO locked')
    url = postgres.replace("tester@", "locked@") + "?table=省.Units"
    run = run_on(tmp_path, url)
    monkeypatch.setenv("PGPASSWORD", "wrong-7742")
    refused = stages.check(run).files.set_index("table").loc["units"]
    assert refused["status"] == "refused"
    assert refused["reason"].startswith(f"读不了 {url.replace('locked@', '')}: ")
    assert "\n" not in refused["reason"]
    monkeypatch.setenv("PGPASSWORD", "geheim-7741")
    assert stages.check(run).files.set_index("table").loc["units", "status"] == "read"
    said = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(word in data for data in said for word in (b"geheim-7741", b"wrong-7742"))


def has_locked(connection: Any) -> bool:
    return bool(connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'locked'").fetchone())


def test_address_from_the_environment_is_shown_as_it_stands_in_the_params(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIT_REGISTER", "postgresql://u:geheim@h/d?table=t")
    (row,) = stages.check(run_on(tmp_path, "${AUDIT_REGISTER}")).files.itertuples(index=False)
    assert (row.file, row.status) == ("${AUDIT_REGISTER}", "refused")
    assert row.reason == (
        "数据库地址须写作 postgresql://主机/库?table=表, 不含密码(密码放在环境变量 PGPASSWORD 中)"
    )
    said = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(b"geheim" in data for data in said)


def test_table_without_the_columns_of_its_kind_is_refused(postgres: str, tmp_path: Path) -> None:
    url = store_in_postgres(postgres, pd.DataFrame({"a": ["1"], "b": ["2"]}))
    (row,) = stages.check(run_on(tmp_path, url)).files.itertuples(index=False)
    assert row.status == "refused"
    assert row.reason == (f"{row.file} 里找不到单位名录的表头; 表头的叫法可在参数 columns 里写明")


def test_table_larger_than_intake_takes_at_once_is_refused(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "MOST_CELLS", 15)
    url = store_in_postgres(postgres, ROSTER)
    (row,) = stages.check(run_on(tmp_path, url)).files.itertuples(index=False)
    assert row.reason == "表超过 15 格; 请建视图只取本次行动的行和列, 更大的名录见 docs/scale.md"


@pytest.mark.slow
def test_table_of_spark_and_files_named_as_parquet_are_read_too(spark: None, tmp_path: Path) -> None:
    url = store_in_files("spark", tmp_path, ROSTER)
    for one in (url, "parquet:*.parquet"):
        files = stages.check(run_on(tmp_path, one)).files
        assert files["kept"].sum() == 3, files


@pytest.mark.parametrize(
    "url", ["postgresql://u:geheim@h/d?table=t", "postgresql://h/d?table=t&password=geheim"]
)
def test_password_in_the_params_is_refused_by_line_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(ParamsError) as caught:
        run_on(tmp_path, url)
    assert str(caught.value) == (
        "p.yaml 第 6 行: 数据库地址里不能写密码; 请删去, 把密码放在环境变量 PGPASSWORD 中"
    )


def test_run_made_again_reads_its_database_anew_instead_of_looking_for_a_file(tmp_path: Path) -> None:
    run = run_on(tmp_path, "postgresql://h/d?table=t")
    inputs = [{"path": "postgresql://h/d?table=t", "sha256": "x"}, {"path": "${REGISTER}", "sha256": "x"}]
    assert [rerun._changed_input(run, one) for one in inputs] == [None, None]
    lost = {"path": "名录.xlsx", "sha256": "x"}
    assert rerun._changed_input(run, lost) is not None
