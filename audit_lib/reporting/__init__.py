"""Reporting: from verdicts to documents that an official would sign."""

from audit_lib.reporting.acceptance import acceptance_report
from audit_lib.reporting.bulletin import weekly_report, write_weekly
from audit_lib.reporting.case import Case, open_case
from audit_lib.reporting.compare import Snapshot, compare_runs
from audit_lib.reporting.differences import changed_file, compare_trees, list_changed
from audit_lib.reporting.docx import report_docx
from audit_lib.reporting.drawing import Drawing, show_draw
from audit_lib.reporting.draws import DrawnCase, read_draws
from audit_lib.reporting.explorer import Explorer, explore, explored
from audit_lib.reporting.fonts import find_faces, fonts_used, substitutes
from audit_lib.reporting.html import report_html, section_html
from audit_lib.reporting.inquiry import Inquiry, open_inquiry
from audit_lib.reporting.inquiry_report import inquiry_report, write_inquiry
from audit_lib.reporting.leads import leads, show_leads
from audit_lib.reporting.lookup import Answer, ask
from audit_lib.reporting.manifest import read_manifest, run_files, write_manifest
from audit_lib.reporting.model import Cards, Grid, Number, Paragraph, Picture, Report, Section
from audit_lib.reporting.pdf import report_pdf
from audit_lib.reporting.public import find_masks, public_report
from audit_lib.reporting.record import keep_record, read_record
from audit_lib.reporting.run import AreaReport, report_areas, run_notebook, stale_reports
from audit_lib.reporting.tables import Column, print_count, print_estimate, print_money, print_share
from audit_lib.reporting.week import Week, fridays_due, open_week
from audit_lib.reporting.whole import tree
from audit_lib.reporting.workbook import report_workbook
from audit_lib.reporting.writing import FORMATS, known_formats, render_report, write_report

__all__ = [
    "FORMATS",
    "Answer",
    "AreaReport",
    "Cards",
    "Case",
    "Column",
    "Drawing",
    "DrawnCase",
    "Explorer",
    "Grid",
    "Inquiry",
    "Number",
    "Paragraph",
    "Picture",
    "Report",
    "Section",
    "Snapshot",
    "Week",
    "acceptance_report",
    "ask",
    "changed_file",
    "compare_runs",
    "compare_trees",
    "explore",
    "explored",
    "find_faces",
    "find_masks",
    "fonts_used",
    "fridays_due",
    "inquiry_report",
    "keep_record",
    "known_formats",
    "leads",
    "list_changed",
    "open_case",
    "open_inquiry",
    "open_week",
    "print_count",
    "print_estimate",
    "print_money",
    "print_share",
    "public_report",
    "read_draws",
    "read_manifest",
    "read_record",
    "render_report",
    "report_areas",
    "report_docx",
    "report_html",
    "report_pdf",
    "report_workbook",
    "run_files",
    "run_notebook",
    "section_html",
    "show_draw",
    "show_leads",
    "stale_reports",
    "substitutes",
    "tree",
    "weekly_report",
    "write_inquiry",
    "write_manifest",
    "write_report",
    "write_weekly",
]
