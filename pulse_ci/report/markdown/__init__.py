"""A Report to GitHub's Markdown: the pull-request comment and the job summary."""

from pulse_ci.report.markdown.document import COMMENT_BYTES, SUMMARY_BYTES, render
from pulse_ci.report.markdown.page import Links

__all__ = ["COMMENT_BYTES", "SUMMARY_BYTES", "Links", "render"]
