//! Connections that are sealed: certificates, handshakes, and records after them.

mod certificate;
mod records;
#[cfg(test)]
mod records_test;
mod sealed;

pub use certificate::{Certificate, TlsOrder, trusted};
pub use sealed::{Sealed, Trust};
