//! HLS on the page port: waits for what is about to come, and says how long each answer may be kept.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HeaderValue};
use tokio::sync::{Notify, watch};

use crate::edge::{HlsAnswer, HlsAsk, Keep, Moment, Rendition, reload};
use crate::flow::{HallId, HallState, LlPart};
use crate::node::clock::Clock;
use crate::node::http::{Answer, answer, problem};
use crate::rules::{HallOrder, Orders, SoundName};
use crate::units::LlNo;

/// Within three target durations, as the draft wants, and before players give up by themselves.
const HOLD: Duration = Duration::from_secs(8);
/// Requests held at one time, over all halls.
const HELD_MAX: usize = 10_000;
/// From the end of an LL-HLS part's repair window until it is here: a part for the encoder to look ahead to, and some.
const PACKED_WITHIN_MS: i64 = 360;
/// An ended hall whose last parts have not come by then will not get them.
const END_WITHIN_MS: i64 = 15_000;
/// So much longer where something is played to close it.
const CLOSING_MS: i64 = 10_000;
/// A closing that brings nothing for so long is over: packagers fill the last segment within four seconds.
const STILL: Duration = Duration::from_secs(5);
const BEAT: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Hall {
    rendition: RefCell<Rendition>,
    grown: Notify,
    grew: Cell<Option<Instant>>,
}

impl Hall {
    fn grow(&self, now: Instant) {
        self.grew.set(Some(now));
        self.grown.notify_waiters();
    }
}

/// The renditions of all halls that have a packager.
pub struct Hls {
    clock: Clock,
    orders: watch::Receiver<Arc<Orders>>,
    halls: RefCell<HashMap<HallId, Rc<Hall>>>,
    held: Cell<usize>,
}

impl Hls {
    pub fn new(clock: Clock, orders: watch::Receiver<Arc<Orders>>) -> Self {
        Self { clock, orders, halls: RefCell::default(), held: Cell::default() }
    }

    /// Keep those of `halls` and no others.
    pub fn keep(&self, halls: &[HallId]) {
        let mut kept = self.halls.borrow_mut();
        kept.retain(|hall, _| halls.contains(hall));
        for hall in halls {
            kept.entry(hall.clone()).or_default();
        }
    }

    pub fn begin(&self, hall: &HallId, init: Bytes) {
        if let Some(hall) = self.find(hall) {
            hall.rendition.borrow_mut().begin(init);
        }
    }

    pub fn push(&self, hall: &HallId, part: LlPart) {
        if let Some(hall) = self.find(hall)
            && hall.rendition.borrow_mut().push(part)
        {
            hall.grow(self.clock.instant());
        }
    }

    /// Whether the hall has a playlist.
    pub fn listed(&self, hall: &HallId) -> bool {
        self.find(hall).is_some_and(|hall| hall.rendition.borrow().listed())
    }

    pub async fn playlist(&self, id: &HallId, query: Option<&str>) -> Answer {
        match reload(query) {
            Ok(reload) => self.answer(id, HlsAsk::Playlist(reload)).await,
            Err(code) => open(problem(code, query.unwrap_or_default()), "no-store"),
        }
    }

    /// Answer now, or when what is asked for has come.
    pub async fn answer(&self, id: &HallId, ask: HlsAsk) -> Answer {
        let Some(hall) = self.find(id) else { return told(HlsAnswer::Refused("hls_absent")) };
        let now = hall.rendition.borrow().ask(ask, self.moment(id, &hall));
        told(match now {
            HlsAnswer::Later(_) if !hall.rendition.borrow().listed() && !self.on_air(id) => {
                HlsAnswer::Refused("hls_absent")
            }
            HlsAnswer::Later(_) if self.held.get() >= HELD_MAX => HlsAnswer::Refused("waiting_full"),
            HlsAnswer::Later(_) => {
                let _place = Place::taken(&self.held);
                let held = tokio::time::timeout(HOLD, self.hold(id, &hall, ask)).await;
                held.unwrap_or(HlsAnswer::Refused("sound_late"))
            }
            ready => ready,
        })
    }

    async fn hold(&self, id: &HallId, hall: &Hall, ask: HlsAsk) -> HlsAnswer {
        loop {
            let grown = hall.grown.notified();
            let now = hall.rendition.borrow().ask(ask, self.moment(id, hall));
            match now {
                HlsAnswer::Later(most) => drop(tokio::time::timeout(most, grown).await),
                ready => return ready,
            }
        }
    }

    fn on_air(&self, id: &HallId) -> bool {
        let now = self.clock.wall();
        self.orders.borrow().hall(id).is_some_and(|order| order.standing(now).state.has_programme())
    }

    fn moment(&self, id: &HallId, hall: &Hall) -> Moment {
        let window_ms = self.orders.borrow().hall(id).map_or(0, |order| order.window_ms);
        let due = LlNo::at_ms(self.clock.wall().0 - window_ms - PACKED_WITHIN_MS);
        Moment { due: LlNo(due.0.saturating_sub(1)), age: self.age(hall) }
    }

    /// Close the playlists of halls that have ended, until the process ends.
    pub async fn close_ended(&self) {
        let mut beat = tokio::time::interval(BEAT);
        loop {
            beat.tick().await;
            let orders = self.orders.borrow().clone();
            for order in orders.halls.iter().filter(|order| order.state == HallState::Ended) {
                let Some(hall) = HallId::parse(&order.hall).and_then(|hall| self.find(&hall)) else {
                    continue;
                };
                let within_ms = END_WITHIN_MS + if has_closing(order) { CLOSING_MS } else { 0 };
                let said_all_ms = order.since_ms + order.air_delay_ms;
                let overdue = self.clock.wall().0 - said_all_ms > within_ms;
                let comes = (has_closing(order) || order.air_delay_ms > 0) && self.age(&hall) < STILL;
                let ends = !comes || overdue;
                if ends && hall.rendition.borrow_mut().end(LlNo::at_ms(said_all_ms), overdue) {
                    hall.grow(self.clock.instant());
                }
            }
        }
    }

    /// For how long nothing came.
    fn age(&self, hall: &Hall) -> Duration {
        hall.grew.get().map_or(HOLD, |grew| self.clock.instant().saturating_duration_since(grew))
    }

    fn find(&self, hall: &HallId) -> Option<Rc<Hall>> {
        self.halls.borrow().get(hall).cloned()
    }
}

fn has_closing(order: &HallOrder) -> bool {
    order.sounds.as_ref().is_some_and(|sounds| sounds.closing != SoundName::Nothing)
}

/// A place among those that are held; given back however the wait ends.
struct Place<'a>(&'a Cell<usize>);

impl<'a> Place<'a> {
    fn taken(held: &'a Cell<usize>) -> Self {
        held.set(held.get() + 1);
        Self(held)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

fn told(made: HlsAnswer) -> Answer {
    match made {
        HlsAnswer::Playlist(text, keep) => {
            open(answer(200, "application/vnd.apple.mpegurl", text), cached(keep))
        }
        HlsAnswer::Text(text) => open(answer(200, "text/vtt; charset=utf-8", text), cached(Keep::Forever)),
        HlsAnswer::Sound(bytes) => open(answer(200, "audio/mp4", bytes), cached(Keep::Forever)),
        HlsAnswer::Refused(code) => {
            let refused = problem(code, "");
            // A thousand players before a cache that ask for what is not there are one request.
            let many = matches!(refused.status().as_u16(), 404 | 503);
            let brief = if many { "public, max-age=1" } else { "no-store" };
            open(refused, brief)
        }
        HlsAnswer::Later(_) => problem("fault", "an answer that never came"),
    }
}

fn cached(keep: Keep) -> &'static str {
    match keep {
        Keep::Forever => "public, max-age=86400, immutable",
        // Six target durations, as the draft's server profile has it.
        Keep::Passed => "public, max-age=30",
        Keep::Newest => "public, max-age=1",
    }
}

/// Any page may play it.
fn open(mut response: Answer, cache: &'static str) -> Answer {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
