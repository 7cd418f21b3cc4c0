"""A certificate for this machine's loopback address, made anew whenever it is asked for.

ccxt looks errors up by the address that an answer came from, and knows Binance's own by
``https://``: a client in another process takes an error for what it is only over TLS.
"""

import ssl
import tempfile
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Whatever the machine's clock says.
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def loopback_tls(host: str, certificate_file: Path) -> ssl.SSLContext:
    """Return what a server needs to be spoken to over TLS at an address of this machine.

    Parameters
    ----------
    host
        The address.
    certificate_file
        Where the certificate is written, for clients to trust: it is signed by itself. Its private
        key is on disk for the moment only that it takes to read it, for this user alone.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "riskguard replay")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(host))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + public
        )
        context.load_cert_chain(file)
    certificate_file.write_bytes(public)
    return context
