"""Intake: from a folder of messy files to trusted tables, with an account of every row."""

from audit_lib.intake.answers import keep_answers
from audit_lib.intake.areas import Gazetteer, city_codes, county_city, division_of, load_areas
from audit_lib.intake.identifiers import licence_reason, org_code_reason, organisation_reason, uscc_reason
from audit_lib.intake.parts import find_files
from audit_lib.intake.read import read_inputs
from audit_lib.intake.returns import safe_file_name
from audit_lib.intake.stage import Intake, add_rows, load_intake, write_intake
from audit_lib.intake.text import canonical_id, normal_name

__all__ = [
    "Gazetteer",
    "Intake",
    "add_rows",
    "canonical_id",
    "city_codes",
    "county_city",
    "division_of",
    "find_files",
    "keep_answers",
    "licence_reason",
    "load_areas",
    "load_intake",
    "normal_name",
    "org_code_reason",
    "organisation_reason",
    "read_inputs",
    "safe_file_name",
    "uscc_reason",
    "write_intake",
]
