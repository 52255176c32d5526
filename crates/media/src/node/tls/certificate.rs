//! The operator's certificate: read from its files, read again when they change, never lost to a bad one.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider, sign::any_supported_type};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, ClientConfig, RootCertStore, ServerConfig};
use serde::Deserialize;

use crate::node::start::CannotStart;

/// A renewed certificate is in use after so long at the latest; looking costs two calls.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Where a certificate with its chain is, and its key; both PEM.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsOrder {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// What the handshakes of all doors use.
#[derive(Clone)]
pub struct Certificate {
    files: TlsOrder,
    current: Arc<Current>,
}

struct Current(RwLock<Arc<CertifiedKey>>);

impl fmt::Debug for Current {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Current")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.read().ok().map(|current| current.clone())
    }
}

impl Certificate {
    pub fn load(files: TlsOrder) -> Result<Self, CannotStart> {
        let current = read(&files).map_err(CannotStart)?;
        Ok(Self { files, current: Arc::new(Current(RwLock::new(current))) })
    }

    /// What a door needs that speaks these protocols (ALPN).
    pub fn config(&self, protocols: &[&[u8]]) -> Result<Arc<ServerConfig>, CannotStart> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone());
        // Whoever comes again brings a ticket: nothing is kept of anybody. One each is enough.
        config.ticketer = Ticketer::new()?;
        config.send_tls13_tickets = 1;
        // The stream port seals by itself once a handshake is over.
        config.enable_secret_extraction = true;
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(Arc::new(config))
    }

    /// Take up renewed files until the process ends; those that are broken are told and left.
    pub async fn follow(self) {
        let mut seen = stamp(&self.files);
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            look.tick().await;
            let now = stamp(&self.files);
            if now == seen {
                continue;
            }
            seen = now;
            match read(&self.files) {
                Ok(renewed) => {
                    if let Ok(mut current) = self.current.0.write() {
                        *current = renewed;
                    }
                    tracing::info!(cert = %self.files.cert.display(), "edge.certificate_renewed");
                }
                // Written one after the other, they fit together a moment later.
                Err(error) => tracing::warn!(%error, "edge.certificate_not_renewed"),
            }
        }
    }
}

/// What a guest of ours trusts: the system's authorities, or those in the file that `SSL_CERT_FILE` names. A crowd are
/// as many strangers: each shakes hands in full.
pub fn trusted() -> Result<Arc<ClientConfig>, CannotStart> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    // As browsers ask: the cheaper of the two that processors know first.
    let mut provider = default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

type Stamp = [Option<(std::time::SystemTime, u64)>; 2];

fn stamp(files: &TlsOrder) -> Stamp {
    [&files.cert, &files.key].map(|path| {
        let about = std::fs::metadata(path).ok()?;
        Some((about.modified().ok()?, about.len()))
    })
}

fn read(files: &TlsOrder) -> Result<Arc<CertifiedKey>, String> {
    let named = |path: &Path, error: String| format!("{} cannot be used: {error}", path.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect)
        .map_err(|error| named(&files.cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(named(&files.cert, "it holds no certificate".into()));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| named(&files.key, error.to_string()))?;
    let key = any_supported_type(&key).map_err(|error| named(&files.key, error.to_string()))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().map_err(|_| named(&files.key, "it is not the key of that certificate".into()))?;
    Ok(Arc::new(certified))
}
