"""TLS: which certificates to trust, and why a connection failed."""

import os
import ssl
from contextlib import suppress
from pathlib import Path

import truststore

from kaizen_mcp import errors
from kaizen_mcp.errors import NotConfiguredError, TlsError

# OpenSSL's X509_V_ERR numbers; truststore reports the operating systems' own findings through the same attribute.
_NOT_YET_VALID, _EXPIRED, _WRONG_HOST, _WRONG_ADDRESS = 9, 10, 62, 64
_UNKNOWN_AUTHORITY = {2, 18, 19, 20, 21}


def trusted_context() -> ssl.SSLContext:
    """Trust store: `SSL_CERT_FILE` and `SSL_CERT_DIR` where set, else the operating system's.

    Raises:
        NotConfiguredError: a file or directory named there can't be read, or has no certificate in it.
    """
    file, directory = (os.environ.get(name) or None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    if directory and not all(Path(part).is_dir() for part in directory.split(os.pathsep)):
        raise NotConfiguredError(errors.CERTIFICATE_DIR_UNUSABLE)
    if not file and not directory:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with suppress(OSError, ValueError):
        return ssl.create_default_context(cafile=file, capath=directory)
    # It reads SSLKEYLOGFILE too.
    raise NotConfiguredError(
        errors.KEY_LOG_UNUSABLE if _has_certificates(file) else errors.CERTIFICATE_FILE_UNUSABLE
    )


def _has_certificates(file: str | None) -> bool:
    with suppress(OSError, ValueError):
        if file:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
        return True
    return False


def tls_error(error: BaseException) -> TlsError | None:
    """Return what went wrong with TLS; None if that is not what `error` was caused by."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None or isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLWantReadError):
        return None  # the server closed the connection during the handshake, which can pass
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TlsError(_certificate_problem(cause))
    return TlsError(errors.NO_TLS)


def _certificate_problem(error: ssl.SSLCertVerificationError) -> str:
    code = getattr(error, "verify_code", None)
    reason = f"{getattr(error, 'verify_message', '')} {error}".lower()
    if code in {_EXPIRED, _NOT_YET_VALID} or "expired" in reason:
        problem = "is not valid yet" if code == _NOT_YET_VALID else "has expired"
        return errors.CERTIFICATE_OUT_OF_DATE.format(problem=problem)
    if code in {_WRONG_HOST, _WRONG_ADDRESS} or "hostname" in reason:
        return errors.CERTIFICATE_OF_ANOTHER_HOST
    issuer = "an authority this computer does not trust" if code in _UNKNOWN_AUTHORITY else "nobody trusted here"
    return errors.CERTIFICATE_UNTRUSTED.format(issuer=issuer)
