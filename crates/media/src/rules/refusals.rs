//! How to say no: `spec/refusals.toml`, compiled in, as `application/problem+json` (RFC 9457).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

static TABLE: LazyLock<BTreeMap<String, Row>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../spec/refusals.toml")).expect("our own table reads")
});

#[derive(Deserialize)]
struct Row {
    status: u16,
    sentence: String,
    next: String,
}

/// One refusal, ready to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub status: u16,
    /// The body, JSON.
    pub body: String,
}

/// The refusal of this code; `detail` says which field, which hall, which reason.
///
/// # Panics
/// If the table has no such code: our bug.
pub fn refusal(code: &'static str, detail: &str) -> Refusal {
    let row = TABLE.get(code).unwrap_or_else(|| panic!("no refusal is called {code}"));
    let body = serde_json::json!({
        "type": format!("urn:hustings:refusal:{code}"),
        "title": row.sentence,
        "status": row.status,
        "detail": detail,
        "code": code,
        "next": row.next,
    });
    Refusal { code, status: row.status, body: body.to_string() }
}
