"""Where failures are likelier: a score that can be explained, and a model beside it.

The score adds points of rulebook rows (``rulebook/risk.csv``), so a unit can be told each of
them. The model is a plain logistic regression on the same facts, trained on past visits only.
Neither says that a unit is bad: both order visits, and ``validation`` says how well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.errors import AuditError
from audit_lib.schemas import rulebook_rows

LEAST_FAILURES = 50
"""Fewer failures than this teach a model noise: a dozen facts need some of each."""

LEAST_LATE = 20
"""Fewer in the last quarter say nothing about how sure the model should be."""

EARLIER = 0.75
PENALTY = 0.3
"""Inverse strength of the penalty; between 0.1 and 1 nothing moves by more than a tenth of a point."""


def score_risk(facts: pd.DataFrame) -> pd.DataFrame:
    """Return for each row of facts its points and the words of the factors that gave them.

    A factor whose column the facts do not have gives no points; a missing value gives none either.

    Parameters
    ----------
    facts : any index; columns as ``rulebook/risk.csv`` names them, numbers or flags

    Returns
    -------
    DataFrame[points (int), reasons], index of ``facts``; reasons by points, then in rulebook order

    >>> score_risk(pd.DataFrame({"failed_last": [1, 0], "key_unit": [True, False]})).values.tolist()
    [[40, '最近一次检查不合格(30分)、重点监控单位(10分)'], [0, '']]
    """
    points = pd.Series(0, index=facts.index, dtype="int64")
    reasons = pd.Series("", index=facts.index, dtype="str")
    rows = [row for row in rulebook_rows("risk") if row["column"] in facts]
    for row in sorted(rows, key=lambda row: -int(row["points"])):
        value = pd.to_numeric(facts[row["column"]]).astype("Float64")
        applies = (value >= float(row["at_least"])).fillna(False).astype(bool)
        points += applies.astype("int64") * int(row["points"])
        words = f"、{row['zh']}({row['points']}分)"
        reasons += applies.map({True: words, False: ""}).astype("str")
    return pd.DataFrame({"points": points, "reasons": reasons.str.removeprefix("、")})


def factors_used(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the rulebook's factors, and whether these facts carry their column."""
    rows = pd.DataFrame(rulebook_rows("risk"))
    return rows.assign(used=rows["column"].isin(facts.columns))


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A model of the chance that a visit fails.

    ``columns`` are the facts it reads, ``visits`` and ``failures`` what it learned from, the last
    of them on ``until``. ``slope`` and ``shift`` correct its log odds (1 and 0 change nothing):
    models are surer of themselves than the next season bears out.
    """

    pipeline: Any
    columns: tuple[str, ...]
    until: pd.Timestamp
    visits: int
    failures: int
    slope: float
    shift: float

    def chance(self, facts: pd.DataFrame) -> pd.Series[float]:
        """Return the chance of failing for each row of facts, 0..1."""
        odds = self.slope * self.pipeline.decision_function(_numbers(facts[list(self.columns)])) + self.shift
        return pd.Series(1 / (1 + np.exp(-odds)), index=facts.index)

    def weights(self, facts: pd.DataFrame) -> pd.DataFrame:
        """Return how far each fact moves each row from the average visit, in log odds."""
        scaler, regression = self.pipeline[0], self.pipeline[-1]
        moved = scaler.transform(_numbers(facts[list(self.columns)])) * regression.coef_[0] * self.slope
        return pd.DataFrame(np.asarray(moved), index=facts.index, columns=list(self.columns))


def train_risk(facts: pd.DataFrame, failed: pd.Series[bool], *, day: pd.Series[Any]) -> RiskModel:
    """Train the model on past visits and correct it by the latest of them.

    A first model learns from the earlier three quarters of the visits; how its log odds fit the
    last quarter gives slope and shift; the model that is kept learns from all.

    Parameters
    ----------
    facts : one row per visit, what was known before it (`known_before`); no missing values
    failed : what the visit found;  day : the day of the visit, same index

    Raises
    ------
    AuditError   too few failures, or too few passes, to learn from

    Source: logistic regression with an L2 penalty (scikit-learn), facts scaled to unit variance;
    correction after Platt 1999, on later visits instead of a random part.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second, paid only here

    _refuse_few(failed)
    whole = _fit(facts, failed)
    early = day <= day.sort_values().iloc[int(len(day) * EARLIER)]
    if min(failed[~early].sum(), (~failed[~early]).sum(), failed[early].sum()) < LEAST_LATE:
        slope, shift = 1.0, 0.0
    else:
        odds = _fit(facts[early], failed[early]).decision_function(_numbers(facts[~early]))
        late = LogisticRegression(C=np.inf).fit(odds.reshape(-1, 1), failed[~early].astype("int64"))
        slope, shift = float(late.coef_[0, 0]), float(late.intercept_[0])
    return RiskModel(
        whole,
        tuple(map(str, facts.columns)),
        pd.Timestamp(day.max()),
        len(failed),
        int(failed.sum()),
        slope,
        shift,
    )


def _fit(facts: pd.DataFrame, failed: pd.Series[bool]) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    model = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=1000))
    return model.fit(_numbers(facts), failed.astype("int64"))


def _numbers(facts: pd.DataFrame) -> Any:
    return facts.astype("float64").to_numpy()


def _refuse_few(failed: pd.Series[bool]) -> None:
    failures = int(failed.sum())
    if min(failures, len(failed) - failures) < LEAST_FAILURES:
        raise AuditError(
            f"只有 {len(failed)} 次检查、{failures} 次不合格, 不足以训练模型"
            f"(合格与不合格各至少 {LEAST_FAILURES} 次); 请只用评分",
            f"{len(failed)} visits with {failures} failures are too few to train on "
            f"(at least {LEAST_FAILURES} of each kind); use the score alone",
        )
