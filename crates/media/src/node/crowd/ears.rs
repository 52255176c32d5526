//! All synthetic listeners of a process in one loop: connect without blocking, read, check, come back.
//!
//! A large crowd reads by turns instead of being woken for each packet: listeners elsewhere would not cost the
//! server's processor a wake-up either. How long its turns take is told, so that nobody takes its lateness for theirs.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use serde::Deserialize;
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use crate::crowd::{Ear, Heard, Now, Score, Tally, refusal_in};
use crate::node::clock::Clock;
use crate::node::crowd::place::Place;
use crate::node::start::CannotStart;
use crate::node::tls::Sealed;

const REPORT_EVERY: Duration = Duration::from_millis(500);
/// As the page does: at once, then after this, then each time after twice as long, at most the second.
const AGAIN_FIRST: Duration = Duration::from_millis(100);
const AGAIN_LAST: Duration = Duration::from_secs(2);
/// How long a crowd sleeps between turns in which there was nothing to do.
const NAP: Duration = Duration::from_millis(1);
/// As many as this are woken for what comes.
const FEW: usize = 200;
/// How long newcomers connect in one turn: in between, what came is read.
const JOINING: Duration = Duration::from_millis(4);
const READ_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenersOrder {
    count: usize,
    /// Where they listen, the one after the other; whoever is cut off tries the next.
    #[serde(alias = "stream", deserialize_with = "one_or_more")]
    streams: Vec<String>,
    #[serde(default = "default_ramp")]
    ramp_per_s: f64,
    /// Whether the first has its share of them only, and not all as long as it is there.
    #[serde(default = "default_spread")]
    spread: bool,
    /// Addresses they come from, in turn; none: the system's choice.
    #[serde(default)]
    sources: Vec<IpAddr>,
    /// Of every so many, one leaves a second and another comes.
    #[serde(default)]
    leaving_per_s: f64,
    /// A file for the first listener's stream.
    #[serde(default)]
    save: Option<PathBuf>,
    /// A file for `part_no<TAB>arrival in media time` of the first listener.
    #[serde(default)]
    dump: Option<PathBuf>,
}

fn default_ramp() -> f64 {
    500.0
}

fn default_spread() -> bool {
    true
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(told: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Told {
        One(String),
        More(Vec<String>),
    }
    Ok(match Told::deserialize(told)? {
        Told::One(stream) => vec![stream],
        Told::More(streams) => streams,
    })
}

struct Listener {
    ear: Ear,
    stream: Option<Sealed>,
    /// Which of the places it is at, and what an edge that sent it there wants shown.
    place: usize,
    query: String,
    /// Which of the ordered places it was at last, and how often it changed without hearing anything.
    home: usize,
    in_vain: u32,
    asks: bool,
    asked: Instant,
    has_sound: bool,
    /// Cut off since then.
    cut_off: Option<Instant>,
}

impl Listener {
    /// What it asks for, at such a path.
    fn wanted(&self, path: &str) -> String {
        let from = self.ear.resume_from().map(|no| format!("from={}", no.0));
        let token = self.ear.told().resume.as_ref().filter(|_| from.is_some());
        let resume = token.map(|token| format!("resume={token}"));
        let query = Some(self.query.clone()).filter(|query| !query.is_empty());
        let place = self.ear.told().place.as_ref().map(|token| format!("place={token}"));
        let fields: Vec<String> = [query, from, resume, place].into_iter().flatten().collect();
        let mark = if path.contains('?') { '&' } else { '?' };
        if fields.is_empty() { path.to_owned() } else { format!("{path}{mark}{}", fields.join("&")) }
    }
}

/// What all of them counted.
#[derive(Default)]
struct Counts {
    reconnects: u64,
    /// By their codes.
    refused: BTreeMap<String, u64>,
    /// Of those who left: parts, missed, doubled.
    parts: u64,
    missed: u64,
    doubled: u64,
    left: u64,
    busy: Duration,
    first_sound_ms: Tally,
    /// From being cut off to hearing on.
    back_ms: Tally,
    age_ms: Tally,
    turn_ms: Tally,
}

pub struct Ears {
    order: ListenersOrder,
    places: Vec<Place>,
    clock: Clock,
    poll: Poll,
    listeners: Vec<Listener>,
    score: Score,
    again: VecDeque<(Instant, usize)>,
    counts: Counts,
    heard: Vec<Heard>,
    buffer: Vec<u8>,
    save: Option<File>,
    dump: Option<File>,
    leavers: f64,
    next_leaver: usize,
}

impl Ears {
    pub fn open(order: ListenersOrder, clock: Clock) -> Result<Self, CannotStart> {
        let places: Vec<Place> =
            order.streams.iter().map(|stream| Place::of(stream)).collect::<Result<_, _>>()?;
        if places.is_empty() {
            return Err(CannotStart("listeners need a stream".into()));
        }
        let open = |path: &Option<PathBuf>| path.as_ref().map(File::create).transpose();
        Ok(Self {
            places,
            clock,
            poll: Poll::new()?,
            listeners: Vec::new(),
            score: Score::default(),
            again: VecDeque::new(),
            counts: Counts::default(),
            heard: Vec::new(),
            buffer: vec![0; READ_BYTES],
            save: open(&order.save)?,
            dump: open(&order.dump)?,
            leavers: 0.0,
            next_leaver: 0,
            order,
        })
    }

    pub fn run(mut self, board: &Mutex<Value>, stop: &AtomicBool) {
        let mut events = Events::with_capacity(4_096);
        let started = self.clock.instant();
        let (mut report, mut reported) = (started, started);
        let patience = if self.order.count <= FEW { REPORT_EVERY } else { Duration::ZERO };
        while !stop.load(Ordering::Relaxed) {
            let now = self.clock.instant();
            let more = self.join(now - started);
            let wait =
                if more { Duration::ZERO } else { patience.min(report.saturating_duration_since(now)) };
            let wait = if wait.is_zero() { wait } else { wait.min(self.until_again(now)) };
            let _ = self.poll.poll(&mut events, Some(wait));
            let woken = self.clock.instant();
            for event in &events {
                let id = event.token().0;
                if event.is_writable() {
                    self.ask(id);
                }
                self.read(id);
            }
            self.come_back();
            let now = self.clock.instant();
            if now >= report {
                self.tell(board, now - reported);
                self.leave(now - reported);
                (report, reported) = (now + REPORT_EVERY, now);
            }
            let turn = self.clock.instant() - woken;
            if !events.is_empty() || more {
                self.counts.busy += turn;
                self.counts.turn_ms.add(turn.as_secs_f64() * 1_000.0);
            } else if patience.is_zero() {
                self.clock.sleep_until(self.clock.instant() + NAP);
            }
        }
        self.tell(board, REPORT_EVERY);
    }

    /// Some of those who are due; true where more are.
    fn join(&mut self, since: Duration) -> bool {
        let wanted = (since.as_secs_f64() * self.order.ramp_per_s) as usize + 1;
        let wanted = wanted.min(self.order.count);
        let end = self.clock.instant() + JOINING;
        while self.listeners.len() < wanted && self.clock.instant() < end {
            let id = self.listeners.len();
            let listener = self.newcomer(id);
            self.listeners.push(listener);
            self.connect(id);
        }
        self.listeners.len() < wanted
    }

    fn newcomer(&self, id: usize) -> Listener {
        let keeps = id == 0 && (self.save.is_some() || self.dump.is_some());
        let home = if self.order.spread { id % self.order.streams.len() } else { 0 };
        Listener {
            ear: if keeps { Ear::keeping() } else { Ear::new() },
            stream: None,
            place: home,
            query: String::new(),
            home,
            in_vain: 0,
            asks: false,
            asked: self.clock.instant(),
            has_sound: false,
            cut_off: None,
        }
    }

    fn connect(&mut self, id: usize) {
        let place = &self.places[self.listeners[id].place];
        let sources = &self.order.sources;
        let source = (!sources.is_empty()).then(|| sources[id % sources.len()]);
        let made = socket(place, source).and_then(|mut stream| {
            self.poll.registry().register(&mut stream, Token(id), Interest::READABLE | Interest::WRITABLE)?;
            Sealed::guest(stream, place.trust.as_ref())
        });
        match made {
            Ok(stream) => {
                self.listeners[id].stream = Some(stream);
                // On the way to this very machine, the connection may stand already.
                self.ask(id);
            }
            Err(_) => self.broke(id),
        }
    }

    /// Send the request once the connection stands.
    fn ask(&mut self, id: usize) {
        let listener = &mut self.listeners[id];
        if listener.asks {
            return;
        }
        let place = &self.places[listener.place];
        let wanted = listener.wanted(&place.path);
        let Some(stream) = listener.stream.as_mut() else { return };
        let request = format!("GET {wanted} HTTP/1.1\r\nHost: {}\r\n\r\n", place.host);
        // Sealed before the handshake is over, it goes out with the handshake's last message.
        listener.asks = stream.write(request.as_bytes()).is_ok();
    }

    fn read(&mut self, id: usize) {
        // Taken for the time being; to clear as much for each read would cost more than to read.
        let mut buffer = std::mem::take(&mut self.buffer);
        self.read_into(id, &mut buffer);
        self.buffer = buffer;
    }

    fn read_into(&mut self, id: usize, buffer: &mut [u8]) {
        loop {
            let listener = &mut self.listeners[id];
            let Some(stream) = listener.stream.as_mut() else { return };
            match stream.read(buffer) {
                Ok(0) => return self.broke(id),
                Ok(count) => {
                    if !self.take(id, &buffer[..count]) {
                        let code = refusal_in(&buffer[..count]).to_owned();
                        *self.counts.refused.entry(code).or_default() += 1;
                        return self.turned_away(id);
                    }
                    // epoll(7): less than was asked for is all there is; sealed bytes may hide more.
                    let bare = self.listeners[id].stream.as_ref().is_some_and(|it| it.bare().is_some());
                    if count < READ_BYTES && bare {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::NotConnected => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.broke(id),
            }
        }
    }

    /// False where the answer is no stream.
    fn take(&mut self, id: usize, bytes: &[u8]) -> bool {
        let instant = self.clock.instant();
        let now = Now { instant, media: self.clock.media_at(instant) };
        let listener = &mut self.listeners[id];
        self.heard.clear();
        let whole = listener.ear.handle(bytes, now, &mut self.score, &mut self.heard).is_ok();
        if !self.heard.is_empty() {
            listener.in_vain = 0;
            if !std::mem::replace(&mut listener.has_sound, true) {
                self.counts.first_sound_ms.add((instant - listener.asked).as_secs_f64() * 1_000.0);
            }
            if let Some(since) = listener.cut_off.take() {
                self.counts.back_ms.add((instant - since).as_secs_f64() * 1_000.0);
            }
        }
        for part in self.heard.iter().filter(|part| !part.at_once) {
            self.counts.age_ms.add(part.age.0 as f64 / 48.0);
        }
        if id == 0 {
            let body = listener.ear.take_body();
            if let Some(save) = &mut self.save {
                let _ = save.write_all(&body);
            }
            if let Some(dump) = &mut self.dump {
                for part in &self.heard {
                    let _ = writeln!(dump, "{}\t{}", part.no.0, now.media.0);
                }
            }
        }
        whole
    }

    /// Refused: whoever has a place in line comes back when they were told to.
    fn turned_away(&mut self, id: usize) {
        let told = self.listeners[id].ear.told().clone();
        let (Some(_), Some(again_s)) = (&told.place, told.again_s) else { return self.broke(id) };
        self.hang_up(id);
        // Not all of a crowd in the same instant, as its people would not come either.
        let wait = Duration::from_secs(again_s.clamp(1, 60)) + (id % 1_000) as u32 * NAP;
        self.again.push_back((self.clock.instant() + wait, id));
    }

    fn broke(&mut self, id: usize) {
        self.hang_up(id);
        self.move_on(id);
        let listener = &mut self.listeners[id];
        listener.cut_off = listener.cut_off.or(listener.has_sound.then(|| self.clock.instant()));
        let again = AGAIN_FIRST * (1 << listener.in_vain.saturating_sub(1).min(5));
        let wait = if listener.in_vain == 0 { Duration::ZERO } else { again.min(AGAIN_LAST) };
        listener.in_vain += 1;
        self.again.push_back((self.clock.instant() + wait, id));
        self.counts.reconnects += 1;
    }

    /// To where it was told to go in such a case, one after the other, then to the places it knows by itself.
    fn move_on(&mut self, id: usize) {
        let listener = &self.listeners[id];
        let told = listener.ear.told().clone();
        if let Some(address) = told.alternates.get(listener.in_vain as usize)
            && let Some((place, query)) = self.place_of(address)
        {
            let listener = &mut self.listeners[id];
            (listener.place, listener.query) = (place, query);
            return;
        }
        let listener = &mut self.listeners[id];
        listener.home = (listener.home + 1) % self.order.streams.len();
        (listener.place, listener.query) = (listener.home, String::new());
    }

    /// Where an address leads, and the query in it. Places stay known: they are as many as a fleet has.
    fn place_of(&mut self, address: &str) -> Option<(usize, String)> {
        let (address, query) = address.split_once('?').unwrap_or((address, ""));
        let place = match self.places.iter().position(|place| place.url == address) {
            Some(known) => known,
            None => {
                self.places.push(Place::of(address).ok()?);
                self.places.len() - 1
            }
        };
        Some((place, query.to_owned()))
    }

    fn hang_up(&mut self, id: usize) {
        let listener = &mut self.listeners[id];
        if let Some(mut stream) = listener.stream.take() {
            let _ = self.poll.registry().deregister(&mut stream.stream);
        }
        listener.ear.reconnected();
        listener.asks = false;
    }

    fn come_back(&mut self) {
        let now = self.clock.instant();
        for _ in 0..self.again.len() {
            if self.clock.instant() > now + JOINING {
                return;
            }
            let Some((at, id)) = self.again.pop_front() else { return };
            if at > now {
                self.again.push_back((at, id));
            } else if self.listeners[id].stream.is_none() {
                self.connect(id);
            }
        }
    }

    /// How long nobody comes, and nobody comes back.
    fn until_again(&self, now: Instant) -> Duration {
        let comes = if self.listeners.len() < self.order.count { 10 * NAP } else { REPORT_EVERY };
        let back = self.again.iter().map(|(at, _)| *at).min();
        back.map_or(comes, |at| comes.min(at.saturating_duration_since(now)))
    }

    /// Let go of as many as leave in such a time, and have others come.
    fn leave(&mut self, in_time: Duration) {
        if self.listeners.len() < self.order.count {
            return;
        }
        self.leavers += self.order.leaving_per_s * in_time.as_secs_f64();
        while self.leavers >= 1.0 {
            self.leavers -= 1.0;
            let id = self.next_leaver % self.listeners.len();
            self.next_leaver += 1;
            self.hang_up(id);
            let counts = self.listeners[id].ear.counts();
            self.counts.parts += counts.parts;
            self.counts.missed += counts.missed;
            self.counts.doubled += counts.doubled;
            self.counts.left += 1;
            self.listeners[id] = self.newcomer(id);
            self.connect(id);
        }
    }

    fn tell(&mut self, board: &Mutex<Value>, since: Duration) {
        let told = self.report(since);
        if let Ok(mut board) = board.lock() {
            *board = told;
        }
    }

    fn report(&mut self, since: Duration) -> Value {
        let now = self.clock.instant();
        let counts = self.listeners.iter().map(|listener| listener.ear.counts());
        let (mut parts, mut missed, mut doubled) =
            (self.counts.parts, self.counts.missed, self.counts.doubled);
        for one in counts {
            parts += one.parts;
            missed += one.missed;
            doubled += one.doubled;
        }
        let playing = self.listeners.iter().filter(|listener| listener.ear.playing(now)).count();
        let waiting = self.listeners.iter().filter(|listener| listener.ear.told().place.is_some()).count();
        let connected = self.listeners.iter().filter(|listener| listener.stream.is_some()).count();
        let busy = std::mem::take(&mut self.counts.busy).as_secs_f64() / since.as_secs_f64().max(1e-3);
        json!({
            "wanted": self.order.count,
            "connected": connected,
            "playing": playing,
            "waiting": waiting,
            "parts": parts,
            "missed": missed,
            "doubled": doubled,
            "left": self.counts.left,
            "reconnects": self.counts.reconnects,
            "refused": self.counts.refused,
            "busy_percent": (busy * 1_000.0).round() / 10.0,
            "first_sound_ms": self.counts.first_sound_ms.told(),
            "back_ms": self.counts.back_ms.told(),
            "age_ms": self.counts.age_ms.told(),
            "late_ms": self.counts.turn_ms.told(),
        })
    }
}

/// A socket on its way to a place.
pub(super) fn socket(place: &Place, source: Option<IpAddr>) -> std::io::Result<TcpStream> {
    let Some(source) = source else { return TcpStream::connect(place.address) };
    let socket = Socket::new(Domain::for_address(place.address), Type::STREAM.nonblocking(), None)?;
    socket.bind(&std::net::SocketAddr::new(source, 0).into())?;
    match socket.connect(&place.address.into()) {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => return Err(error),
        _ => {}
    }
    Ok(TcpStream::from_std(socket.into()))
}
