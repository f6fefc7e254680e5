"""What a re-check drawn here lets us say about all units that the counties passed.

For the province: the share failing, with its interval and the exact bound, held against the
limit if the params set one. For a city: an interval and no decision. For a county: nothing,
the sample is too small. Source: docs/method.md, chapter 5, 6, 8, 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.places import DrawnSample, Known, fill_places, known_before
from audit_lib.errors import EstimateError
from audit_lib.inference import (
    Estimate,
    bound_count,
    decide,
    estimate_share,
    estimate_unequal,
    funnel,
    look_confidence,
    simultaneous,
    tally,
)

RECHECK, UNANNOUNCED = "recheck", "unannounced"
DECISIONS = {"accept": "接受", "reject": "不接受", "not_demonstrated": "未能证明"}
NONE = "不作判定"
ALIKE = "按风险分抽取, 结果没有差异: 给不出区间和上限"

FUNNEL = "recheck_funnel"
"""The indicator of a city held against all others."""

POSITIONS = {"above": "高于范围", "within": "范围以内", "below": "低于范围", "known": "全部检查, 没有范围"}

_FIGURES = ("value", "se", "lower", "upper")

ORIGINAL = "_original"
"""Ends the indicators of the sample as drawn, where reserves hold places in the other ones."""


def estimate_rechecks(facts: Facts, draws: Mapping[str, DrawnSample]) -> pd.DataFrame:
    """Return table ``estimates``: what the visited samples say of province and cities.

    Only draws of purpose ``recheck`` speak; a draw nobody has visited yet says nothing. With
    several such draws the indicator carries the draw's name.
    """
    drawn = [draws[name] for name in sorted(draws) if draws[name].purpose == RECHECK]
    tables = []
    for sample in drawn:
        places = fill_places(facts, sample)
        if places["seen"].any():
            suffix = f"@{sample.name}" if len(drawn) > 1 else ""
            table = _of_sample(_at_look(facts, sample), sample, places, known_before(facts, draws, sample))
            table = pd.concat([table, *_against_others(facts, sample)], ignore_index=True)
            tables.append(table.assign(indicator=table["indicator"] + suffix))
    return pd.concat(tables) if tables else schemas.empty("estimates")


def estimate_unannounced(facts: Facts, draws: Mapping[str, DrawnSample]) -> pd.DataFrame:
    """Return rows of table ``estimates`` on draws for unannounced visits; they decide nothing.

    Drawn by risk, each finding weighs as many units as its chance says. Where such a draw found
    nothing there is no number at all: it looked where the risk was.
    """
    drawn = [draws[name] for name in sorted(draws) if draws[name].purpose == UNANNOUNCED]
    rows: list[dict[str, object]] = []
    for sample in drawn:
        places = fill_places(facts, sample)
        if not places["seen"].any():
            continue
        suffix = f"@{sample.name}" if len(drawn) > 1 else ""
        sizes = sample.frame.groupby(["city", "stratum"]).size()
        parts = [(facts.province, places, sizes.groupby("stratum").sum(), 1)]
        cities = sorted(places["city"].unique())
        parts += [(city, places[places["city"] == city], sizes.loc[city], len(cities)) for city in cities]
        for area, part, N, joint in parts:
            if "chance" in sample.frame:
                chance = part["unit_id"].map(sample.frame.set_index("unit_id")["chance"]).astype("float64")
                found = _by_risk(facts, area, part.assign(chance=chance), N)
            else:
                found = _of_area(facts, area, part, N, joint=joint)
            rows += [
                row | {"indicator": str(row["indicator"]).replace(RECHECK, UNANNOUNCED) + suffix}
                for row in found
            ]
    return pd.DataFrame(rows) if rows else schemas.empty("estimates")


def _by_risk(facts: Facts, area: str, places: pd.DataFrame, sizes: pd.Series[int]) -> list[dict[str, object]]:
    blank = dict.fromkeys(_FIGURES)
    rows = []
    for name, (bad, domain) in _cases(UNANNOUNCED, places).items():
        row = _counted(area, name, places, sizes, bad)
        try:
            answer = estimate_unequal(
                bad.astype(int),
                places["stratum"].to_numpy(),
                places["chance"].to_numpy(),
                sizes,
                confidence=facts.params.estimates.confidence,
                domain=domain.astype(int),
            )
            said = answer.method if answer.method != "none" else ALIKE
            known = blank if answer.method == "none" else {key: getattr(answer, key) for key in blank}
        except EstimateError as refused:
            said, known = f"不能推算: {refused.text.zh}", blank
        rows.append(row | known | {"method": f"{said}{_words(places, 1, 0)}"})
    return rows


def _cases(purpose: str, places: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return who failed, of whom: as inspected, and the best and the worst case of those who were not."""
    eligible, lost, failed = (places[name].to_numpy() for name in ("eligible", "lost", "failed"))
    cases = {f"{purpose}_failed": (failed, eligible & ~lost)}
    if lost.any():
        cases[f"{purpose}_failed_best"] = (failed, eligible)
        cases[f"{purpose}_failed_worst"] = (failed | lost, eligible)
    return cases


def _counted(
    area: str, name: str, places: pd.DataFrame, sizes: pd.Series[int], bad: np.ndarray
) -> dict[str, object]:
    numbers = {"n": len(places), "N": int(sizes.sum()), "y": int(bad.sum())}
    return {"area": area, "indicator": name, **numbers, "decision": NONE}


def compare_areas(
    facts: Facts, sample: DrawnSample, *, level: Literal["county", "city"] = "county"
) -> pd.DataFrame:
    """Return each county or city with a result against all others; columns as ``inference.funnel``.

    A county that is part of a stratum was drawn from at random too, given how many it gave.

    Raises
    ------
    EstimateError   results from one area only, or none
    """
    places = fill_places(facts, sample)
    area = places["unit_id"].map(sample.frame.set_index("unit_id")[level])
    judged = area[places["eligible"] & ~places["lost"]]
    found = {
        str(code): tally(
            places[area == code],
            sample.frame[sample.frame[level] == code],
            certificate=sample.certificate_digest,
        )
        for code in sorted(judged.unique())
    }
    return funnel(found, confidence=facts.params.estimates.confidence)


def _against_others(facts: Facts, sample: DrawnSample) -> list[pd.DataFrame]:
    """Return the rows of the funnel: value is the share of all others, the bounds what chance allows."""
    try:
        rows = compare_areas(facts, sample, level="city")
    except EstimateError:
        return []
    return [
        pd.DataFrame(
            {
                "area": rows["county"],
                "indicator": FUNNEL,
                **{name: rows[name] for name in ("n", "N", "y")},
                "value": rows["target"],
                "lower": rows["lower"] / rows["n"],
                "upper": rows["upper"] / rows["n"],
                "decision": NONE,
                "method": rows["position"].map(POSITIONS),
            }
        )
    ]


def _at_look(facts: Facts, sample: DrawnSample) -> Facts:
    """Give each look its share of alpha, so that all of them together keep the confidence."""
    chosen = facts.params.estimates
    each = look_confidence(chosen.confidence, sample.looks)
    estimates = chosen.model_copy(update={"confidence": each})
    return replace(facts, params=facts.params.model_copy(update={"estimates": estimates}))


def _of_sample(facts: Facts, sample: DrawnSample, places: pd.DataFrame, known: Known | None) -> pd.DataFrame:
    frame, drawn = sample.frame, fill_places(facts, sample, replaced=False)
    gave_way = set(drawn["unit_id"]) != set(places["unit_id"])
    if known is not None:
        frame = pd.concat([frame, known.frame], ignore_index=True)
        places, drawn = (pd.concat([one, known.places], ignore_index=True) for one in (places, drawn))
    sizes = frame.groupby(["city", "stratum"]).size()
    cities = sorted(places["city"].unique())
    province = _of_area(facts, facts.province, places, sizes.groupby("stratum").sum(), joint=1)
    decision, enough = _decide(facts, sample, places, frame)
    look = f"; 第 {sample.look} 次判定, 共 {sample.looks} 次" if sample.looks > 1 else ""
    province[0] |= {"decision": decision, "method": f"{province[0]['method']}{look}{enough}"}
    if gave_way:
        province += _without_reserves(facts, drawn, sizes.groupby("stratum").sum())
    tables = [province]
    for city in cities:
        chosen = places[places["city"] == city]
        tables.append(_of_area(facts, city, chosen, sizes.loc[city], joint=len(cities)))
    return pd.concat([pd.DataFrame(rows) for rows in tables], ignore_index=True)


def _of_area(
    facts: Facts, area: str, places: pd.DataFrame, sizes: pd.Series[int], *, joint: int
) -> list[dict[str, object]]:
    """The rows of one area: as inspected, the two cases where some could not be, and already so."""
    lost, so = places["lost"].to_numpy(), (places["already_so"] == "是").to_numpy()
    unclear = int((places["failed"] & ~places["already_so"].isin(["是", "否"])).sum())
    cases = _cases(RECHECK, places)
    failed, inspected = cases["recheck_failed"]
    cases["recheck_already_so"] = (so, inspected)
    worst = {"recheck_failed": failed | lost, "recheck_already_so": so | lost}
    rows = []
    for name, (bad, domain) in cases.items():
        row = _counted(area, name, places, sizes, bad) | _share(facts, places, sizes, bad, domain)
        row["bound_count"] = _bound(places, sizes, worst.get(name, bad), facts, joint=joint)
        row["method"] = f"{row['method']}{_words(places, joint, unclear if bad is so else 0)}"
        rows.append(row)
    return rows


def _without_reserves(facts: Facts, drawn: pd.DataFrame, sizes: pd.Series[int]) -> list[dict[str, object]]:
    """The rows of the sample as it was drawn, to stand beside those with reserves in it."""
    rows = _of_area(facts, facts.province, drawn, sizes, joint=1)
    kept = [row for row in rows if str(row["indicator"]).startswith("recheck_failed")]
    return [row | {"indicator": f"{row['indicator']}{ORIGINAL}"} for row in kept]


def _share(
    facts: Facts, places: pd.DataFrame, sizes: pd.Series[int], bad: np.ndarray, domain: np.ndarray
) -> dict[str, object]:
    try:
        answer: Estimate = estimate_share(
            bad.astype(int),
            places["stratum"].to_numpy(),
            sizes,
            confidence=facts.params.estimates.confidence,
            domain=None if domain.all() else domain.astype(int),
        )
    except EstimateError as refused:
        return dict.fromkeys(_FIGURES) | {"method": f"不能推算: {refused.text.zh}"}
    numbers = {name: getattr(answer, name) for name in _FIGURES}
    known = {name: None if np.isnan(number) else float(number) for name, number in numbers.items()}
    return known | {"method": answer.method}


def _words(places: pd.DataFrame, joint: int, unclear: int) -> str:
    lost, gone = int(places["lost"].sum()), int((~places["eligible"]).sum())
    said = [
        f"未能检查 {lost} 家" if lost else "",
        f"已注销 {gone} 家" if gone else "",
        f"不能判定 {unclear} 家另计" if unclear else "",
        f"上限为 {joint} 个市州联合" if joint > 1 else "",
    ]
    return "".join(f"; {word}" for word in said if word)


def _counts(
    places: pd.DataFrame, sizes: pd.Series[int], bad: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = places.groupby("stratum").size().reindex(sizes.index, fill_value=0)
    y = (
        pd.Series(bad.astype("int64"))
        .groupby(places["stratum"].to_numpy())
        .sum()
        .reindex(sizes.index, fill_value=0)
    )
    return sizes.to_numpy(), n.to_numpy(), y.to_numpy()


def _bound(places: pd.DataFrame, sizes: pd.Series[int], bad: np.ndarray, facts: Facts, *, joint: int) -> int:
    confidence = simultaneous(facts.params.estimates.confidence, joint)
    return bound_count(*_counts(places, sizes, bad), confidence=confidence)


def _decide(facts: Facts, sample: DrawnSample, places: pd.DataFrame, frame: pd.DataFrame) -> tuple[str, str]:
    """Return the decision on the province and, where nothing is shown, the visits that would do."""
    chosen = facts.params.estimates
    if chosen.limit is None:
        return NONE, ""
    found = tally(places, frame, certificate=sample.certificate_digest)
    answer = decide(found, str(chosen.limit), confidence=chosen.confidence)
    enough = f"; 按现有比例约需抽 {answer.needed} 家(不合格不超过 {answer.allowed} 家)才能接受"
    return DECISIONS[answer.verdict], enough if answer.needed else ""
