from certificates.models.layout import CertificateSettings
from certificates.models.records import Certificate

__all__ = ["Certificate", "CertificateSettings"]
