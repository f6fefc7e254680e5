"""Facts to verdicts: every rule, indicator, score, estimate and verdict of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance import acceptance, candidates
from audit_lib.compliance.estimates import estimate_rechecks, estimate_unannounced
from audit_lib.compliance.facts import Facts, gather_facts
from audit_lib.compliance.indicators import indicate
from audit_lib.compliance.lives import hazard_ageing, hazard_lives, hazard_spread
from audit_lib.compliance.places import DrawnSample
from audit_lib.compliance.questions import asked_questions
from audit_lib.compliance.rows import NOT_APPLICABLE, RANK, whole
from audit_lib.compliance.rulebook import Rulebook, load_rulebook, rulebook_folder
from audit_lib.compliance.rules import judged_rules
from audit_lib.errors import JudgeError
from audit_lib.files import write_parquet
from audit_lib.intake import Intake
from audit_lib.params import Readings, Run

_ORDER = {
    "rules": ["rule_id", "level", "subject"],
    "indicators": ["area", "indicator"],
    "scores": ["check_id"],
    "estimates": ["area", "indicator"],
    "verdicts": ["level", "area"],
    "lives": ["hazard_id", "unit_id"],
    "ageing": ["level", "area", "place"],
    "spread": ["level", "area"],
    "questions": ["rule_id", "level", "subject"],
    "switched": ["rule_id", "level", "subject"],
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run found, in the output tables of the same names (rulebook/columns.csv)."""

    rules: pd.DataFrame
    indicators: pd.DataFrame
    scores: pd.DataFrame
    estimates: pd.DataFrame
    verdicts: pd.DataFrame
    lives: pd.DataFrame
    ageing: pd.DataFrame
    spread: pd.DataFrame
    questions: pd.DataFrame
    switched: pd.DataFrame = field(default_factory=lambda: schemas.empty("switched"))


def judge(
    intake: Intake,
    run: Run,
    draws: Mapping[str, DrawnSample],
    answers: pd.DataFrame | None = None,
) -> Judgement:
    """Judge everything that the inputs allow.

    Parameters
    ----------
    draws : by name, the draws that exist and were verified
    answers : what people said (`questions.read_answers`); None: nothing yet

    Raises
    ------
    JudgeError   params name a rule that this version does not judge; the facts contradict the areas

    The result depends on no row order: every table is sorted by its key.
    """
    book = run_rulebook(run)
    applies = _applies(run, book)
    facts = gather_facts(intake, run.params, book, answers)
    found = _judge_rules(facts, applies)
    rules = pd.concat([_as_rows(facts, rule_id, rows) for rule_id, rows in found.items()], ignore_index=True)
    rules, verdicts = _with_derived(intake, answers, facts, rules, applies)
    usual = rules
    if run.params.readings.switched:
        usual = _as_usual(intake, run, answers, rules, applies)
    tables = {
        "rules": rules,
        "indicators": indicate(facts, rules),
        "scores": facts.scores,
        "estimates": _estimates(facts, draws),
        "verdicts": verdicts,
        **_lives(facts),
        "questions": asked_questions(facts, found),
        "switched": compare_readings(rules, usual),
    }
    return Judgement(**{name: _settled(table, name) for name, table in tables.items()})


def compare_readings(rules: pd.DataFrame, usual: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of rules that another reading moved: as judged, and as by default.

    Parameters
    ----------
    rules, usual : table ``rules`` under the readings chosen, and under the default ones

    Returns
    -------
    table ``switched``; a subject that only one of both has is empty on the other side
    """
    keys, told = ["rule_id", "level", "subject"], ["result", "numerator", "denominator"]
    both = rules[[*keys, "area", *told]].merge(
        usual[[*keys, "area", *told]], on=keys, how="outer", suffixes=("", "_default")
    )
    apart = pd.Series(False, index=both.index)
    for column in told:
        one, other = both[column], both[f"{column}_default"]
        apart |= ~((one == other).fillna(False).astype(bool) | (one.isna() & other.isna()))
    area = both["area"].fillna(both["area_default"])
    return both.assign(area=area).loc[apart, [*keys, "area", *told, *(f"{one}_default" for one in told)]]


def write_judgement(judgement: Judgement, folder: Path) -> None:
    """Write one Parquet file per table; equal judgements give equal bytes."""
    for table in fields(judgement):
        write_parquet(folder / f"{table.name}.parquet", getattr(judgement, table.name))


def load_judgement(folder: Path) -> Judgement:
    """Read a judgement back through the same schemas.

    Raises
    ------
    JudgeError   a table is missing or cannot be read: the run was not judged, or not to the end
    """
    tables = {}
    for name in (table.name for table in fields(Judgement)):
        path = folder / f"{name}.parquet"
        try:
            tables[name] = schemas.conform(pd.read_parquet(path), name)
        except (OSError, ValueError) as broken:
            raise JudgeError(
                f"读不出 {path.name}, 请先运行 audit judge", f"cannot read {path.name}; run audit judge first"
            ) from broken
    return Judgement(**tables)


def run_rulebook(run: Run) -> Rulebook:
    """Return the rulebook that the params name; a folder is looked for beside the params file."""
    named = rulebook_folder(run.params.rulebook)
    return load_rulebook(run.params.window.end, run.file.resolve().parent / named)


def _applies(run: Run, book: Rulebook) -> frozenset[str]:
    built = {*judged_rules(book), acceptance.RULE, candidates.RULE} & set(book.rules)
    unknown = sorted(set(run.params.rules) - built)
    if unknown:
        raise JudgeError(
            f"参数 rules 里的 {'、'.join(unknown)} 不在可自动判定的规则中: {'、'.join(sorted(built))}",
            f"rules names {', '.join(unknown)}; this version judges {', '.join(sorted(built))}",
        )
    return frozenset(run.params.rules or built)


def _as_usual(
    intake: Intake,
    run: Run,
    answers: pd.DataFrame | None,
    rules: pd.DataFrame,
    applies: frozenset[str],
) -> pd.DataFrame:
    """Return the rules as the default readings would have it: those governed anew, the rest as they are."""
    book, switched = run_rulebook(run), run.params.readings.switched
    governed = {rule_id for name in switched for rule_id in book.ambiguities[name].rules} & applies
    usual = run.params.model_copy(update={"readings": Readings()})
    facts = gather_facts(intake, usual, book, answers)
    anew = {rule_id: judged_rules(book)[rule_id](facts, book.rules[rule_id]) for rule_id in sorted(governed)}
    kept = rules[~rules["rule_id"].isin([*governed, *DERIVED])]
    told = [_as_rows(facts, rule_id, rows) for rule_id, rows in anew.items()]
    rules = pd.concat([kept, *told], ignore_index=True)
    return _with_derived(intake, answers, facts, rules, applies)[0]


DERIVED = (acceptance.RULE, candidates.RULE)
"""Rules made from the results of the others."""


def _with_derived(
    intake: Intake,
    answers: pd.DataFrame | None,
    facts: Facts,
    rules: pd.DataFrame,
    applies: frozenset[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of all rules, those made from others among them, and the verdicts."""
    then, at_the_end = _at_the_end(intake, answers, facts, rules, applies)
    verdicts = acceptance.propose(then, at_the_end, applies=applies)
    derived = [
        (then, acceptance.RULE, acceptance.as_rule(then, verdicts)),
        (facts, candidates.RULE, candidates.list_candidates(facts, rules)),
    ]
    more = [_as_rows(day, rule_id, rows) for day, rule_id, rows in derived if rule_id in applies]
    return pd.concat([rules, *more], ignore_index=True), verdicts


def _at_the_end(
    intake: Intake,
    answers: pd.DataFrame | None,
    facts: Facts,
    rules: pd.DataFrame,
    applies: frozenset[str],
) -> tuple[Facts, pd.DataFrame]:
    """Return facts and rules as they stood when the window closed: the area verdict is asked of that day."""
    if facts.params.as_of <= facts.params.window.end:
        return facts, rules
    params = facts.params.model_copy(update={"as_of": facts.params.window.end})
    then = gather_facts(intake, params, facts.book, answers)
    asked = applies & {rule_id for rule_id, rule in facts.book.rules.items() if rule.area_set}
    found = _judge_rules(then, frozenset(asked))
    return then, pd.concat(
        [_as_rows(then, rule_id, found[rule_id]) for rule_id in sorted(asked)], ignore_index=True
    )


def _judge_rules(facts: Facts, applies: frozenset[str]) -> dict[str, pd.DataFrame]:
    return {
        rule_id: function(facts, facts.book.rules[rule_id])
        if rule_id in applies
        else whole(facts, NOT_APPLICABLE, "参数 rules 没有选用")
        for rule_id, function in judged_rules(facts.book).items()
    }


def _as_rows(facts: Facts, rule_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    """A rule's rows in the declared shape of table ``rules``, one per subject."""
    told = _one_each(rows).assign(rule_id=rule_id, as_of=str(facts.as_of.date()))
    return schemas.conform(told, "rules")


def _lives(facts: Facts) -> dict[str, pd.DataFrame]:
    """The lives of hazards, and what those of each area and the whole look like together."""
    lives = hazard_lives(facts)
    whole = facts.places[["county"]].drop_duplicates().assign(level="province", area=facts.province)
    places = pd.concat([facts.places, whole], ignore_index=True)
    return {
        "lives": lives,
        "ageing": hazard_ageing(lives, places, facts.book),
        "spread": hazard_spread(lives, places, facts.book),
    }


def _estimates(facts: Facts, draws: Mapping[str, DrawnSample]) -> pd.DataFrame:
    tables = [made(facts, draws) for made in (estimate_rechecks, estimate_unannounced)]
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def _one_each(rows: pd.DataFrame) -> pd.DataFrame:
    """One fact in one row: of several results of a subject the worst counts."""
    keys = ["level", "subject"]
    twice = rows.duplicated(keys, keep=False)
    again = rows[twice]
    again = again.assign(rank=again["result"].map(RANK))
    again = again.sort_values([*keys, "rank", "evidence", "reason"], kind="stable").drop_duplicates(keys)
    return pd.concat([rows[~twice], again.drop(columns="rank")]) if len(again) else rows


def _settled(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return schemas.conform(table.sort_values(_ORDER[name], kind="stable"), name)
