"""What is awarded: certificate, frozen text, PDF, public verification. Sole owner of WeasyPrint."""
