"""Encrypted connections: whom to trust, and why a connection could not be."""

import os
import ssl
from pathlib import Path

from kaizen_mcp.errors import TlsError

CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")

# OpenSSL's X509_V_ERR numbers; truststore reports the operating systems' own findings through the same attribute.
_NOT_YET_VALID, _EXPIRED, _WRONG_HOST, _WRONG_ADDRESS = 9, 10, 62, 64
_UNKNOWN_AUTHORITY = {2, 18, 19, 20, 21}


def trusted_context() -> ssl.SSLContext:
    """What decides whom to trust: `SSL_CERT_FILE` and `SSL_CERT_DIR` where set, else the system's own store.

    Raises:
        OSError: a file or directory so named can't be read, or has no certificate in it.
    """
    file, directory = (os.environ.get(name) or None for name in CERTIFICATE_VARIABLES)
    if directory and not Path(directory).is_dir():
        raise NotADirectoryError(directory)
    if file or directory:
        return ssl.create_default_context(cafile=file, capath=directory)
    import truststore  # noqa: PLC0415 - for https alone, and not before the first call

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def explain(error: BaseException) -> TlsError | None:
    """Say what was wrong with an encrypted connection; None if that is not what `error` comes from."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None or isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLWantReadError):
        return None  # the other side went away in the middle of it, which passes
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return TlsError(
            "Kaizen's address did not speak TLS as expected, so the connection was given up. Check that "
            "KAIZEN_BASE_URL is an https address, and any proxy or inspection of traffic on the way."
        )
    return TlsError(_certificate_problem(cause))


def _certificate_problem(error: ssl.SSLCertVerificationError) -> str:
    code = getattr(error, "verify_code", None)
    reason = f"{getattr(error, 'verify_message', '')} {error}".lower()
    if code in {_EXPIRED, _NOT_YET_VALID} or "expired" in reason:
        when = "is not valid yet" if code == _NOT_YET_VALID else "has expired"
        return (
            f"The certificate at Kaizen's address {when}, so the key was not sent. Check this computer's clock; "
            "if it is right, whoever runs that address has to renew the certificate."
        )
    if code in {_WRONG_HOST, _WRONG_ADDRESS} or "hostname" in reason:
        return (
            "The certificate at Kaizen's address is for another host, so the key was not sent. Check "
            "KAIZEN_BASE_URL and any proxy on the way."
        )
    who = "an authority this computer does not trust" if code in _UNKNOWN_AUTHORITY else "nobody trusted here"
    return (
        f"The certificate at Kaizen's address is signed by {who}, so the key was not sent. If your company "
        "inspects traffic, add its CA certificate to this computer's trust store, or set SSL_CERT_FILE to a "
        "PEM file that has it."
    )
