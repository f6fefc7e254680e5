"""The draw where the data lies, against the draw in memory: the same units, ranks, tickets, digests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from audit_lib.errors import (
    AllocationError,
    AuditError,
    CallError,
    DrawError,
    FrameError,
    InputError,
    language,
)
from audit_lib.sampling import (
    count_source,
    draw,
    draw_source,
    freeze,
    freeze_source,
    make_plan,
    parse_plan,
    plan_strata,
    quota,
)
from audit_lib.sampling.engines import duck, queries, source
from tests.servers import store_in_files, store_in_postgres

SEED = "20140309-0123456789"
ENGINES = ("parquet", "postgresql", pytest.param("spark", marks=pytest.mark.slow))
SCRIPTS = "市縣村ЖΩאبकกあ가ሀᚠ𐎀𠀀-/."  # two of them beyond the first 65,536, where UTF-16 sorts otherwise

Store = Callable[[pd.DataFrame], str]
"""Put a frame where an engine reads it; returns the URL."""


# Where the data lies: a folder of Parquet files, a PostgreSQL of our own, a Spark in this machine


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each engine in turn."""
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres")
        return lambda frame: store_in_postgres(server, frame)
    if request.param == "spark":
        request.getfixturevalue("spark")
    elif importlib.util.find_spec("duckdb") is None:
        pytest.skip("duckdb is not installed")
    return lambda frame: store_in_files(request.param, tmp_path, frame)


def skewed(units: int = 3_000, strata: int = 40) -> pd.DataFrame:
    """Half of the frame in one stratum, three units in another, the rest in uneven ones."""
    rng = np.random.default_rng(7)
    rest = rng.zipf(1.4, units - units // 2 - 3) % strata
    keys = ["大县|村卫生室"] * (units // 2) + ["小县|医院"] * 3 + [f"{code:04}|诊所" for code in rest]
    frame = pd.DataFrame({"unit_id": [name(rng, number) for number in range(units)], "stratum": keys})
    return frame.sample(frac=1, random_state=3, ignore_index=True)


def name(rng: np.random.Generator, number: int) -> str:
    """An id of 1 to 64 characters; every fourth one in any script."""
    if number < 36:
        return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]
    if number % 4:
        return f"22{number % 97:04}A{number:09}"
    letters = "".join(rng.choice(list(SCRIPTS), rng.integers(1, 59)))
    return f"{letters}{number:05}"


def fifth(frame: pd.DataFrame) -> dict[str, int]:
    return {str(key): quota(int(N)) for key, N in frame["stratum"].value_counts().items()}


# The same draw


def test_engine_draws_what_the_draw_in_memory_draws(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 100)  # so that strata go over the end of a batch
    monkeypatch.setattr(duck, "BATCH", 100)
    frame = skewed()
    n = fifth(frame)
    n["0003|诊所"] = 0
    url = store(frame)
    reserves = {"大县|村卫生室": 7, "小县|医院": 9}
    drawn = draw_source(url, n, seed=SEED, reserves=reserves)
    assert drawn is not None
    assert_frame_equal(drawn, draw(frame, n, seed=SEED, reserves=reserves))
    assert count_source(url).to_dict() == frame["stratum"].value_counts().to_dict()
    assert list(count_source(url).index) == sorted(frame["stratum"].unique())
    assert freeze_source(url) == freeze(frame)


def test_plan_of_a_frame_that_stays_where_it_lies_is_that_of_the_frame(store: Store) -> None:
    frame = skewed(900, 12)
    url = store(frame)
    n = count_source(url).map(quota)
    said = {
        "campaign": "c",
        "name": "n",
        "purpose": "recheck",
        "reserves": 2,
        "rate": "20%",
        "rule": "五分之一",
        "seed_source": "掷骰",
        "date": "2014-03-10",
    }
    plan = plan_strata(freeze_source(url), n, **said)
    assert plan == make_plan(frame, n, **said)
    assert parse_plan(plan.to_bytes()) == plan
    rows = draw_source(url, plan.n, seed=SEED, reserves=plan.reserves)
    assert rows is not None
    assert_frame_equal(rows, draw(frame, plan.n, seed=SEED, reserves=plan.reserves))


def test_cut_that_is_too_low_is_widened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = skewed(600, 5)
    tried: list[list[str]] = []
    ship = source._ship

    def note(cuts: dict[str, str]) -> object:
        tried.append(list(cuts.values()))
        return ship(cuts)

    monkeypatch.setattr(source, "SLACK", (0, 0))
    monkeypatch.setattr(source, "_ship", note)
    drawn = draw_source(store(frame), fifth(frame), seed=SEED, reserves=1)
    assert_frame_equal(drawn, draw(frame, fifth(frame), seed=SEED, reserves=1))
    assert len(tried) > 1
    assert all(low <= high for low, high in zip(tried[0], tried[-1], strict=True))


def test_whole_strata_and_nothing_at_all_are_drawn(store: Store) -> None:
    frame = skewed(200, 3)
    url = store(frame)
    everything = frame["stratum"].value_counts()
    assert_frame_equal(draw_source(url, everything, seed=SEED), draw(frame, everything, seed=SEED))
    nothing = dict.fromkeys(everything.index, 0)
    assert_frame_equal(draw_source(url, nothing, seed=SEED), draw(frame, nothing, seed=SEED))


def test_rows_may_go_to_a_file(store: Store, tmp_path: Path) -> None:
    frame = skewed(400, 4)
    out = tmp_path / "new" / "drawn.parquet"
    assert draw_source(store(frame), fifth(frame), seed=SEED, reserves=2, out=out) is None
    assert_frame_equal(pd.read_parquet(out), draw(frame, fifth(frame), seed=SEED, reserves=2))
    assert [path.name for path in out.parent.iterdir()] == ["drawn.parquet"]


# What is refused, in the words of the draw in memory


def refusal(call: Callable[[], object]) -> tuple[type[AuditError], str]:
    with pytest.raises(AuditError) as caught:
        call()
    return caught.type, str(caught.value)


@pytest.mark.parametrize(
    "wrong", [["a1"], ["１"], ["A B", "", "A,B"], ["A" * 65], ["A\u200b"], ["Ǆx", "ﬀ"], [None]]
)
def test_id_that_is_not_canonical_is_refused_with_examples(store: Store, wrong: list[str]) -> None:
    frame = pd.DataFrame({"unit_id": ["B1", *sorted(wrong, key=str), "B2"], "stratum": "x"}, dtype=object)
    url = store(frame)
    expected = refusal(lambda: draw(frame, {"x": 1}, seed=SEED))
    assert expected[0] is FrameError
    assert refusal(lambda: draw_source(url, {"x": 1}, seed=SEED)) == expected
    assert refusal(lambda: freeze_source(url)) == expected


def test_unit_that_stands_twice_is_refused_with_examples(store: Store) -> None:
    twice = [f"T{number}" for number in range(5)]
    frame = pd.DataFrame({"unit_id": [*twice, *(f"U{i}" for i in range(500)), *twice]})
    frame["stratum"] = ["x"] * 250 + ["y"] * 260  # in different strata, so no stratum sees both
    assert refusal(lambda: draw_source(store(frame), {"x": 1, "y": 1}, seed=SEED)) == (
        FrameError,
        "抽样框中有 5 个单位编号重复: T0、T1、T2",
    )


def test_numbers_and_keys_are_checked_as_in_memory(store: Store) -> None:
    frame = pd.DataFrame({"unit_id": ["A", "B"], "stratum": ["x", "y"]})
    url = store(frame)
    assert refusal(lambda: draw_source(url, {"x": 2, "y": 1}, seed=SEED)) == (
        AllocationError,
        "1 个层的抽样数大于层内单位数: x(2/1)",
    )
    assert refusal(lambda: draw_source(url, {"x": 1}, seed=SEED)) == (
        AllocationError,
        "1 个层没有抽样数: y(—/1)",
    )
    assert refusal(lambda: draw_source(url, {"x": 1, "y": 1}, seed="short"))[0] is DrawError
    bad = store(pd.DataFrame({"unit_id": ["A", "B"], "stratum": ["x,y", None]}, dtype=object))
    assert refusal(lambda: count_source(bad))[0] is FrameError


def test_number_as_id_is_refused(store: Store) -> None:
    url = store(pd.DataFrame({"unit_id": [1, 2], "stratum": "x"}))
    kind, words = refusal(lambda: count_source(url))
    assert (kind, words) == (FrameError, f"{url} 没有文本列: unit_id")


@pytest.mark.parametrize("url", ["x.parquet", "mysql://h/d?table=t", "parquet:", ""])
def test_url_of_no_known_kind_is_refused(url: str) -> None:
    assert refusal(lambda: count_source(url)) == (
        CallError,
        f"数据地址须以 parquet:、postgresql:// 或 spark: 开头: 读到“{url}”",
    )


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@h/d?table=t", "postgresql://h/d", "postgresql://h/d?table=t&sslmode=no"]
)
def test_password_in_the_url_is_refused_without_repeating_it(url: str) -> None:
    assert refusal(lambda: count_source(url)) == (
        CallError,
        "数据库地址须写作 postgresql://主机/库?table=表, 不含密码(密码放在环境变量 PGPASSWORD 中)",
    )


def test_files_that_are_not_there_are_one_plain_line(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    kind, words = refusal(lambda: count_source(f"parquet:{tmp_path}/none.parquet"))
    assert kind is InputError
    assert words.startswith(f"读不了 parquet:{tmp_path}/none.parquet: ")
    assert "\n" not in words


@pytest.mark.parametrize(
    ("url", "driver"),
    [("parquet:x", "duckdb"), ("postgresql://h/d?table=t", "psycopg"), ("spark:t", "pyspark.sql")],
)
def test_missing_driver_names_the_extra(url: str, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    with language("en"):
        assert refusal(lambda: count_source(url)) == (
            CallError,
            f'{driver} is not installed: run pip install "audit-lib[scale]"',
        )


# What no small frame shows


def test_equal_beginnings_of_tickets_are_ranked_by_the_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tickets that agree in 64 bits cannot be found, so the engine is told to make them so."""
    frame = pd.DataFrame({"unit_id": [f"U{number:03}" for number in range(200)], "stratum": "x"})
    url = store(frame)
    begin = "0" * 16
    with source.open_source(url) as engine:
        monkeypatch.setattr(type(engine), "ticket", f"'{begin}' || {engine.ticket}")
    monkeypatch.setattr(source, "ticket", lambda seed, unit: begin + source_ticket(seed, unit))
    drawn = draw_source(url, {"x": 30}, seed=SEED)
    expected = draw(frame, {"x": 30}, seed=SEED)
    assert drawn is not None
    assert drawn["ticket"].str[:16].eq(begin).all()
    assert drawn["unit_id"].tolist() == expected["unit_id"].tolist()


source_ticket = source.ticket


def test_engine_that_hashes_otherwise_is_found_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    url = store(pd.DataFrame({"unit_id": ["A", "B"], "stratum": "x"}))
    with source.open_source(url) as engine:
        monkeypatch.setattr(type(engine), "ticket", engine.ticket.replace("seed},", "seed};"))
    kind, words = refusal(lambda: draw_source(url, {"x": 2}, seed=SEED))
    assert kind is DrawError
    assert words.startswith("数据引擎算出的签号不对: “")


def test_cut_is_exact_and_never_below_the_share_wanted() -> None:
    for wanted, N in [(1, 3), (7, 100), (10**8 - 1, 10**8), (1, 10**8)]:
        cut = int(source._cut(wanted, N), 16)
        assert cut == wanted * 2**256 // N
    assert queries.STRATA.names == ["stratum", "code", "cut"]


# At size


@pytest.mark.slow
def test_engine_draws_the_same_from_a_million_units_in_1440_strata(store: Store) -> None:
    frame = large(1_000_000)
    n = fifth(frame)
    url = store(frame)
    assert_frame_equal(draw_source(url, n, seed=SEED, reserves=2), draw(frame, n, seed=SEED, reserves=2))
    assert freeze_source(url) == freeze(frame)


@pytest.mark.slow
def test_duckdb_draws_the_same_from_ten_million_units(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    frame = large(10_000_000)
    n = fifth(frame)
    url = store_in_files("parquet", tmp_path, frame)
    out = tmp_path / "drawn" / "drawn.parquet"
    draw_source(url, n, seed=SEED, out=out)
    assert freeze_source(url) == freeze(frame)
    assert_frame_equal(pd.read_parquet(out), draw(frame, n, seed=SEED))


def large(units: int) -> pd.DataFrame:
    """1,440 strata: one of three units, one of half the frame."""
    rng = np.random.default_rng(2014)
    codes = np.concatenate(
        [np.zeros(units // 2, int), np.ones(3, int), np.arange(2, 1440), rng.integers(2, 1440, units)]
    )[:units]
    numbers = rng.permutation(units)
    frame = pd.DataFrame({"unit_id": pd.Series(numbers, dtype="str").str.zfill(9)})
    frame["unit_id"] = "22" + frame["unit_id"]
    keys = np.array([f"{code:04}|村卫生室" for code in range(1440)], dtype=object)
    return frame.assign(stratum=pd.Series(keys[codes], dtype="str"))
