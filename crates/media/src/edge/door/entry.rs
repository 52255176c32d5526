//! Who comes to the door: what they ask for, whether they are let in, and what they are told if not.

use std::time::{Duration, Instant};

use crate::units::WallMs;

use super::admission::{Class, Load, Verdict};
use super::request::{Ask, HEAD_BYTES_MAX, Head, read_head};
use super::{BEHIND_PARTS_MAX, Conn, ConnId, Door, OVER, Output, Prefix, Seat, Stage, WHOLE, answer};

/// A request must be whole by then.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// Where nearly all connections are taken, one share in so many is left for who asks at once: whoever has said nothing for
/// longest makes room, but nobody before a request from the other side of the world has had the time to come.
const NEARLY: usize = 16;
const SAID_WITHIN: Duration = Duration::from_millis(700);
/// Whoever waits and cannot be told for how long is to ask again after so many seconds; nobody sooner or later than that.
const ASK_AGAIN_S: i64 = 5;
const ASK_AGAIN_S_MIN: i64 = 2;
const ASK_AGAIN_S_MAX: i64 = 15;

impl Door {
    pub(super) fn accept(&mut self, id: ConnId, now: Instant) {
        if id >= self.conns.len() {
            self.conns.resize_with(id + 1, Conn::default);
        }
        let times = self.conns[id].times.wrapping_add(1);
        self.here += 1;
        if self.here > self.conns_max - self.conns_max / NEARLY {
            self.hurry(now);
        }
        let stage = Stage::Asking { head: Vec::new(), over: self.here > self.conns_max };
        self.conns[id] = Conn { stage, times, ..Conn::default() };
        self.asking.push_back((now + HEAD_WITHIN, id, times));
        if self.here > self.conns_max + OVER {
            self.refuse_full(id, "");
        }
    }

    pub(super) fn comes_from(&mut self, id: ConnId, prefix: Prefix) {
        let Some(conn) = self.conns.get_mut(id) else { return };
        if !matches!(conn.stage, Stage::Asking { .. }) {
            return;
        }
        if self.prefixes.come(prefix) {
            conn.prefix = Some(prefix);
        } else {
            *self.counts.refused.entry("prefix_full").or_default() += 1;
            self.outputs.push_back(Output::Close(id, "prefix_full"));
        }
    }

    /// It has said what it came for.
    fn asked(&mut self, id: ConnId) {
        if let Some(prefix) = self.conns.get_mut(id).and_then(|conn| conn.prefix.take()) {
            self.prefixes.done(prefix);
        }
    }

    pub(super) fn read(&mut self, id: ConnId, bytes: &[u8], now: Instant) {
        let Some(conn) = self.conns.get_mut(id) else { return };
        let Stage::Asking { head, over } = &mut conn.stage else {
            conn.said = conn.said.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            if conn.said as usize > HEAD_BYTES_MAX {
                self.outputs.push_back(Output::Close(id, "talks_on"));
            }
            return;
        };
        // A request comes in one piece, almost always: nothing is kept of it.
        let told =
            if head.is_empty() { read_head(&bytes[..bytes.len().min(HEAD_BYTES_MAX)]) } else { Head::More };
        let told = if told == Head::More {
            let room = HEAD_BYTES_MAX.saturating_sub(head.len());
            head.extend_from_slice(&bytes[..bytes.len().min(room)]);
            read_head(head)
        } else {
            told
        };
        let over = *over;
        match told {
            Head::More => {}
            Head::Refused(code, detail) => self.refuse(id, code, &detail, ""),
            // Nobody has a place in line for what is not there.
            Head::Listen(ask) if self.halls.number(&ask.hall).is_none() => {
                self.refuse(id, "hall_unknown", ask.hall.as_str(), "");
            }
            Head::Listen(ask) if over => self.send_on(id, &ask),
            Head::Listen(ask) if ask.body => match self.admit(&ask, now) {
                Verdict::In => self.listen(id, &ask),
                Verdict::Full(of) => self.keep_out(id, &ask, of.name(), now),
                Verdict::Line => self.keep_out(id, &ask, "others came before", now),
            },
            Head::Listen(ask) => self.listen(id, &ask),
        }
    }

    fn admit(&mut self, ask: &Ask, now: Instant) -> Verdict {
        let came = self.placed(ask, now);
        // The connection of whoever asks counts already.
        let load = Load { connections: self.here.saturating_sub(1) as f64, ..self.load() };
        self.admission.admit(self.class(ask), came, load, now)
    }

    fn class(&self, ask: &Ask) -> Class {
        let (tokens, now) = (&self.fleet.tokens, self.fleet.now);
        let ranked = |rank| ask.known.as_deref().is_some_and(|it| tokens.is_ranked(it, &ask.hall, rank, now));
        if ranked("staff") {
            Class::Staff
        } else if ask.resume.as_deref().is_some_and(|token| self.fleet.resumes(token, &ask.hall)) {
            Class::Resuming
        } else if ranked("pass") {
            Class::Pass
        } else {
            Class::Anyone
        }
    }

    /// Since when whoever asks stands in line.
    fn placed(&self, ask: &Ask, now: Instant) -> Option<WallMs> {
        let fleet = &self.fleet;
        fleet.tokens.placed(ask.place.as_deref()?, &ask.hall, &fleet.stream, self.wall(now))
    }

    /// To another edge, where there may be room; those who were sent here have a place in line. `why`: what there is too
    /// little of.
    fn keep_out(&mut self, id: ConnId, ask: &Ask, why: &str, now: Instant) {
        let place = self.placed(ask, now);
        let others = if place.is_some() { String::new() } else { self.others(ask) };
        if !others.is_empty() {
            return self.refuse(id, "edge_full", why, &others);
        }
        let came = self.admission.join_line(place, self.wall(now));
        let Some(token) = self.fleet.tokens.place(&ask.hall, &self.fleet.stream, came) else {
            return self.refuse(id, "edge_full", why, "");
        };
        let wait_ms = self.admission.view().wait_ms(came);
        let again_s =
            wait_ms.map_or(ASK_AGAIN_S, |wait| wait / 1_000).clamp(ASK_AGAIN_S_MIN, ASK_AGAIN_S_MAX);
        let headers = format!("Hustings-Place: {token}\r\nRetry-After: {again_s}\r\n");
        let long = wait_ms.map_or("for how long cannot be told yet".into(), |wait| {
            format!("about {} s, as the line moves now", (wait / 1_000).max(1))
        });
        self.refuse(id, "in_line", &format!("{why}; {long}"), &headers);
    }

    /// There is no descriptor left: say so, and where there may be some.
    fn send_on(&mut self, id: ConnId, ask: &Ask) {
        let others = self.others(ask);
        self.refuse_full(id, &others);
    }

    /// Where there may be room. Whom another edge sent is not sent on again.
    fn others(&self, ask: &Ask) -> String {
        if ask.via.as_deref().is_some_and(|via| self.fleet.was_sent(via, &ask.hall)) {
            return String::new();
        }
        let refused: u64 = self.counts.refused.values().sum();
        answer::alternates(&ask.hall, refused, &self.fleet)
    }

    fn refuse_full(&mut self, id: ConnId, headers: &str) {
        self.refuse(id, "edge_full", &format!("{} are connected", self.conns_max), headers);
    }

    fn listen(&mut self, id: ConnId, ask: &Ask) {
        let (fleet, load) = (self.fleet.clone(), self.load());
        let cadence = self.cadence.max(self.admission.cadence(load));
        let Some((number, hall)) = self.hall(&ask.hall) else { return };
        let newest = hall.window.newest();
        let start = hall.window.start_for(cadence.buffer_parts());
        let resumes = ask.resume.as_deref().is_some_and(|token| fleet.resumes(token, &ask.hall));
        let wanted = ask.from.filter(|from| newest.is_none_or(|it| from.0 <= it.0 + BEHIND_PARTS_MAX));
        // What lies before a newcomer's buffer is for those who were here, and a few others.
        let is_old = wanted.zip(start).is_some_and(|(from, start)| from < start);
        let is_kept = is_old && !resumes && !self.admission.is_generous(load);
        let next = match (wanted, start) {
            (_, Some(start)) if is_kept => Some(start),
            (wanted, start) => wanted.or(start),
        };
        let Some((_, hall)) = self.hall(&ask.hall) else { return };
        // With nothing in hand, only who asked for a part knows which is the first.
        let told = next.map(|next| hall.window.at_or_after(next).map_or(next, |framed| framed.no));
        let first = told.unwrap_or_default();
        let head = || answer::stream(&ask.hall, told, cadence, &fleet);
        let (stage, bytes) = if ask.body {
            let header = self.header.chunk.clone();
            let Some((_, hall)) = self.hall(&ask.hall) else { return };
            let welcome = hall.welcome(first, cadence, || [head().as_bytes(), &header].concat());
            let (group, place) = hall.sit(id, cadence);
            self.counts.joined += 1;
            self.listening += 1;
            self.writes += WHOLE / cadence.parts();
            let seat = Seat { hall: number, group, place, cadence, next: welcome.next, skips: 0 };
            (Stage::Listening(seat), welcome.bytes)
        } else {
            (Stage::Leaving, head().into())
        };
        self.asked(id);
        let conn = &mut self.conns[id];
        conn.stage = stage;
        conn.pending = Some(Box::new((bytes, 0)));
        self.outputs.push_back(Output::Send(id));
    }

    fn refuse(&mut self, id: ConnId, code: &'static str, detail: &str, headers: &str) {
        *self.counts.refused.entry(code).or_default() += 1;
        self.asked(id);
        let answer = answer::refused(code, detail, headers);
        if let Some(conn) = self.conns.get_mut(id) {
            conn.stage = Stage::Leaving;
            conn.pending = Some(Box::new((answer.into(), 0)));
            self.outputs.push_back(Output::Send(id));
        }
    }

    /// There is little room for those who come: whoever has asked for nothing yet, and has had the time to, goes.
    pub fn hurry(&mut self, now: Instant) {
        self.drop_slow_heads(now + HEAD_WITHIN - SAID_WITHIN);
    }

    /// How many of those who came after `since` have asked for nothing yet.
    pub fn begun(&self, since: Instant) -> usize {
        let young = self.asking.iter().rev().take_while(|(at, ..)| *at > since + HEAD_WITHIN);
        young.filter(|&&(_, id, times)| self.is_asking(id, times)).count()
    }

    fn is_asking(&self, id: ConnId, times: u32) -> bool {
        let conn = &self.conns[id];
        conn.times == times && matches!(conn.stage, Stage::Asking { .. })
    }

    pub(super) fn drop_slow_heads(&mut self, until: Instant) {
        while let Some(&(at, id, times)) = self.asking.front() {
            let waits = self.is_asking(id, times);
            if waits && at > until {
                break;
            }
            self.asking.pop_front();
            if waits {
                *self.counts.refused.entry("slow_head").or_default() += 1;
                self.outputs.push_back(Output::Close(id, "slow_head"));
            }
        }
    }

    /// The time of day.
    fn wall(&self, now: Instant) -> WallMs {
        let since = self.told_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        WallMs(self.fleet.now.0 + i64::try_from(since.as_millis()).unwrap_or(0))
    }
}
