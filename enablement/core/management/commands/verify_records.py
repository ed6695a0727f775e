"""`manage.py verify_records`: every promise about stored records, checked row by row."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enablement.core.verification import record_check_names, run_record_checks


class Command(BaseCommand):
    help = "Check all stored records against the product's promises. Prints each finding; exits 1 if there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=record_check_names(), help="run this check alone")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = 0
        for finding in run_record_checks(options["only"]):
            findings += 1
            self.stdout.write(f"{finding.check}: {finding.detail}")
        self.stdout.write(f"{findings} findings")
        if findings:
            raise CommandError(f"{findings} findings", returncode=1)
