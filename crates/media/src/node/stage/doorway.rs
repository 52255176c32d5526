//! HTTP of the stage: WHIP for speakers (RFC 9725), the feed for edges.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LOCATION};
use hyper::{Method, Request};
use serde_json::json;
use tokio::sync::{mpsc, oneshot, watch};

use crate::edge::{Route, route};
use crate::flow::{HallId, LineId, SeatId};
use crate::node::clock::Clock;
use crate::node::passes::pass_of;
use crate::node::http::{Answer, Body, Fault, answer, body_of, problem, whole};
use crate::rules::{Claims, Orders, check_pass};
use crate::stage::LinePlace;
use crate::units::PartNo;

use super::feeds::Listen;
use super::network::{NetHandle, ToNet};
use super::tally::Tally;

pub struct Doorway {
    clock: Clock,
    orders: watch::Receiver<Arc<Orders>>,
    to_net: NetHandle,
    feed: mpsc::Sender<Listen>,
}

impl Doorway {
    pub fn new(
        clock: Clock,
        orders: watch::Receiver<Arc<Orders>>,
        to_net: NetHandle,
        feed: mpsc::Sender<Listen>,
    ) -> Self {
        Self { clock, orders, to_net, feed }
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
        match route(&path) {
            Route::Whip(hall, seat) => self.whip(request, hall, seat).await,
            _ => problem("not_found", &path),
        }
    }

    async fn feed(&self, hall: &str, query: Option<&str>) -> Answer {
        let Some(hall) = HallId::parse(hall) else { return problem("hall_unknown", hall) };
        let from = query.and_then(|query| query.strip_prefix("from=")?.parse().ok()).map(PartNo);
        let (stream, made) = oneshot::channel();
        let _ = self.feed.send(Listen { hall, from, stream }).await;
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

    async fn whip(&self, request: Request<Incoming>, hall: HallId, seat: SeatId) -> Answer {
        let line = request.uri().path().split('/').nth(4).map(str::to_owned);
        match (request.method().clone(), line) {
            (Method::OPTIONS, _) => options(),
            (Method::POST, None) => self.offer(request, hall, seat).await,
            (Method::DELETE, Some(line)) => self.leave(&request, hall, seat, &line).await,
            (_, line) => {
                let mut refused = problem("method_unknown", request.method().as_str());
                let allowed = if line.is_some() { "DELETE, OPTIONS" } else { "POST, OPTIONS" };
                refused.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
                refused
            }
        }
    }

    fn allow(&self, headers: &HeaderMap, hall: &HallId, seat: &SeatId) -> Result<Claims, Answer> {
        let orders = self.orders.borrow().clone();
        let Some(order) = orders.hall(hall) else {
            return Err(problem("hall_unknown", hall.as_str()));
        };
        let pass = pass_of(headers, hall.as_str())
            .ok_or_else(|| problem("pass_missing", "no bearer token and no cookie"))?;
        let claims = check_pass(pass, Some(hall.as_str()), &orders, self.clock.wall())
            .map_err(|code| problem(code, "the stage checked it"))?;
        claims.may_speak_from(seat.as_str()).map_err(|code| problem(code, seat.as_str()))?;
        if !order.seats.iter().any(|known| known.seat == seat.as_str()) {
            return Err(problem("seat_unknown", seat.as_str()));
        }
        if !order.state.has_programme() {
            return Err(problem("hall_not_open", order.state.word()));
        }
        Ok(claims)
    }

    async fn offer(&self, request: Request<Incoming>, hall: HallId, seat: SeatId) -> Answer {
        let claims = match self.allow(request.headers(), &hall, &seat) {
            Ok(claims) => claims,
            Err(refused) => return refused,
        };
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_none_or(|kind| !kind.starts_with("application/sdp")) {
            return problem("media_type", kind.unwrap_or("no Content-Type"));
        }
        let sdp = match body_of(request.into_body()).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(refused) => return refused,
        };
        let location = format!("/whip/{hall}/{seat}");
        let place = LinePlace { hall, seat, person: claims.sub };
        let (reply, made) = oneshot::channel();
        if !self.to_net.send(ToNet::Offer { place, sdp, reply }) {
            return problem("lines_full", "the stage has more to do than it can");
        }
        match made.await {
            Ok(Ok((line, sdp))) => created(&format!("{location}/{line}"), line, sdp),
            Ok(Err((code, detail))) => problem(code, &detail),
            Err(_) => problem("fault", "the stage did not answer"),
        }
    }

    async fn leave(&self, request: &Request<Incoming>, hall: HallId, seat: SeatId, line: &str) -> Answer {
        if let Err(refused) = self.allow(request.headers(), &hall, &seat) {
            return refused;
        }
        let id = line.strip_prefix('l').and_then(|hex| u64::from_str_radix(hex, 16).ok());
        let Some(id) = id else { return problem("line_unknown", line) };
        let place = LinePlace { hall, seat, person: String::new() };
        let (reply, made) = oneshot::channel();
        self.to_net.send(ToNet::Leave { line: LineId(id), place, reply });
        match made.await {
            Ok(true) => answer(200, "application/json", json!({"line": line}).to_string()),
            _ => problem("line_unknown", line),
        }
    }
}

fn options() -> Answer {
    let mut response = answer(204, "text/plain", Bytes::new());
    response.headers_mut().insert("Accept-Post", HeaderValue::from_static("application/sdp"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, DELETE, OPTIONS"));
    response
}

fn created(location: &str, line: LineId, sdp: String) -> Answer {
    let mut response = answer(201, "application/sdp", Bytes::new());
    *response.body_mut() = whole(sdp);
    let headers = response.headers_mut();
    for (name, value) in [(LOCATION, location.to_owned()), (ETAG, format!("\"{line}\""))] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}
