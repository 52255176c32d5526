use std::io::{Read, Write};
use std::sync::Arc;

use proptest::prelude::*;
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider};
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use rustls::{SupportedCipherSuite, version};

use super::records::{Broken, Opened, PLAIN_MAX, Records};

const SUITES: [SupportedCipherSuite; 3] = [
    cipher_suite::TLS13_AES_128_GCM_SHA256,
    cipher_suite::TLS13_AES_256_GCM_SHA384,
    cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
];

/// Both ends after a handshake and a request, as the edge has them.
fn met(
    suite: SupportedCipherSuite,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> (ClientConnection, ServerConnection) {
    let key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(vec!["hall".into()]).unwrap().self_signed(&key).unwrap();
    let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut provider = default_provider();
    provider.cipher_suites.retain(|one| *one == suite || one.version() == &version::TLS12);
    let provider = Arc::new(provider);
    let mut server = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], secret)
        .unwrap();
    server.enable_secret_extraction = true;
    let mut roots = RootCertStore::empty();
    roots.add(own.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut guest = ClientConnection::new(Arc::new(client), ServerName::try_from("hall").unwrap()).unwrap();
    let mut host = ServerConnection::new(Arc::new(server)).unwrap();
    while guest.is_handshaking() || host.is_handshaking() || guest.wants_write() || host.wants_write() {
        carry(&mut guest, &mut host);
    }
    guest.writer().write_all(b"GET").unwrap();
    carry(&mut guest, &mut host);
    host.reader().read_exact(&mut [0; 3]).unwrap();
    (guest, host)
}

fn carry(guest: &mut ClientConnection, host: &mut ServerConnection) {
    let mut wire = Vec::new();
    guest.write_tls(&mut wire).unwrap();
    host.read_tls(&mut wire.as_slice()).unwrap();
    host.process_new_packets().unwrap();
    let mut wire = Vec::new();
    host.write_tls(&mut wire).unwrap();
    hear(guest, &wire);
}

/// What a guest makes of bytes that came.
fn hear(guest: &mut ClientConnection, mut wire: &[u8]) -> Vec<u8> {
    let mut heard = Vec::new();
    while !wire.is_empty() {
        guest.read_tls(&mut wire).unwrap();
        let state = guest.process_new_packets().unwrap();
        let mut plain = vec![0; state.plaintext_bytes_to_read()];
        guest.reader().read_exact(&mut plain).unwrap();
        heard.append(&mut plain);
    }
    heard
}

fn listening() -> (ClientConnection, Records) {
    let (guest, host) = met(SUITES[0], &[&version::TLS13]);
    (guest, Records::take(host).unwrap())
}

fn says(guest: &mut ClientConnection, bytes: &[u8]) -> Vec<u8> {
    guest.writer().write_all(bytes).unwrap();
    wire(guest)
}

fn wire(guest: &mut ClientConnection) -> Vec<u8> {
    let mut wire = Vec::new();
    while guest.wants_write() {
        guest.write_tls(&mut wire).unwrap();
    }
    wire
}

#[test]
fn what_we_seal_another_implementation_opens_and_what_it_seals_we_open() {
    for suite in SUITES {
        let (mut guest, host) = met(suite, &[&version::TLS13]);
        assert!(Records::may_take(&host));
        let mut records = Records::take(host).unwrap();
        for length in [0, 1, 1_900, PLAIN_MAX] {
            let mut sealed = Vec::new();
            let sound = vec![length as u8; length];
            records.seal(&sound, &mut sealed).unwrap();
            assert_eq!(hear(&mut guest, &sealed), sound);
        }

        let sent = says(&mut guest, b"still here");

        // In two pieces, as networks deliver.
        assert_eq!(records.open(&sent[..7]).unwrap(), Opened::Nothing);
        assert_eq!(records.open(&sent[7..]).unwrap(), Opened::Bytes(b"still here".to_vec()));
    }
}

#[test]
fn a_record_that_was_not_sent_leaves_no_hole() {
    let (mut guest, mut records) = listening();
    let (mut unsent, mut sent) = (Vec::new(), Vec::new());
    records.seal(b"too much", &mut unsent).unwrap();
    records.unsent();
    records.seal(b"now", &mut sent).unwrap();

    assert_eq!(hear(&mut guest, &sent), b"now");
}

#[test]
fn a_farewell_is_understood_on_either_side() {
    let (mut guest, mut records) = listening();
    let mut sealed = Vec::new();
    records.farewell(&mut sealed).unwrap();
    guest.read_tls(&mut sealed.as_slice()).unwrap();
    assert!(guest.process_new_packets().unwrap().peer_has_closed());

    guest.send_close_notify();
    assert_eq!(records.open(&wire(&mut guest)).unwrap(), Opened::Over);
}

#[test]
fn whoever_wants_new_keys_is_let_go() {
    let (mut guest, mut records) = listening();
    guest.refresh_traffic_keys().unwrap();

    assert_eq!(records.open(&wire(&mut guest)).unwrap(), Opened::Over);
}

#[test]
fn what_is_older_than_tls_1_3_stays_with_its_library() {
    let (_, host) = met(SUITES[0], &[&version::TLS12]);

    assert!(!Records::may_take(&host));
}

#[test]
fn what_was_changed_on_its_way_is_no_record() {
    let (mut guest, mut records) = listening();
    let mut sent = says(&mut guest, b"hello");
    let last = sent.len() - 1;
    sent[last] ^= 1;

    assert_eq!(records.open(&sent), Err(Broken));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn whatever_comes_is_a_record_or_is_not(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..64),
                (any::<u16>(), prop::collection::vec(any::<u8>(), 0..64)).prop_map(|(length, rest)| {
                    let [a, b] = length.to_be_bytes();
                    [vec![23, 3, 3, a, b], rest].concat()
                }),
            ],
            1..40,
        ),
    ) {
        let (_, mut records) = listening();
        for piece in pieces {
            match records.open(&piece) {
                Ok(opened) => prop_assert_eq!(opened, Opened::Nothing),
                Err(Broken) => break,
            }
        }
    }
}
