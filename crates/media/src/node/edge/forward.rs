//! Requests passed on whole: to the desk, and to the stage that is asked for or the first that answers.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderValue, LOCATION, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};

use crate::edge::stage_in_query;
use crate::node::http::{Answer, BODY_BYTES_MAX, Fault, body_of, pass_on, problem};

/// Longer than any answer of the desk; WHIP answers come in milliseconds.
const DESK_WITHIN: Duration = Duration::from_secs(10);
/// A stage that takes longer is passed over where there is another.
const STAGE_WITHIN: Duration = Duration::from_secs(2);

/// Where prepared sounds are uploaded, and how large they may be.
const SOUNDS: &str = "/api/v1/sounds";
const SOUND_BYTES_MAX: usize = 5_000_000;

/// A request as it is to arrive elsewhere.
struct Whole {
    parts: Parts,
    body: Bytes,
}

impl Whole {
    async fn read(request: Request<Incoming>) -> Result<Self, Answer> {
        let (mut parts, body) = request.into_parts();
        let most = if parts.uri.path() == SOUNDS { SOUND_BYTES_MAX } else { BODY_BYTES_MAX };
        let body = body_of(body, most).await?;
        for hop in [CONNECTION, TRANSFER_ENCODING] {
            parts.headers.remove(hop);
        }
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        parts.version = hyper::Version::HTTP_11;
        if let (None, Some(authority)) = (parts.headers.get(HOST), parts.uri.authority())
            && let Ok(host) = HeaderValue::from_str(authority.as_str())
        {
            parts.headers.insert(HOST, host);
        }
        parts.uri = path.parse().map_err(|_| problem("request_unreadable", "the address"))?;
        Ok(Self { parts, body })
    }

    async fn pass_on(&self, address: &str, within: Duration) -> Result<Answer, Fault> {
        let request = Request::from_parts(self.parts.clone(), Full::new(self.body.clone()));
        let (mut parts, body) = pass_on(address, None, request, within).await?.into_parts();
        parts.headers.remove(CONNECTION);
        parts.headers.remove(TRANSFER_ENCODING);
        Ok(Answer::from_parts(parts, body.map_err(|error| -> Fault { error.into() }).boxed()))
    }
}

pub async fn to_desk(request: Request<Incoming>, desk: &str) -> Answer {
    let whole = match Whole::read(request).await {
        Ok(whole) => whole,
        Err(refused) => return refused,
    };
    let answered = whole.pass_on(desk, DESK_WITHIN).await;
    answered.unwrap_or_else(|error| problem("desk_unreachable", &error.to_string()))
}

/// WHIP: `?stage=2` asks for the second stage; a line's `Location` leads back to its own.
pub async fn to_stage(request: Request<Incoming>, stages: &[String]) -> Answer {
    let asked = stage_in_query(request.uri().query());
    let numbered = stages.iter().enumerate().map(|(n, stage)| (n + 1, stage));
    let mut places: Vec<(usize, &String)> =
        numbered.filter(|(n, _)| asked.is_none_or(|asked| asked == *n)).collect();
    let Some(last) = places.pop() else {
        let code = if stages.is_empty() { "stage_unreachable" } else { "stage_unknown" };
        return problem(code, "no such stage serves this town hall");
    };
    let whole = match Whole::read(request).await {
        Ok(whole) => whole,
        Err(refused) => return refused,
    };
    // A line is known to its own stage alone.
    let of_a_line = matches!(whole.parts.method, Method::PATCH | Method::DELETE);
    for (n, stage) in places {
        if let Ok(answer) = whole.pass_on(stage, STAGE_WITHIN).await
            && !(of_a_line && answer.status() == StatusCode::NOT_FOUND)
        {
            return located(answer, n);
        }
    }
    let answered = whole.pass_on(last.1, DESK_WITHIN).await;
    let answer = answered.unwrap_or_else(|error| problem("stage_unreachable", &error.to_string()));
    if stages.len() > 1 { located(answer, last.0) } else { answer }
}

fn located(mut answer: Answer, stage: usize) -> Answer {
    let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
    let to = to.map(|to| format!("{to}?stage={stage}"));
    if let Some(to) = to.and_then(|to| HeaderValue::from_str(&to).ok()) {
        answer.headers_mut().insert(LOCATION, to);
    }
    answer
}
