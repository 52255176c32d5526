//! Where a request carries its pass.

use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap};

/// The pass a request carries: bearer first, then the hall's cookie, then the owner's.
pub fn pass_of<'a>(headers: &'a HeaderMap, hall: &str) -> Option<&'a str> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(bearer) = bearer.and_then(|value| value.strip_prefix("Bearer ")) {
        return Some(bearer.trim());
    }
    cookie(headers, &format!("hustings_{hall}")).or_else(|| cookie(headers, "hustings_owner"))
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
