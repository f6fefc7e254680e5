"""The walk of intake: from the files that params name to trusted tables and their account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from audit_lib.intake.answers import read_answers
from audit_lib.intake.areas import Gazetteer, load_areas
from audit_lib.intake.doubles import settle_doubles
from audit_lib.intake.listing import PROBLEM_COLUMNS, QUARANTINE_COLUMNS, late_days
from audit_lib.intake.matching import MATCH_COLUMNS, Match, Roster
from audit_lib.intake.parts import Desk, Part, check_sources, read_parts
from audit_lib.intake.records import Gathered, gather
from audit_lib.intake.returns import RETURN_COLUMNS, returned_rows
from audit_lib.intake.stage import COUNTS, FILE_COLUMNS, Intake, shape, shape_files
from audit_lib.intake.values import Surroundings
from audit_lib.intake.versions import changes, corrected_words, superseded
from audit_lib.params import Run
from audit_lib.schemas import inputs, parameter, words

ORDER = ["table", "file", "sheet", "row"]


def read_inputs(run: Run) -> Intake:
    """Read every file that the params name, and account for each row of each.

    Files that cannot be read are listed with their reason and the others are read on; only
    wrong params or an unreadable table of areas stop it.

    Raises
    ------
    ParamsError   the params name a table or column that does not exist
    InputError    the file of areas cannot be read
    """
    check_sources(run)
    areas = None if run.params.areas == "from-roster" else load_areas(run)
    gazetteer = None if areas is None else Gazetteer(areas)
    desk = Desk(run, gazetteer, {})
    window = run.params.window
    days = (pd.Timestamp(window.start), pd.Timestamp(window.end))
    latest = max(days[1], pd.Timestamp(run.params.as_of)) + pd.Timedelta(days=late_days())
    around = Surroundings((window.start.year, window.end.year), gazetteer, days, latest)
    parts = {name: _with_versions(read_parts(desk, name), name) for name in inputs()}
    gathered = {"units": _gather(run, "units", parts["units"], around, None)}
    roster = Roster(gathered["units"].rows, read_answers(run))
    for name in inputs():
        if name != "units":
            gathered[name] = _gather(run, name, parts[name], around, roster)
    gathered = _settled(gathered)
    units = gathered["units"].rows
    return _assembled(parts, gathered, load_areas(run, units) if areas is None else areas)


def _settled(gathered: dict[str, Gathered]) -> dict[str, Gathered]:
    """The tables with each number its own, and what was wrong with the numbers listed."""
    rows, problems = settle_doubles({name: one.rows for name, one in gathered.items()})
    return {
        name: replace(
            one, rows=rows[name], problems=pd.concat([one.problems, problems[problems["table"] == name]])
        )
        for name, one in gathered.items()
    }


def _with_versions(parts: list[Part], name: str) -> list[Part]:
    """The parts, those that a later version replaces marked so."""
    whole = [part for part in parts if part.status == "read"]
    replaced = superseded(whole, inputs()[name].keys)
    marked = {
        (part.source, part.file): replace(
            part, status="superseded", reason=replaced[place][1], later=whole[replaced[place][0]].file
        )
        for place, part in enumerate(whole)
        if place in replaced
    }
    return [marked.get((part.source, part.file), part) for part in parts]


def _living(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.status == "read"]


def _gather(
    run: Run, name: str, parts: Sequence[Part], around: Surroundings, roster: Roster | None
) -> Gathered:
    sources = run.params.inputs.get(name, [])
    if name in words(parameter("earlier_tables")):
        # Tables of the year before: a date without a year is not taken for one of the campaign.
        around = replace(around, years=(around.years[0] - 1, around.years[1]))
    found = gather(inputs()[name], _living(parts), sources=sources, around=around, roster=roster)
    moments = [column.name for column in inputs()[name].columns if column.kind == "datetime"]
    earlier = [part for part in parts if part.status == "superseded"]
    if not moments or not earlier:
        return found
    told = gather(inputs()[name], earlier, sources=sources, around=around, roster=roster).rows
    return replace(found, rows=_with_receipts(found.rows, told, inputs()[name].keys, moments[0]))


def _with_receipts(rows: pd.DataFrame, told: pd.DataFrame, keys: list[str], moment: str) -> pd.DataFrame:
    """Add what superseded files say of when a report was received: a correction makes nobody late.

    The earlier report stands beside the later one; where the later one bears no later hour, it
    gets the first one's and stands alone. An earlier one whose hour nobody can read may have been the
    first: it stands beside the later one too.
    """
    first = told.dropna(subset=[moment]).sort_values(moment).drop_duplicates(keys)
    pairs = rows[[*keys, moment]].merge(first[[*keys, moment]], on=keys, how="left", suffixes=("", "_first"))
    then = pairs[f"{moment}_first"].set_axis(rows.index)
    alone = then.notna() & ~(rows[moment] > then)
    beside = rows.loc[rows[moment] > then, keys]
    rows = rows.assign(**{moment: rows[moment].mask(alone, then)})
    undated = told[told[moment].isna()].drop_duplicates(keys)
    added = [first.merge(beside.drop_duplicates(), on=keys)]
    added.append(undated.merge(rows.loc[rows[moment].notna(), keys].drop_duplicates(), on=keys))
    return pd.concat([rows, *added]).sort_values([*keys, moment], kind="stable", ignore_index=True)


def _assembled(parts: dict[str, list[Part]], gathered: dict[str, Gathered], areas: pd.DataFrame) -> Intake:
    problems = _together([one.problems for one in gathered.values()], PROBLEM_COLUMNS)
    quarantine = _together([one.quarantine for one in gathered.values()], QUARANTINE_COLUMNS)
    returned = [
        returned_rows(_living(parts[name]), one.problems, one.quarantine) for name, one in gathered.items()
    ]
    returned += [_changed(part, parts[name]) for name in inputs() for part in parts[name] if part.later]
    returned += [
        _changed(part, parts[name])
        for name, one in gathered.items()
        for part in _corrected(_living(parts[name]), one)
    ]
    return Intake(
        {name: gathered[name].rows for name in inputs()},
        areas,
        _accounts(parts, gathered),
        problems,
        quarantine,
        _together(
            [_matches(name, _living(parts[name]), one) for name, one in gathered.items()], MATCH_COLUMNS
        ),
        _together(returned, RETURN_COLUMNS),
    )


def _changed(part: Part, parts: Sequence[Part]) -> pd.DataFrame:
    """The rows of a superseded file that the later one has otherwise, for the sender to see."""
    later = next(one for one in parts if (one.source, one.file) == (part.source, part.later))
    told = changes(part, later, inputs()[part.table])
    rows = pd.DataFrame(told, columns=["file", "sheet", "row", "column", "got", "due"])
    return returned_rows([part], rows, pd.DataFrame(columns=QUARANTINE_COLUMNS))


def _corrected(parts: Sequence[Part], one: Gathered) -> list[Part]:
    """The rows that later files correct, as parts of those rows alone."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, row, later in one.corrected:
        found[place, later].append(row)
    return [
        replace(parts[place], rows=told.iloc[rows], later=parts[later].file)
        for (place, later), rows in found.items()
        if (told := parts[place].rows) is not None
    ]


def _together(frames: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Frames under one another in the order in which the files have their rows."""
    filled = [frame for frame in frames if len(frame)]
    whole = shape(pd.concat(filled) if filled else pd.DataFrame(columns=columns), columns, ["row"])
    return whole.sort_values(
        [*ORDER, *(name for name in columns if name not in ORDER)], kind="stable", ignore_index=True
    )


def _accounts(parts: dict[str, list[Part]], gathered: dict[str, Gathered]) -> pd.DataFrame:
    """One row per table and file: what became of its rows."""
    lines = []
    for name, all_parts in parts.items():
        whole = _living(all_parts)
        living = {(part.source, part.file): place for place, part in enumerate(whole)}
        corrected: dict[int, list[str]] = defaultdict(list)
        for place, _, other in gathered[name].corrected:
            corrected[place].append(whole[other].file)
        for part in all_parts:
            place = living.get((part.source, part.file), -1)
            apart, later = gathered[name].apart.get(place, 0), corrected[place]
            reason = corrected_words(later) if later else part.reason
            told = [name, part.file, part.sender, part.area or None, part.status, reason]
            read = part.read - len(later)
            counts = [read, read - apart, apart, *part.counts.values()]
            lines.append([*told, *counts, part.sha256, _lacking(name, part)])
    files = shape_files(pd.DataFrame(lines, columns=FILE_COLUMNS))
    return files.sort_values(["table", "file", *COUNTS], kind="stable", ignore_index=True)


def _lacking(name: str, part: Part) -> str | None:
    lacking = [column.name for column in inputs()[name].columns if column.name not in part.columns]
    return "|".join(lacking) or None if part.rows is not None else None


def _matches(name: str, parts: Sequence[Part], one: Gathered) -> pd.DataFrame:
    lines = [_match_line(name, parts, match) for match in one.matches]
    return pd.DataFrame(lines, columns=MATCH_COLUMNS)


def _match_line(name: str, parts: Sequence[Part], match: Match) -> list[object]:
    part, sheet, row = match.place
    told = [name, parts[part].sender, parts[part].file, sheet, row, match.county, match.name]
    return [*told, match.unit_id, match.unit_name, f"{match.similarity:.3f}", match.how, match.answer]
