//! Where a crowd goes: an address of http or https, taken apart.

use std::net::{SocketAddr, ToSocketAddrs};

use rustls::pki_types::ServerName;

use crate::node::start::CannotStart;
use crate::node::tls::{Trust, trusted};

pub struct Place {
    /// As it was given.
    pub url: String,
    /// Host and port, as a request names them.
    pub host: String,
    /// With its leading slash, and the query if there is one.
    pub path: String,
    pub address: SocketAddr,
    /// Over TLS, and with whom.
    pub trust: Option<Trust>,
}

impl Place {
    pub fn of(url: &str) -> Result<Self, CannotStart> {
        let (scheme, rest) = url.split_once("://").ok_or("an address begins with http:// or https://")?;
        let (host, path) = rest.split_once('/').ok_or("an address has a path")?;
        let sealed = match scheme {
            "http" => false,
            "https" => true,
            other => return Err(CannotStart(format!("nobody here speaks {other}"))),
        };
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.parse::<u16>().is_ok() => name,
            _ => host,
        };
        let full =
            if name == host { format!("{host}:{}", if sealed { 443 } else { 80 }) } else { host.to_owned() };
        let address = full
            .to_socket_addrs()
            .map_err(|error| CannotStart(format!("{host} is not known: {error}")))?
            .next()
            .ok_or_else(|| CannotStart(format!("{host} has no address")))?;
        let trust = if sealed { Some(trust(name)?) } else { None };
        Ok(Self { url: url.to_owned(), host: host.to_owned(), path: format!("/{path}"), address, trust })
    }
}

fn trust(name: &str) -> Result<Trust, CannotStart> {
    let bare = name.trim_matches(['[', ']']).to_owned();
    let host = ServerName::try_from(bare).map_err(|_| CannotStart(format!("{name} is no name of a host")))?;
    Ok(Trust { config: trusted()?, host })
}
