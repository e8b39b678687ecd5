"""The Report value and the ways to write it down."""

from pulse_ci.report.models import Conclusion, MigrationResult, Report, Staging

__all__ = ["Conclusion", "MigrationResult", "Report", "Staging"]
