"""Oracle: R's package survey on 200 random designs, values and standard errors to 1e-9.

Degrees of freedom differ as documented: survey counts the strata taken whole, we leave them
out (docs/method.md, chapter 5). Debian: r-base-core, r-cran-survey.
"""

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit_lib.inference import (
    Estimate,
    estimate_mean,
    estimate_ratio,
    estimate_share,
    estimate_total,
    estimate_two_stage,
    false_pass,
    item_agreement,
    kappa,
)

pytestmark = pytest.mark.slow
DESIGNS = 200
INTERVALS = {"xlogit": "logit", "beta": "korn-graubard", "mean": "t"}


def stratified(rng: np.random.Generator, design: int) -> pd.DataFrame:
    """Visits of one to six strata, a quarter of them taken whole."""
    H = int(rng.integers(1, 7))
    N = rng.integers(3, 60, H)
    n = np.where(rng.random(H) < 0.25, N, rng.integers(2, N + 1))
    h = np.repeat(np.arange(H), n)
    visits = pd.DataFrame({"design": design, "stratum": h, "N": N[h]})
    size = len(visits)
    visits["failed"] = rng.binomial(1, rng.uniform(0.05, 0.6), size)
    visits["second"] = np.where(rng.random(size) < 0.7, visits["failed"], 1 - visits["failed"])
    visits["domain"] = rng.binomial(1, 0.6, size)
    visits.loc[0, "domain"] = 1
    visits["score"] = rng.gamma(2.0, 40.0, size).round(3)
    visits["items"] = rng.integers(1, 9, size)
    visits["agreed"] = rng.binomial(visits["items"], 0.8)
    return visits


def single(visits: pd.DataFrame) -> pd.DataFrame:
    """One visit of each stratum; the strata in pairs, an odd last one with the pair before."""
    one = visits.drop_duplicates(["design", "stratum"])
    H = one.groupby("design")["stratum"].transform("size")
    one = one[H > 1].assign(group=np.minimum(one["stratum"] // 2, H // 2 - 1))
    return one.assign(group_N=one.groupby(["design", "group"])["N"].transform("sum"))


def two_stage(rng: np.random.Generator, design: int) -> pd.DataFrame:
    counties = int(rng.integers(3, 12))
    drawn = int(rng.integers(2, counties + 1))
    M = rng.integers(2, 12, drawn)
    m = np.array([rng.integers(2, size + 1) for size in M])
    i = np.repeat(np.arange(drawn), m)
    visits = pd.DataFrame({"design": design, "county": i, "counties": counties, "M": M[i]})
    return visits.assign(unit=np.arange(len(i)), score=rng.gamma(2.0, 40.0, len(i)).round(3))


@dataclass(frozen=True)
class Sides:
    """The designs, and what R says of them: value and se by figure and design."""

    visits: pd.DataFrame
    stages: pd.DataFrame
    single: pd.DataFrame
    said: pd.DataFrame


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Sides:
    if not shutil.which("Rscript"):
        pytest.skip("no Rscript: apt-get install r-base-core r-cran-survey")
    rng = np.random.default_rng(2014)
    visits = pd.concat([stratified(rng, k) for k in range(DESIGNS)], ignore_index=True)
    stages = pd.concat([two_stage(rng, k) for k in range(DESIGNS)], ignore_index=True)
    tables, folder = (visits, stages, single(visits)), tmp_path_factory.mktemp("r")
    files = [folder / f"{name}.csv" for name in ("visits", "two_stage", "single")]
    for table, file in zip(tables, files, strict=True):
        table.to_csv(file, index=False)
    script = Path(__file__).with_name("survey.R")
    done = subprocess.run(["Rscript", script, *files], capture_output=True, check=False, encoding="utf-8")
    assert not done.returncode, done.stderr
    return Sides(*tables, pd.read_csv(io.StringIO(done.stdout)).set_index(["figure", "design"]))


def agree(ours: dict[int, float], theirs: pd.Series, *, within: float = 1e-9) -> None:
    """Nothing differs by more than 1e-9 of the figure (of 1e-6 where it is smaller)."""
    assert len(ours) >= 50
    theirs = theirs.loc[list(ours)]
    off = np.abs(np.array(list(ours.values())) - theirs) / np.maximum(np.abs(theirs), 1e-6)
    assert off.max() <= within, off.idxmax()


def estimates_agree(ours: dict[int, Estimate], theirs: pd.DataFrame) -> None:
    for name in ("value", "se"):
        agree({design: getattr(answer, name) for design, answer in ours.items()}, theirs[name])


def by_design(table: pd.DataFrame, answer: Callable[[pd.DataFrame], Any]) -> dict[int, Any]:
    return {int(str(design)): answer(part) for design, part in table.groupby("design")}


def sizes(part: pd.DataFrame) -> pd.Series:
    return part.drop_duplicates("stratum").set_index("stratum")["N"]


def items(part: pd.DataFrame) -> Estimate:
    unit = np.repeat(np.arange(len(part)), part["items"])
    number = (
        np.arange(len(unit)) - np.repeat(part["items"].cumsum() - part["items"], part["items"]).to_numpy()
    )
    agreed = number < part["agreed"].to_numpy()[unit]
    return item_agreement(unit, agreed, [True] * len(unit), part["stratum"].to_numpy()[unit], sizes(part))


FIGURES = {
    "share": lambda part: estimate_share(part["failed"], part["stratum"], sizes(part)),
    "total": lambda part: estimate_total(part["score"], part["stratum"], sizes(part)),
    "mean": lambda part: estimate_mean(part["score"], part["stratum"], sizes(part)),
    "ratio": lambda part: estimate_ratio(part["score"], part["items"], part["stratum"], sizes(part)),
    "items": items,
    "domain share": lambda part: (
        false_pass(part["domain"], part["failed"], part["stratum"], sizes(part)).share
    ),
    "domain mean": lambda part: estimate_mean(
        part["score"], part["stratum"], sizes(part), domain=part["domain"]
    ),
    "domain total": lambda part: estimate_total(
        part["score"], part["stratum"], sizes(part), domain=part["domain"]
    ),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_stratified_figures_are_those_of_r(figure: str, sides: Sides) -> None:
    estimates_agree(by_design(sides.visits, FIGURES[figure]), sides.said.loc[figure])


@pytest.mark.parametrize("statistic", ["mean", "total"])
def test_two_stage_figures_are_those_of_r(statistic: Any, sides: Sides) -> None:
    def ours(part: pd.DataFrame) -> Estimate:
        drawn = part.drop_duplicates("county").set_index("county")["M"].to_dict()
        others = {1000 + k: 5 for k in range(int(part["counties"].iloc[0]) - len(drawn))}
        return estimate_two_stage(part["score"], part["county"], drawn | others, statistic=statistic)

    estimates_agree(by_design(sides.stages, ours), sides.said.loc[f"two-stage {statistic}"])


@pytest.mark.parametrize(("figure", "estimator", "name"), [
    ("collapsed share", estimate_share, "failed"), ("collapsed mean", estimate_mean, "score")])  # fmt: skip
def test_strata_joined_for_their_variance_are_those_of_r(
    figure: str, estimator: Callable[..., Estimate], name: str, sides: Sides
) -> None:
    ours = by_design(
        sides.single, lambda part: estimator(part[name], part["stratum"], sizes(part), lonely="collapse")
    )

    estimates_agree(ours, sides.said.loc[figure])


def test_kappa_is_that_of_r(sides: Sides) -> None:
    theirs = sides.said.loc["kappa"]
    both = sides.visits[sides.visits["design"].isin(theirs.index)]
    ours = by_design(both, lambda part: kappa(part["failed"], part["second"], part["stratum"], sizes(part)))

    estimates_agree(ours, theirs)


def taken_whole(part: pd.DataFrame) -> pd.Series:
    """Which visits lie in strata that were taken whole."""
    return part.groupby("stratum")["stratum"].transform("size") == part["N"]


def without_whole(visits: pd.DataFrame) -> pd.DataFrame:
    """The designs in which no stratum was taken whole."""
    return visits.groupby("design").filter(lambda part: not taken_whole(part).any())


@pytest.mark.parametrize("figure", ["share", "domain share"])
def test_degrees_of_freedom_are_those_of_r_less_the_strata_taken_whole(figure: str, sides: Sides) -> None:
    def with_whole(part: pd.DataFrame) -> int:
        whole = part[taken_whole(part) & ((part["domain"] == 1) | (figure == "share"))]
        return FIGURES[figure](part).df + len(whole) - whole["stratum"].nunique()

    agree(by_design(sides.visits, with_whole), sides.said.loc[figure.replace("share", "df")]["value"])


@pytest.mark.parametrize("method", INTERVALS)
def test_intervals_without_strata_taken_whole_are_those_of_r(method: str, sides: Sides) -> None:
    def ours(part: pd.DataFrame) -> Estimate:
        return estimate_share(part["failed"], part["stratum"], sizes(part), interval=INTERVALS[method])

    answers = by_design(without_whole(sides.visits), ours)
    answers = {design: answer for design, answer in answers.items() if answer.method == INTERVALS[method]}

    for end in ("lower", "upper"):
        # This version of survey leaves the t interval of a share outside of 0..1.
        theirs = sides.said.loc[f"{method} {end}"]["value"].clip(0, 1)
        agree({k: getattr(answer, end) for k, answer in answers.items()}, theirs, within=1e-8)


def test_design_effects_without_strata_taken_whole_are_those_of_r(sides: Sides) -> None:
    ours = by_design(without_whole(sides.visits), lambda part: FIGURES["share"](part).deff)

    agree({k: deff for k, deff in ours.items() if np.isfinite(deff)}, sides.said.loc["deff"]["value"])
