//! The page port: pages, HLS, public state, passes into cookies, and the ways to stage and desk.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE, VARY,
};
use hyper::{Method, Request};
use serde_json::json;
use tokio::sync::watch;

use crate::edge::{FleetView, Origins, Route, ask_again_ms, pass_in_query, route, without_pass};
use crate::flow::HallId;
use crate::node::clock::Clock;
use crate::node::http::{Answer, answer, problem};
use crate::node::passes::pass_of;
use crate::rules::{Claims, HallOrder, Orders, Role, Seat, check_pass, figures, refusal};

use super::door::View;
use super::forward;
use super::hls::Hls;
use super::pages::Pages;

/// A cookie outlives its pass by up to a month: a hall that is postponed keeps its passes good.
const COOKIE_S_MIN: i64 = 30 * 24 * 3600;

/// Encoders in a page of another site may use WHIP, with a bearer pass: cookies are not sent under `*` (Fetch, section 3.2).
const FOR_OTHER_SITES: [(&str, &str); 5] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "POST, PATCH, DELETE, OPTIONS"),
    ("access-control-allow-headers", "Authorization, Content-Type, If-Match"),
    ("access-control-expose-headers", "Location, ETag, Link, Accept-Post, Accept-Patch, Allow"),
    ("access-control-max-age", "86400"),
];

pub struct Front {
    pub clock: Clock,
    pub orders: watch::Receiver<Arc<Orders>>,
    pub view: watch::Receiver<Arc<View>>,
    pub hls: Rc<Hls>,
    pub pages: Pages,
    pub fleet: watch::Receiver<Arc<FleetView>>,
    pub place: Place,
}

/// Where people find this edge.
pub struct Place {
    pub stream_port: u16,
    /// What a player keeps in hand.
    pub buffer_ms: u64,
    pub stream_origin: Option<String>,
    /// Where pages take HLS from, if that is not here.
    pub overflow: Option<String>,
    /// They come over TLS, ours or a proxy's.
    pub secure: bool,
}

impl Front {
    pub async fn answer(&self, request: Request<Incoming>) -> Answer {
        let for_people = accepts_html(request.headers());
        let host = host_of(&request);
        let way = route(request.uri().path());
        let whip = matches!(way, Route::Whip(..));
        let mut response = self.choose(way, request).await;
        let refused =
            response.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json");
        if refused && for_people {
            response = self.refused_page(response).await;
        }
        self.protect(&mut response, &host);
        if whip {
            let headers = response.headers_mut();
            headers.extend(
                FOR_OTHER_SITES
                    .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))),
            );
        }
        response
    }

    async fn choose(&self, way: Route, request: Request<Incoming>) -> Answer {
        let get = matches!(*request.method(), Method::GET | Method::HEAD);
        let accepts = text_of(request.headers(), ACCEPT_ENCODING).to_owned();
        match way {
            Route::Whip(hall, _) => self.to_stage(request, &hall).await,
            Route::Desk => self.to_desk(request).await,
            Route::Unknown => problem("not_found", request.uri().path()),
            _ if !get => problem("method_unknown", request.method().as_str()),
            Route::Landing => self.page("index.html", &accepts),
            Route::Owner => self.page("owner.html", &accepts),
            Route::Asset(name) => self.asset(&name, &accepts),
            Route::State(hall) => self.state(&hall),
            Route::Line(hall) => self.line(&hall),
            Route::Playlist(hall) => self.hls.playlist(&hall, request.uri().query()).await,
            Route::Piece(hall, piece) => self.hls.answer(&hall, piece).await,
            Route::Me(hall) => self.me(request.headers(), &hall),
            Route::Series(series) => self.series(&series),
            Route::Listen(hall) => self.hall_page(&request, Some(&hall), "listen.html"),
            Route::Studio(hall) => self.hall_page(&request, hall.as_ref(), "studio.html"),
            Route::Livez => answer(200, "text/plain", "alive\n"),
            Route::Metrics => answer(200, "text/plain; version=0.0.4", self.metrics()),
        }
    }

    /// `accepts`: the forms that the browser takes.
    fn page(&self, name: &str, accepts: &str) -> Answer {
        let Some(page) = self.pages.get_for(name, accepts) else { return problem("not_found", name) };
        let mut response = answer(200, page.kind, page.bytes);
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(form) = page.form {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(form));
        }
        response
    }

    fn asset(&self, name: &str, accepts: &str) -> Answer {
        let mut response = self.page(name, accepts);
        if response.status().is_success() && name.starts_with("assets/") {
            let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
            response.headers_mut().insert(CACHE_CONTROL, forever);
        }
        response
    }

    fn hall_page(&self, request: &Request<Incoming>, hall: Option<&HallId>, page: &str) -> Answer {
        let orders = self.orders.borrow().clone();
        if let Some(hall) = hall.filter(|hall| orders.hall(hall).is_none())
            && page == "listen.html"
        {
            return problem("hall_unknown", hall.as_str());
        }
        let Some(pass) = pass_in_query(request.uri().query()) else {
            let mut response = self.page(page, text_of(request.headers(), ACCEPT_ENCODING));
            if let Some(known) = hall.and_then(|hall| self.known(request.headers(), hall, &orders)) {
                response.headers_mut().insert(SET_COOKIE, known);
            }
            return response;
        };
        match check_pass(pass, hall.map(HallId::as_str), &orders, self.clock.wall()) {
            Ok(claims) => self.exchange(request, pass, &claims),
            Err(code) => problem(code, "the pass in the link"),
        }
    }

    /// Who has a pass in a cookie may show the stream port that they have one: the page is to read it, for an evening.
    fn known(&self, headers: &HeaderMap, hall: &HallId, orders: &Orders) -> Option<HeaderValue> {
        let pass = pass_of(headers, hall.as_str())?;
        let claims = check_pass(pass, Some(hall.as_str()), orders, self.clock.wall()).ok()?;
        let rank = if claims.role == Role::Listener { "pass" } else { "staff" };
        let fleet = self.fleet.borrow().clone();
        let token = fleet.tokens.ranked(hall, rank, fleet.now)?;
        let secure = if self.place.secure { "; Secure" } else { "" };
        let cookie =
            format!("hustings_known_{hall}={token}; Path=/h/{hall}; SameSite=Lax; Max-Age=43200{secure}");
        HeaderValue::from_str(&cookie).ok()
    }

    /// Onward to the hall that is on, next or last: each has an address of its own.
    fn series(&self, series: &HallId) -> Answer {
        let orders = self.orders.borrow().clone();
        let Some(order) = orders.of_series(series) else { return problem("hall_unknown", series.as_str()) };
        let mut onward = answer(303, "text/plain", Bytes::new());
        if let Ok(value) = HeaderValue::from_str(&format!("/h/{}", order.hall)) {
            onward.headers_mut().insert(LOCATION, value);
        }
        onward
    }

    /// The pass becomes a cookie and leaves the address.
    fn exchange(&self, request: &Request<Incoming>, pass: &str, claims: &Claims) -> Answer {
        let name = if claims.hall == "*" { "owner" } else { &claims.hall };
        let seconds = (claims.exp - self.clock.wall().0 / 1000).max(COOKIE_S_MIN);
        let secure = if self.place.secure { "; Secure" } else { "" };
        let cookie =
            format!("hustings_{name}={pass}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        let target = format!("{}{}", request.uri().path(), without_pass(request.uri().query()));
        let mut response = answer(303, "text/plain", Bytes::new());
        for (header, value) in [(SET_COOKIE, cookie), (LOCATION, target)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(header, value);
            }
        }
        response
    }

    fn me(&self, headers: &HeaderMap, hall: &HallId) -> Answer {
        let orders = self.orders.borrow().clone();
        let Some(pass) = pass_of(headers, hall.as_str()) else {
            return problem("pass_missing", "no cookie of this town hall");
        };
        match check_pass(pass, Some(hall.as_str()), &orders, self.clock.wall()) {
            Ok(claims) => {
                let seated = |seat: &&Seat| claims.seat.as_ref() == Some(&seat.seat);
                let seat = orders.hall(hall).and_then(|order| order.seats.iter().find(seated));
                let me = json!({
                    "person": claims.sub, "hall": claims.hall, "role": claims.role,
                    "seat": claims.seat, "consented": seat.is_some_and(|seat| seat.consented),
                    "expires_at_ms": claims.exp * 1000,
                });
                answer(200, "application/json", me.to_string())
            }
            Err(code) => problem(code, "the pass of this browser"),
        }
    }

    fn state(&self, hall: &HallId) -> Answer {
        let orders = self.orders.borrow().clone();
        let Some(order) = orders.hall(hall) else { return problem("hall_unknown", hall.as_str()) };
        for_a_second(self.state_json(hall, order))
    }

    fn line(&self, hall: &HallId) -> Answer {
        if self.orders.borrow().hall(hall).is_none() {
            return problem("hall_unknown", hall.as_str());
        }
        let line = self.view.borrow().line;
        let pace = line.pace.map(|pace| (pace * 1e4).round() / 1e4);
        let told = json!({
            "v": 1, "now_ms": self.clock.wall().0, "waiting": line.waiting,
            "admitting_before_ms": line.upto.0, "pace": pace,
        });
        for_a_second(told.to_string())
    }

    fn state_json(&self, hall: &HallId, order: &HallOrder) -> String {
        let now = self.clock.wall();
        let standing = order.standing(now);
        let seen = self.view.borrow().halls.get(hall).copied();
        let fleet = self.fleet.borrow().clone();
        let elsewhere = fleet.elsewhere.get(hall.as_str()).copied().unwrap_or(0);
        let listeners = seen.map_or(0, |seen| seen.listeners).saturating_add(elsewhere);
        let told = |place: Origins| json!({"page": place.page, "stream": place.stream});
        let others = fleet.alternates(hall, now.0.unsigned_abs() / 1_000).into_iter().map(told);
        let alternates: Vec<_> = others.collect();
        let overflow = self.place.overflow.as_deref().unwrap_or("");
        let named = |seat: &Seat| json!({"seat": seat.seat, "name": seat.name});
        let seats: Vec<_> = order.seats.iter().map(named).collect();
        json!({
            "v": 1, "hall": order.hall, "title": order.title, "state": standing.state,
            "since_ms": standing.since_ms, "starts_at_ms": order.starts_at_ms, "now_ms": now.0,
            "seats": seats, "recorded": order.record, "cancelled": order.cancelled, "evening": order.evening,
            "stream": {"port": self.place.stream_port, "origin": self.place.stream_origin, "path": format!("/h/{hall}/live.mp4")},
            "alternates": alternates,
            "hls": self.hls.listed(hall).then(|| format!("{overflow}/h/{hall}/live.m3u8")),
            "newest_part": seen.and_then(|seen| seen.newest).map(|no| no.0),
            "part_ms": 240, "buffer_ms": self.place.buffer_ms, "window_ms": order.window_ms,
            "listeners": listeners, "ask_ms": ask_again_ms(listeners),
        })
        .to_string()
    }

    fn metrics(&self) -> String {
        let view = self.view.borrow().clone();
        let one = |value: f64| vec![(vec![], value)];
        let listeners = view.halls.iter().map(|(hall, seen)| (vec![hall.as_str()], seen.listeners as f64));
        let headroom = view.headroom.iter().map(|(of, free)| (vec![*of], *free));
        let refused = view.counts.refused.iter().map(|(code, count)| (vec![*code], *count as f64));
        figures(&[
            ("hustings_edge_listeners", listeners.collect()),
            ("hustings_edge_joined_total", one(view.counts.joined as f64)),
            ("hustings_edge_let_go_total", one(view.counts.let_go as f64)),
            ("hustings_edge_refused_total", refused.collect()),
            ("hustings_edge_unanswered_total", one(view.unanswered as f64)),
            ("hustings_edge_headroom_ratio", headroom.collect()),
            ("hustings_edge_waiting", one(view.line.waiting as f64)),
            ("hustings_edge_idle_ratio", one(view.idle)),
        ])
    }

    async fn to_stage(&self, request: Request<Incoming>, hall: &HallId) -> Answer {
        let orders = self.orders.borrow().clone();
        match orders.hall(hall) {
            Some(order) => forward::to_stage(request, &order.stages).await,
            None => problem("hall_unknown", hall.as_str()),
        }
    }

    async fn to_desk(&self, request: Request<Incoming>) -> Answer {
        let desk = self.orders.borrow().desk.clone();
        match desk {
            Some(desk) => forward::to_desk(request, &desk).await,
            None => problem("desk_unreachable", "no desk is known yet"),
        }
    }

    async fn refused_page(&self, response: Answer) -> Answer {
        let Some(page) = self.pages.get("refused.html") else { return response };
        let status = response.status().as_u16();
        let Ok(body) = response.into_body().collect().await else {
            return answer(status, "text/plain", refusal("fault", "").body);
        };
        // The JSON stands inside a script element: no "<" may end it early.
        let told = String::from_utf8_lossy(&body.to_bytes()).replace('<', "\\u003c");
        let shown =
            String::from_utf8_lossy(&page.bytes).replacen(">null</script>", &format!(">{told}</script>"), 1);
        answer(status, page.kind, shown)
    }

    fn protect(&self, response: &mut Answer, host: &str) {
        let others = self.fleet.borrow().clone();
        let others = others.places.iter().flat_map(|place| [&place.stream, &place.page]);
        let others = others.chain(&self.place.overflow);
        let streams = others.fold(self.place.streams(host), |all, origin| all + " " + origin);
        let policy = format!(
            "default-src 'self'; connect-src 'self' {streams}; media-src 'self' blob: data: {streams}; \
             img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
        );
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
        }
        headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    }
}

impl Place {
    /// Where a page that came from `host` may fetch streams.
    pub fn streams(&self, host: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        self.stream_origin.clone().unwrap_or_else(|| format!("{scheme}://{host}:{}", self.stream_port))
    }
}

/// What anyone may ask, and keep for a second; whose own edge is gone asks another.
fn for_a_second(told: String) -> Answer {
    let mut response = answer(200, "application/json", told);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=1"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn accepts_html(headers: &HeaderMap) -> bool {
    text_of(headers, ACCEPT).contains("text/html")
}

/// A header as text; empty where it is not there or is none.
fn text_of(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// The host that was asked for: in the address with HTTP/2, in a header before.
fn host_of(request: &Request<Incoming>) -> String {
    let told = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = request.uri().authority().map(|authority| authority.as_str()).or(told).unwrap_or("localhost");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-[]:".contains(c);
    name.chars().filter(|&c| plain(c)).collect()
}
