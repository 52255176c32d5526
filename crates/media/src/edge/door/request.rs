//! The one request that the stream port answers, read from hostile bytes.

use crate::flow::HallId;
use crate::units::PartNo;

/// More than a browser with full cookie jars sends.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 64;

/// What came in so far.
#[derive(Debug, PartialEq, Eq)]
pub enum Head {
    /// Not whole yet.
    More,
    Listen(Ask),
    /// The code of a refusal and a detail.
    Refused(&'static str, String),
}

/// Who wants to listen to what.
#[derive(Debug, PartialEq, Eq)]
pub struct Ask {
    pub hall: HallId,
    pub from: Option<PartNo>,
    /// As they were shown, and not yet believed: a resume token; another edge's word.
    pub resume: Option<String>,
    pub via: Option<String>,
    /// A token for a pass that was shown at the page port; a place in line.
    pub known: Option<String>,
    pub place: Option<String>,
    pub body: bool,
}

/// Read the head of a request for `/h/{hall}/live.mp4?from={part_no}&resume={token}&via={token}`.
pub fn read_head(bytes: &[u8]) -> Head {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Partial) if bytes.len() >= HEAD_BYTES_MAX => {
            Head::Refused("headers_too_large", format!("at most {HEAD_BYTES_MAX} bytes"))
        }
        Ok(httparse::Status::Partial) => Head::More,
        Err(httparse::Error::TooManyHeaders) => {
            Head::Refused("headers_too_large", format!("at most {HEADERS_MAX} headers"))
        }
        Err(error) => Head::Refused("request_unreadable", error.to_string()),
        Ok(httparse::Status::Complete(_)) => aim(request.method.unwrap_or(""), request.path.unwrap_or("")),
    }
}

fn aim(method: &str, target: &str) -> Head {
    if method != "GET" && method != "HEAD" {
        return Head::Refused("method_unknown", "GET and HEAD are answered here".into());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let hall =
        path.strip_prefix("/h/").and_then(|rest| rest.strip_suffix("/live.mp4")).and_then(HallId::parse);
    let Some(hall) = hall else {
        return Head::Refused("not_found", "streams are at /h/{hall}/live.mp4".into());
    };
    let told = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let from = told("from");
    match from.map(str::parse::<u64>) {
        Some(Err(_)) => Head::Refused("field_invalid", "from is the number of a part".into()),
        Some(Ok(no)) if no > u64::MAX / 20_000 => {
            Head::Refused("field_invalid", "from is the number of a part".into())
        }
        from => Head::Listen(Ask {
            hall,
            from: from.and_then(Result::ok).map(PartNo),
            resume: told("resume").map(str::to_owned),
            via: told("via").map(str::to_owned),
            known: told("known").map(str::to_owned),
            place: told("place").map(str::to_owned),
            body: method == "GET",
        }),
    }
}
