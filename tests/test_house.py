"""The laws of the house: what no single room can see of itself."""

from __future__ import annotations

import ast
import datetime as dt
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from audit_lib.schemas import rulebook_rows

REPO = Path(__file__).parents[1]
LIBRARY = REPO / "audit_lib"
RULEBOOK = LIBRARY / "rulebook"

STREET = (
    "errors",
    "files",
    "workbooks",
    "shipped",
    "strict_yaml",
    "misfits",
    "params",
    "schemas",
    "intake",
    "sampling",
    "field",
    "inference",
    "compliance",
    "investigation",
    "reporting",
    "demo",
    "stages",
    "commands",
    "cli",
)
"""The rooms in the order in which data walks through them; each imports only what stands before it."""

TEXT = {
    ".cfg",
    ".css",
    ".csv",
    ".html",
    ".ipynb",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".mplstyle",
    ".py",
    ".toml",
}
TEXT |= {".txt", ".typ", ".yaml", ".yml", ""}


def _repo_files() -> list[Path]:
    """Files that are or would be committed; those of a released archive where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPO,
            capture_output=True,
            check=True,
        ).stdout.decode("utf-8")
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        away = {".venv", "out", ".git", "__pycache__"}
        names = [str(file.relative_to(REPO)) for file in REPO.rglob("*") if not away & set(file.parts)]
    return sorted(REPO / name for name in names if (REPO / name).is_file())


def _texts(*, outside: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for file in _repo_files():
        place = file.relative_to(REPO)
        if file.suffix in TEXT and not place.as_posix().startswith(outside):
            yield place, file.read_text(encoding="utf-8")


def _lines_with(pattern: str, *, outside: tuple[str, ...]) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{place}:{number}: {line.strip()[:80]}"
        for place, text in _texts(outside=outside)
        for number, line in enumerate(text.split("\n"), 1)
        if found.search(line)
    ]


# The walk through the rooms


def _room(file: Path) -> str:
    return file.relative_to(LIBRARY).with_suffix("").parts[0]


def _imported_rooms(file: Path) -> set[str]:
    """Rooms that a file imports, wherever in the file, also under TYPE_CHECKING."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import hides which room is meant"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == "audit_lib" and len(part) > 1 and part[1] in STREET}


def test_every_module_has_its_place_in_the_street() -> None:
    rooms = {_room(file) for file in LIBRARY.rglob("*.py")} - {"__init__"}
    assert rooms - set(STREET) == set()


@pytest.mark.parametrize("room", STREET)
def test_room_imports_only_rooms_before_it(room: str) -> None:
    later = set(STREET[STREET.index(room) + 1 :])
    files = [file for file in LIBRARY.rglob("*.py") if _room(file) == room]
    wrong = {str(file.relative_to(REPO)): sorted(_imported_rooms(file) & later) for file in files}
    assert {file: rooms for file, rooms in wrong.items() if rooms} == {}


def test_package_itself_imports_no_room() -> None:
    assert _imported_rooms(LIBRARY / "__init__.py") == set()


# What nothing may say


def test_no_file_says_a_word_that_judges_people(forbidden_words: tuple[str, ...]) -> None:
    quotes = (
        "audit_lib/rulebook/plan_2014.txt",  # the plan says what it says
        "audit_lib/rulebook/rules.csv",  # and its rules quote it
        "audit_lib/reporting/words.py",  # names the clause that reports leave out
    )
    assert _lines_with("|".join(forbidden_words), outside=("tests/", *quotes)) == []


def test_no_file_is_named_with_such_a_word(forbidden_words: tuple[str, ...]) -> None:
    names = [file.relative_to(REPO).as_posix() for file in _repo_files()]
    assert [name for name in names if re.search("|".join(forbidden_words), name)] == []


def test_no_file_names_a_package_index_or_a_folder_of_one_machine() -> None:
    index = r"(index-url|find-links)[ =:]+\S*[/:]|://\S*(pypi|pythonhosted|/simple\b)"
    machine = r"(?<![\w.~$}<{-])/(home|Users|root|work|opt)/\w"
    assert _lines_with(f"{index}|{machine}", outside=("tests/test_house.py",)) == []


# The locks


def _pins(lock: str) -> dict[str, str]:
    text = (REPO / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, flags=re.MULTILINE))


def _normal(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_chapters_that_the_code_names_stand_in_the_method() -> None:
    text = (REPO / "docs" / "method.md").read_text(encoding="utf-8")
    written = set(re.findall(r"^## (\d+)\.", text, re.MULTILINE))
    sources = [*LIBRARY.rglob("*.py"), *LIBRARY.rglob("*.csv")]
    named = {
        chapter
        for file in sources
        for said in re.findall(
            r"docs/method\.md,? (?:chapters? )?(\d+(?:(?:,| and) \d+)*)", file.read_text(encoding="utf-8")
        )
        for chapter in re.findall(r"\d+", said)
    }
    assert len(named) > 5
    assert named <= written


def test_locks_hold_each_dependency_at_one_version() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    core = project["project"]["dependencies"] + project["build-system"]["requires"]
    dev = project["project"]["optional-dependencies"]["dev"]
    assert {_normal(name) for name in core} - set(_pins("requirements.lock")) == set()
    assert {_normal(name) for name in dev} - set(_pins("requirements-dev.lock")) == set()
    assert _pins("requirements.lock").items() <= _pins("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_each_pin_of_a_lock_has_its_hashes_and_nothing_else_stands_there(lock: str) -> None:
    text = (REPO / lock).read_text(encoding="utf-8")
    pin = r"[\w.-]+==[\w.]+( ; [^\\\n]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+"
    assert re.fullmatch(f"({pin})+", text)


# The rulebook


@pytest.mark.parametrize("file", sorted(RULEBOOK.glob("*.csv")), ids=lambda file: file.stem)
def test_each_row_of_the_rulebook_has_as_many_cells_as_its_header(file: Path) -> None:
    rows = rulebook_rows(file.stem)
    assert rows
    assert [row for row in rows if None in row or None in row.values()] == []


def test_rules_marked_verbatim_stand_word_for_word_in_the_plan() -> None:
    plan = re.sub(r"\s", "", (RULEBOOK / "plan_2014.txt").read_text(encoding="utf-8"))
    marked = [row for row in rulebook_rows("rules") if row["verbatim"] == "yes"]
    assert len(marked) > 20
    assert [row["rule_id"] for row in marked if re.sub(r"\s", "", row["text_cn"]) not in plan] == []


def test_rules_are_numbered_once_and_say_whether_they_decide() -> None:
    rules = rulebook_rows("rules")
    ids = [row["rule_id"] for row in rules]
    assert len(set(ids)) == len(ids)
    assert {row["primary_rule"] for row in rules} <= set(ids)
    assert {row["verbatim"] for row in rules} | {row["area_set"] for row in rules} <= {"yes", "no"}
    deciding = [row["rule_id"] for row in rules if row["area_set"] == "yes"]
    assert sorted(deciding) == ["F3-02", "F4-02", "F6-02", "P2-03", "R-03", "R-05"]


def test_parameters_name_their_source_and_a_rule_that_exists() -> None:
    ids = {row["rule_id"] for row in rulebook_rows("rules")} | {""}
    keys = [row["key"] for row in rulebook_rows("parameters")]
    assert len(set(keys)) == len(keys), "the last of two equal keys would win"
    for row in rulebook_rows("parameters"):
        assert row["source"], row
        assert row["rule"] in ids, row


def test_tables_and_columns_name_each_other() -> None:
    declared = [row["table"] for row in rulebook_rows("tables")]
    assert len(set(declared)) == len(declared)
    assert set(declared) == {row["table"] for row in rulebook_rows("columns")}


def test_real_divisions_of_2013_make_one_tree_of_sixty_counties() -> None:
    areas = {row["code"]: row for row in rulebook_rows("areas_jilin_2013")}
    assert len(areas) == len(rulebook_rows("areas_jilin_2013"))
    levels = [row["level"] for row in areas.values()]
    assert levels.count("prefecture") == 9
    assert levels.count("county") == 60
    assert [code for code, row in areas.items() if row["parent_code"] not in {"", *areas}] == []
    own = sorted(row["name"] for row in areas.values() if row["own_city"] == "yes")
    assert own == ["公主岭市", "梅河口市"]


def test_calendar_has_each_day_once_with_its_weekday_and_eight_fridays_due() -> None:
    rows = rulebook_rows("calendar_2014")
    days = [dt.date.fromisoformat(row["date"]) for row in rows]
    assert days == [days[0] + dt.timedelta(days=n) for n in range(len(days))]
    assert [row["weekday"] for row in rows] == ["一二三四五六日"[day.weekday()] for day in days]
    due = [row["date"] for row in rows if row["weekly_report_due"]]
    assert due[0] == "2014-02-07"
    assert "2014-03-28" in due


# What is written from declarations


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", REPO / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("file", "made_by"),
    [
        ("docs/columns.md", "columns_page"),
        ("docs/rules.md", "rules_page"),
        ("params/schema.json", "params_schema"),
    ],
)
def test_generated_file_is_what_its_declaration_says(file: str, made_by: str) -> None:
    text = (REPO / file).read_text(encoding="utf-8")
    assert text == getattr(_generator(), made_by)(), "write it anew: make docs"


def test_each_automatic_rule_has_a_function_a_test_and_a_planted_fault() -> None:
    rows = [row for row in _generator().rule_rows() if row[3] == "auto"]
    assert len(rows) > 60
    assert [row[0] for row in rows if not all(row)] == []


# How the suite itself behaves

IN_A_TEST = "import pytest\ndef test_one(): pytest.skip('no browser here')\n"
IN_A_MODULE = "import pytest\npytest.skip('no browser here', allow_module_level=True)\n"


@pytest.mark.parametrize("text", [IN_A_TEST, IN_A_MODULE], ids=["test", "module"])
@pytest.mark.parametrize(
    ("required", "said"),
    [("0", "1 skipped"), ("1", "AUDIT_REQUIRE_ALL=1, but this was skipped: Skipped: no browser here")],
    ids=["allowed", "required"],
)
def test_skip_is_a_failure_where_everything_is_required(
    tmp_path: Path, text: str, required: str, said: str
) -> None:
    (tmp_path / "conftest.py").write_bytes((REPO / "tests" / "conftest.py").read_bytes())
    (tmp_path / "test_one.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "AUDIT_REQUIRE_ALL": required},
        capture_output=True,
        check=False,
    )
    assert said in done.stdout.decode("utf-8")


# What a wheel carries


@pytest.mark.slow
def test_wheel_carries_the_notebooks_the_rulebook_and_every_room(tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            REPO,
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    own = {file.relative_to(REPO).as_posix() for file in _repo_files() if file.is_relative_to(LIBRARY)}
    books = {
        f"audit_lib/{file.relative_to(REPO).as_posix()}" for file in (REPO / "notebooks").glob("*.ipynb")
    }
    assert own | books <= carried
    assert {name.split("/")[0] for name in carried} == {
        "audit_lib",
        f"{wheel.name.split('-py3')[0]}.dist-info",
    }
