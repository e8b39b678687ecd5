"""The signs by which a reader finds his way; each stands beside a word that says the same."""

from pulse_ci.model import ChangeAction, Severity
from pulse_ci.report.models import Conclusion

CONCLUSION = {Conclusion.SUCCESS: "✅", Conclusion.NEUTRAL: "⚠️", Conclusion.FAILURE: "❌"}
SEVERITY = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTICE: "ℹ️"}
ACTION = {ChangeAction.ADDED: "➕", ChangeAction.REMOVED: "➖", ChangeAction.MODIFIED: "✏️"}
HOLDS = {True: "✅", False: "❌", None: "–"}
