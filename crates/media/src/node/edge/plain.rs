//! The port without TLS: answers an authority that wants to see whose host this is (RFC 8555 section 8.3), and
//! sends everyone else to where TLS is.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{HeaderValue, LOCATION};

use crate::edge::challenge;
use crate::node::http::{Answer, answer, problem};

/// More than any proof of RFC 8555.
const PROOF_BYTES_MAX: usize = 1_024;

pub struct Plain {
    pub challenges: PathBuf,
    /// The origin that people see.
    pub public: String,
}

impl Plain {
    pub async fn answer(&self, request: Request<Incoming>) -> Answer {
        if let Some(token) = challenge(request.uri().path()) {
            return proof(&self.challenges.join(token));
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let mut response = answer(308, "text/plain", Bytes::new());
        match HeaderValue::from_str(&format!("{}{path}", self.public)) {
            Ok(place) => response.headers_mut().insert(LOCATION, place),
            Err(_) => return problem("request_unreadable", "the address"),
        };
        response
    }
}

fn proof(file: &Path) -> Answer {
    match std::fs::read(file) {
        Ok(bytes) if bytes.len() <= PROOF_BYTES_MAX => answer(200, "application/octet-stream", bytes),
        _ => problem("not_found", "no such challenge"),
    }
}
