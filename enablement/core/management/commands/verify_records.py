"""`manage.py verify_records`: every promise about stored records, checked row by row."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from enablement.core.verification import record_check_names, run_record_checks


@contextmanager
def _one_moment() -> Iterator[None]:
    """All checks see one state: else a completion that arrives between two queries would be called a contradiction.

    Not on SQLite, where it would keep everybody from writing for as long as the checks take.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class Command(BaseCommand):
    help = "Check all stored records against the product's promises. Prints each finding; exits 1 if there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=record_check_names(), help="run this check alone")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = 0
        with _one_moment():
            for finding in run_record_checks(options["only"]):
                findings += 1
                self.stdout.write(f"{finding.check}: {finding.detail}")
        self.stdout.write(f"{findings} findings")
        if findings:
            raise CommandError(f"{findings} findings", returncode=1)
