//! What the stream port answers: the head of a stream, and refusals.

use std::fmt::Write;

use crate::flow::HallId;
use crate::rules::refusal;
use crate::units::PartNo;

use super::super::fleet::FleetView;
use super::cadence::Cadence;

/// The head of a stream that begins with `first`, where anybody knows that.
pub(super) fn stream(hall: &HallId, first: Option<PartNo>, cadence: Cadence, fleet: &FleetView) -> String {
    let from = first.map_or(String::new(), |no| format!("Hustings-From: {}\r\n", no.0));
    let resume = fleet.tokens.resume(hall, fleet.now);
    let resume = resume.map_or(String::new(), |token| format!("Hustings-Resume: {token}\r\n"));
    let others = alternates(hall, first.unwrap_or_default().0, fleet);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: audio/mp4; codecs=\"opus\"\r\nCache-Control: no-store\r\n\
         Access-Control-Allow-Origin: *\r\n\
         Access-Control-Expose-Headers: Hustings-From, Hustings-Cadence, Hustings-Resume, Link\r\n\
         X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\n{from}Hustings-Cadence: {}\r\n{resume}{others}\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        cadence.parts()
    )
}

/// Where else the same is to be had (RFC 8288).
pub(super) fn alternates(hall: &HallId, turn: u64, fleet: &FleetView) -> String {
    let mut lines = String::new();
    for place in fleet.alternates(hall, turn) {
        let _ = write!(lines, "Link: <{}>; rel=\"alternate\"\r\n", place.stream);
    }
    lines
}

/// `headers`: whole lines of them.
pub(super) fn refused(code: &'static str, detail: &str, headers: &str) -> String {
    let refusal = refusal(code, detail);
    format!(
        "HTTP/1.1 {} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Link, Hustings-Place, Retry-After\r\n\
         Cache-Control: no-store\r\n{headers}Connection: close\r\n\r\n{}",
        refusal.status,
        refusal.body.len(),
        refusal.body
    )
}
