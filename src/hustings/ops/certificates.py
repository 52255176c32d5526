"""Certificates got by ourselves: what stands in until there is one, and one by ACME (RFC 8555).

Certificate and key stand in one file, which is replaced whole: they can never be of two minds. The
protocol is the library's; when to renew is decided in `due`. What was refused is not tried again
here, but for a stale nonce.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from acme import challenges, client, errors, messages
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from josepy.jwk import JWK, JWKRSA

AGENT = "hustings"
STAND_IN_NAME = "stands in until a certificate is here"
STAND_IN_DAYS = 30
ACCOUNT_BITS = 2048
RENEW_AT = 3
"""Renewed when less than this part of its life is left: a third, as authorities advise."""
STALE_NONCES_MAX = 5
"""A nonce may be refused at any time, and asking anew is all it takes (RFC 8555 section 6.5)."""


class NotGiven(Exception):
    """The authority gave no certificate; its reason."""


@dataclass(frozen=True)
class AcmeOrder:
    directory: str
    email: str
    host: str
    file: Path
    """Where certificate and key go."""
    account: Path
    challenges: Path
    """The folder that the plain port answers from."""
    keep: Callable[[Path, str], None]
    """Writes a file for its owner's eyes only, whole or not at all."""


def stand_in(host: str, now: dt.datetime) -> str:
    """A certificate nobody trusts, and its key: the doors can open while the real one is got."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, STAND_IN_NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=STAND_IN_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode() + _pem(key)


def due(file: Path, host: str, now: dt.datetime) -> bool:
    """Whether a certificate for `host` is to be got now."""
    try:
        cert = x509.load_pem_x509_certificate(file.read_bytes())
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return True
    life = cert.not_valid_after_utc - cert.not_valid_before_utc
    stands_in = STAND_IN_NAME in cert.subject.rfc4514_string()
    other = host not in names.get_values_for_type(x509.DNSName)
    return stands_in or other or cert.not_valid_after_utc - now < life / RENEW_AT


def obtain(order: AcmeOrder, deadline: dt.datetime) -> None:
    """Get a certificate and put it where the doors look. Raises NotGiven; waits till `deadline`."""
    for left in reversed(range(STALE_NONCES_MAX)):
        try:
            _obtain(order, deadline)
        except NotGiven as refused:
            cause = refused.__cause__
            stale = isinstance(cause, messages.Error) and cause.code == "badNonce"
            if not (stale and left):
                raise
        else:
            return


def _obtain(order: AcmeOrder, deadline: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        acme, account = _client(order)
        asked = acme.new_order(_request(order.host, key))
        for authorization in asked.authorizations:
            _answer(acme, account, authorization, order.challenges)
        # The library compares with a naive local time.
        until = deadline.astimezone().replace(tzinfo=None)
        given = acme.poll_and_finalize(asked, until)
    except (errors.Error, OSError, ValueError, StopIteration) as error:
        raise NotGiven(_reason(error)) from error
    finally:
        for left in order.challenges.glob("*"):
            left.unlink(missing_ok=True)
    order.keep(order.file, given.fullchain_pem + _pem(key))


def _client(order: AcmeOrder) -> tuple[client.ClientV2, JWK]:
    account = JWKRSA(key=_account_key(order))
    net = client.ClientNetwork(account, user_agent=AGENT)
    directory = client.ClientV2.get_directory(order.directory, net)
    acme = client.ClientV2(directory, net)
    wish = messages.NewRegistration.from_data(
        email=order.email or None, terms_of_service_agreed=True
    )
    try:
        acme.new_account(wish)
    except errors.ConflictError as known:
        net.account = messages.RegistrationResource(
            uri=known.location, body=messages.Registration()
        )
    return acme, account


def _answer(
    acme: client.ClientV2,
    account: JWK,
    authorization: messages.AuthorizationResource,
    folder: Path,
) -> None:
    if authorization.body.status == messages.STATUS_VALID:
        return
    offered = authorization.body.challenges
    http = next(one for one in offered if isinstance(one.chall, challenges.HTTP01))
    response, proof = http.response_and_validation(account)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / http.chall.encode("token")).write_text(proof)
    acme.answer_challenge(http, response)


def _request(host: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    made = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def _account_key(order: AcmeOrder) -> rsa.RSAPrivateKey:
    if not order.account.exists():
        order.keep(order.account, _pem(rsa.generate_private_key(65537, ACCOUNT_BITS)))
    key = load_pem_private_key(order.account.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{order.account} is not the key of an account")
    return key


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _reason(error: BaseException) -> str:
    """What the authority said, in one line."""
    failed: Callable[[], list[str]] = lambda: [  # noqa: E731
        f"{one.error.detail}"
        for authorization in getattr(error, "failed_authzrs", [])
        for one in authorization.body.challenges
        if one.error is not None
    ]
    told = "; ".join(failed()) or str(error) or type(error).__name__
    return " ".join(told.split())[:300]
