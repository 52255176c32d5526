//! HTTP of the stage: WHIP for speakers (RFC 9725), the feed for edges.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{
    ALLOW, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, LINK, LOCATION,
};
use hyper::{Method, Request};
use serde_json::json;
use tokio::sync::{mpsc, oneshot, watch};

use crate::edge::{Route, route};
use crate::flow::{HallId, LineId, SeatId};
use crate::node::clock::Clock;
use crate::node::http::{Answer, BODY_BYTES_MAX, Body, Fault, answer, body_of, problem};
use crate::node::passes::pass_of;
use crate::program::header;
use crate::rules::{Orders, Turn, check_pass};
use crate::stage::whip::{Fragment, Match, tag};
use crate::stage::{LinePlace, Patched};
use crate::units::PartNo;

use super::feeds::{AskMended, Asked, Listen};
use super::network::{NetHandle, ToNet};
use super::tally::Tally;

const OFFER: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// How many parts are still to be mended.
const LACKING: HeaderName = HeaderName::from_static("hustings-lacking");

pub struct Doorway {
    clock: Clock,
    orders: watch::Receiver<Arc<Orders>>,
    to_net: NetHandle,
    feed: mpsc::Sender<Asked>,
    turn: Turn,
}

impl Doorway {
    pub fn new(
        clock: Clock,
        orders: watch::Receiver<Arc<Orders>>,
        to_net: NetHandle,
        feed: mpsc::Sender<Asked>,
        turn: Turn,
    ) -> Self {
        Self { clock, orders, to_net, feed, turn }
    }

    pub async fn answer(&self, request: Request<Incoming>, tally: &RefCell<Tally>) -> Answer {
        let path = request.uri().path().to_owned();
        if path == "/stats" {
            if request.method() == Method::DELETE {
                tally.borrow_mut().reset();
            }
            return answer(200, "application/json", tally.borrow().read().to_string());
        }
        if let Some(hall) = path.strip_prefix("/h/").and_then(|rest| rest.strip_suffix("/live.mp4")) {
            return self.feed(hall, request.uri().query()).await;
        }
        if let Some(hall) = path.strip_prefix("/h/").and_then(|rest| rest.strip_suffix("/mended.mp4")) {
            return self.mended(hall, request.uri().query()).await;
        }
        match route(&path) {
            Route::Whip(hall, seat) => self.whip(request, hall, seat).await,
            _ => problem("not_found", &path),
        }
    }

    async fn feed(&self, hall: &str, query: Option<&str>) -> Answer {
        let Some(hall) = HallId::parse(hall) else { return problem("hall_unknown", hall) };
        let from = from_in(query);
        let (stream, made) = oneshot::channel();
        let _ = self.feed.send(Asked::Listen(Listen { hall, from, stream })).await;
        let Ok(parts) = made.await else { return problem("fault", "the feed is not running") };
        let frames = futures_util::stream::unfold(parts, |mut parts| async move {
            let bytes: Bytes = parts.recv().await?;
            Some((Ok::<_, Fault>(Frame::data(bytes)), parts))
        });
        let body: Body = BodyExt::boxed(StreamBody::new(Box::pin(frames)));
        let mut response = answer(200, "audio/mp4; codecs=\"opus\"", Bytes::new());
        *response.body_mut() = body;
        response
    }

    /// What was mended so far, and how much is still to be.
    async fn mended(&self, hall: &str, query: Option<&str>) -> Answer {
        let Some(hall) = HallId::parse(hall) else { return problem("hall_unknown", hall) };
        let from = from_in(query).unwrap_or_default();
        let (answered, told) = oneshot::channel();
        let _ = self.feed.send(Asked::Mended(AskMended { hall, from, answer: answered })).await;
        let Ok((lacking, parts)) = told.await else { return problem("fault", "the feed is not running") };
        let bytes: Vec<u8> = std::iter::once(header()).chain(parts).flatten().collect();
        let mut response = answer(200, "audio/mp4; codecs=\"opus\"", Bytes::from(bytes));
        response.headers_mut().insert(LACKING, HeaderValue::from(lacking));
        response
    }

    async fn whip(&self, request: Request<Incoming>, hall: HallId, seat: SeatId) -> Answer {
        let line = request.uri().path().split('/').nth(4).map(str::to_owned);
        match (request.method().clone(), line) {
            (Method::OPTIONS, None) => self.options(request.headers(), &hall, &seat),
            (Method::OPTIONS, Some(_)) => options(true),
            (Method::POST, None) => self.offer(request, hall, seat).await,
            (Method::PATCH, Some(line)) => self.patch(request, hall, seat, &line).await,
            (Method::DELETE, Some(line)) => self.leave(&request, hall, seat, &line).await,
            (method, line) => {
                let mut refused = problem("method_unknown", method.as_str());
                refused.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed(line.is_some())));
                refused
            }
        }
    }

    /// Before an offer, of relays too, to whoever shows a pass (RFC 9725, section 4.6).
    fn options(&self, headers: &HeaderMap, hall: &HallId, seat: &SeatId) -> Answer {
        let place = pass_of(headers, hall.as_str()).and_then(|_| self.allow(headers, hall, seat).ok());
        linked(options(false), place.map(|place| self.relays(&place)).unwrap_or_default())
    }

    fn relays(&self, place: &LinePlace) -> Vec<String> {
        self.turn.links(&place.person, self.clock.wall())
    }

    /// The place that this pass may have a line at: a seat, or backstage.
    fn allow(&self, headers: &HeaderMap, hall: &HallId, seat: &SeatId) -> Result<LinePlace, Answer> {
        let orders = self.orders.borrow().clone();
        let Some(order) = orders.hall(hall) else {
            return Err(problem("hall_unknown", hall.as_str()));
        };
        let pass = pass_of(headers, hall.as_str())
            .ok_or_else(|| problem("pass_missing", "no bearer token and no cookie"))?;
        let claims = check_pass(pass, Some(hall.as_str()), &orders, self.clock.wall())
            .map_err(|code| problem(code, "the stage checked it"))?;
        let who = claims.line_at(seat).map_err(|code| problem(code, seat.as_str()))?;
        let seated = |seat: &SeatId| order.seats.iter().any(|known| known.seat == seat.as_str());
        if !who.seat().is_none_or(seated) {
            return Err(problem("seat_unknown", seat.as_str()));
        }
        let runs = claims.runs_the_hall();
        Ok(LinePlace { hall: hall.clone(), who, person: claims.sub, runs })
    }

    fn must_be_open(&self, hall: &HallId) -> Result<(), Answer> {
        let orders = self.orders.borrow();
        match orders.hall(hall).map(|order| order.standing(self.clock.wall()).state) {
            Some(state) if state.has_programme() => Ok(()),
            Some(state) => Err(problem("hall_not_open", state.word())),
            None => Err(problem("hall_unknown", hall.as_str())),
        }
    }

    async fn offer(&self, request: Request<Incoming>, hall: HallId, seat: SeatId) -> Answer {
        let place = match self.allow(request.headers(), &hall, &seat) {
            Ok(place) => place,
            Err(refused) => return refused,
        };
        let readable = self.must_be_open(&hall).and_then(|()| must_be(request.headers(), OFFER));
        if let Err(refused) = readable {
            return refused;
        }
        let sdp = match body_of(request.into_body(), BODY_BYTES_MAX).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(refused) => return refused,
        };
        let location = format!("/whip/{hall}/{seat}");
        let relays = self.relays(&place);
        let (reply, made) = oneshot::channel();
        if !self.to_net.send(ToNet::Offer { place, sdp, reply }) {
            return problem("lines_full", "the stage has more to do than it can");
        }
        match made.await {
            Ok(Ok((line, sdp))) => linked(created(&format!("{location}/{line}"), line, sdp), relays),
            Ok(Err((code, detail))) => problem(code, &detail),
            Err(_) => problem("fault", "the stage did not answer"),
        }
    }

    /// Late candidates or a restart of ICE (RFC 9725, section 4.3).
    async fn patch(&self, request: Request<Incoming>, hall: HallId, seat: SeatId, line: &str) -> Answer {
        let allowed = self.allow(request.headers(), &hall, &seat);
        let readable = allowed.and_then(|place| must_be(request.headers(), FRAGMENT).map(|()| place));
        let place = match readable {
            Ok(place) => place,
            Err(refused) => return refused,
        };
        let Some(id) = LineId::parse(line) else { return problem("line_unknown", line) };
        let matching = match matching(request.headers()) {
            Ok(matching) => matching,
            Err(refused) => return refused,
        };
        let fragment = match body_of(request.into_body(), BODY_BYTES_MAX).await {
            Ok(bytes) => Fragment::parse(&bytes),
            Err(refused) => return refused,
        };
        let fragment = match fragment {
            Ok(fragment) => fragment,
            Err(why) => return problem("sdp_unreadable", &why),
        };
        let (reply, made) = oneshot::channel();
        if !self.to_net.send(ToNet::Patch { line: id, place, matching, fragment, reply }) {
            return problem("lines_full", "the stage has more to do than it can");
        }
        match made.await {
            Ok(Ok(Patched::Trickled)) => empty(204),
            Ok(Ok(Patched::Restarted { tag, fragment })) => {
                with(answer(200, FRAGMENT, fragment), &[(ETAG, format!("\"{tag}\""))])
            }
            Ok(Err((code, detail))) => problem(code, &detail),
            Err(_) => problem("fault", "the stage did not answer"),
        }
    }

    async fn leave(&self, request: &Request<Incoming>, hall: HallId, seat: SeatId, line: &str) -> Answer {
        let place = match self.allow(request.headers(), &hall, &seat) {
            Ok(place) => place,
            Err(refused) => return refused,
        };
        let Some(id) = LineId::parse(line) else { return problem("line_unknown", line) };
        let (reply, made) = oneshot::channel();
        self.to_net.send(ToNet::Leave { line: id, place, reply });
        match made.await {
            Ok(true) => answer(200, "application/json", json!({"line": line}).to_string()),
            _ => problem("line_unknown", line),
        }
    }
}

/// `If-Match`, without which a PATCH is not taken (RFC 9725, section 4.3.1).
fn matching(headers: &HeaderMap) -> Result<Match, Answer> {
    let Some(value) = headers.get(IF_MATCH) else {
        return Err(problem("precondition_missing", "If-Match names the ETag of the line, or *"));
    };
    let read = value.to_str().ok().and_then(Match::parse);
    read.ok_or_else(|| problem("precondition_failed", "If-Match holds no strong entity tag"))
}

/// Whether the body is of this kind.
fn must_be(headers: &HeaderMap, wanted: &str) -> Result<(), Answer> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let bare = kind.map(|kind| kind.split(';').next().unwrap_or("").trim());
    if bare.is_some_and(|kind| kind.eq_ignore_ascii_case(wanted)) {
        return Ok(());
    }
    let refused = problem("media_type", kind.unwrap_or("no Content-Type"));
    let name = if wanted == OFFER { ACCEPT_POST } else { ACCEPT_PATCH };
    Err(with(refused, &[(name, wanted.to_owned())]))
}

fn allowed(line: bool) -> &'static str {
    if line { "PATCH, DELETE, OPTIONS" } else { "POST, OPTIONS" }
}

fn options(line: bool) -> Answer {
    let takes = if line { (ACCEPT_PATCH, FRAGMENT) } else { (ACCEPT_POST, OFFER) };
    with(empty(204), &[(ALLOW, allowed(line).to_owned()), (takes.0, takes.1.to_owned())])
}

fn created(location: &str, line: LineId, sdp: String) -> Answer {
    let headers = [
        (LOCATION, location.to_owned()),
        (ETAG, format!("\"{}\"", tag(line, 0))),
        (ACCEPT_PATCH, FRAGMENT.to_owned()),
    ];
    with(answer(201, OFFER, sdp), &headers)
}

fn linked(mut response: Answer, links: Vec<String>) -> Answer {
    let values = links.iter().filter_map(|link| HeaderValue::from_str(link).ok());
    for link in values {
        response.headers_mut().append(LINK, link);
    }
    response
}

fn empty(status: u16) -> Answer {
    let mut response = answer(status, "text/plain", Bytes::new());
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

fn with(mut response: Answer, headers: &[(HeaderName, String)]) -> Answer {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name.clone(), value);
        }
    }
    response
}

fn from_in(query: Option<&str>) -> Option<PartNo> {
    let from = query?.split('&').find_map(|pair| pair.strip_prefix("from="));
    from?.parse().ok().map(PartNo)
}
