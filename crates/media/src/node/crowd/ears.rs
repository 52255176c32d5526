//! All synthetic listeners in one loop: connect without blocking, read, check, resume.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::crowd::Ear;
use crate::node::clock::Clock;
use crate::node::crowd::place::Place;
use crate::node::sealed::{Sealed, Trust};
use crate::node::start::CannotStart;

const BEAT: Duration = Duration::from_millis(100);
/// As the page does: at once, then slower.
const AGAIN: Duration = Duration::from_millis(200);
/// Ages and first sounds kept for the percentiles of one report.
const KEPT: usize = 20_000;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenersOrder {
    count: usize,
    stream: String,
    #[serde(default = "default_ramp")]
    ramp_per_s: f64,
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

struct Listener {
    ear: Ear,
    stream: Option<Sealed>,
    body: Body,
    asked: Instant,
    first_sound: bool,
    again: Option<Instant>,
}

/// A chunked HTTP/1.1 answer, as much of it as came.
#[derive(Default)]
struct Body {
    head: Option<Vec<u8>>,
    chunk_left: usize,
    line: Vec<u8>,
    status: u16,
}

pub struct Ears {
    order: ListenersOrder,
    address: SocketAddr,
    host: String,
    path: String,
    trust: Option<Trust>,
    clock: Clock,
    poll: Poll,
    listeners: Vec<Listener>,
    reconnects: u64,
    first_sound_ms: VecDeque<f64>,
    age_ms: VecDeque<f64>,
    late_ms: VecDeque<f64>,
    save: Option<File>,
    dump: Option<File>,
}

impl Ears {
    pub fn open(order: ListenersOrder, clock: Clock) -> Result<Self, CannotStart> {
        let Place { host, path, address, trust } = Place::of(&order.stream)?;
        let open = |path: &Option<PathBuf>| path.as_ref().map(File::create).transpose();
        Ok(Self {
            address,
            host,
            path,
            trust,
            clock,
            poll: Poll::new()?,
            listeners: Vec::new(),
            reconnects: 0,
            first_sound_ms: VecDeque::new(),
            age_ms: VecDeque::new(),
            late_ms: VecDeque::new(),
            save: open(&order.save)?,
            dump: open(&order.dump)?,
            order,
        })
    }

    pub fn run(mut self, board: &Mutex<Value>, stop: &AtomicBool) {
        let mut events = Events::with_capacity(4_096);
        let started = self.clock.instant();
        let mut beat = started + BEAT;
        while !stop.load(Ordering::Relaxed) {
            let now = self.clock.instant();
            let wanted = ((now - started).as_secs_f64() * self.order.ramp_per_s) as usize + 1;
            while self.listeners.len() < wanted.min(self.order.count) {
                self.join();
            }
            let _ = self.poll.poll(&mut events, Some(beat.saturating_duration_since(now)));
            for event in &events {
                let id = event.token().0;
                if event.is_writable() {
                    self.ask(id);
                }
                self.read(id);
            }
            let now = self.clock.instant();
            if now >= beat {
                keep(&mut self.late_ms, (now - beat).as_secs_f64() * 1_000.0);
                beat = now + BEAT;
                self.come_back(now);
                if let Ok(mut board) = board.lock() {
                    *board = self.report(now);
                }
            }
        }
        if let Ok(mut board) = board.lock() {
            *board = self.report(self.clock.instant());
        }
    }

    fn join(&mut self) {
        let now = self.clock.instant();
        let listener = Listener {
            ear: Ear::new(),
            stream: None,
            body: Body::default(),
            asked: now,
            first_sound: false,
            again: None,
        };
        self.listeners.push(listener);
        self.connect(self.listeners.len() - 1);
    }

    fn connect(&mut self, id: usize) {
        let now = self.clock.instant();
        let listener = &mut self.listeners[id];
        listener.body = Body::default();
        listener.again = None;
        let made = TcpStream::connect(self.address).and_then(|mut stream| {
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(id), interest)?;
            Sealed::guest(stream, self.trust.as_ref())
        });
        match made {
            Ok(stream) => listener.stream = Some(stream),
            Err(_) => listener.again = Some(now + AGAIN),
        }
    }

    /// Send the request once the connection stands.
    fn ask(&mut self, id: usize) {
        let listener = &mut self.listeners[id];
        let Some(stream) = listener.stream.as_mut().filter(|_| listener.body.head.is_none()) else {
            return;
        };
        let from = listener.ear.resume_from().map_or(String::new(), |no| format!("?from={}", no.0));
        let request = format!("GET {}{from} HTTP/1.1\r\nHost: {}\r\n\r\n", self.path, self.host);
        // Sealed before the handshake is over, it goes out with the handshake's last message.
        if stream.write(request.as_bytes()).is_ok() {
            listener.body.head = Some(Vec::new());
        }
    }

    fn read(&mut self, id: usize) {
        let mut buffer = [0_u8; 16_384];
        loop {
            let Some(stream) = self.listeners[id].stream.as_mut() else { return };
            match stream.read(&mut buffer) {
                Ok(0) => return self.broke(id),
                Ok(count) => self.take(id, &buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::NotConnected => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.broke(id),
            }
        }
    }

    fn take(&mut self, id: usize, bytes: &[u8]) {
        let now = self.clock.instant();
        let media = self.clock.media_at(now);
        let listener = &mut self.listeners[id];
        let Ok(body) = listener.body.handle(bytes) else { return self.broke(id) };
        if let Some(save) = self.save.as_mut().filter(|_| id == 0) {
            let _ = save.write_all(&body);
        }
        let Ok(heard) = listener.ear.handle(&body, now, media) else { return self.broke(id) };
        if !heard.is_empty() && !listener.first_sound {
            listener.first_sound = true;
            keep(&mut self.first_sound_ms, (now - listener.asked).as_secs_f64() * 1_000.0);
        }
        if let Some(newest) = heard.last() {
            keep(&mut self.age_ms, newest.age.0 as f64 / 48.0);
        }
        if let Some(dump) = self.dump.as_mut().filter(|_| id == 0) {
            for part in &heard {
                let _ = writeln!(dump, "{}\t{}", part.part.no.0, media.0);
            }
        }
    }

    fn broke(&mut self, id: usize) {
        let now = self.clock.instant();
        let listener = &mut self.listeners[id];
        if let Some(mut stream) = listener.stream.take() {
            let _ = self.poll.registry().deregister(&mut stream.stream);
        }
        listener.ear.reconnected();
        listener.again = Some(now + AGAIN);
        self.reconnects += 1;
    }

    fn come_back(&mut self, now: Instant) {
        for id in 0..self.listeners.len() {
            if self.listeners[id].again.is_some_and(|at| at <= now) {
                self.connect(id);
            }
        }
    }

    fn report(&self, now: Instant) -> Value {
        let counts: Vec<_> = self.listeners.iter().map(|listener| listener.ear.counts()).collect();
        let playing = self.listeners.iter().filter(|listener| listener.ear.playing(now)).count();
        let connected = self.listeners.iter().filter(|listener| listener.stream.is_some()).count();
        json!({
            "wanted": self.order.count,
            "connected": connected,
            "playing": playing,
            "parts": counts.iter().map(|counts| counts.parts).sum::<u64>(),
            "missed": counts.iter().map(|counts| counts.missed).sum::<u64>(),
            "doubled": counts.iter().map(|counts| counts.doubled).sum::<u64>(),
            "reconnects": self.reconnects,
            "first_sound_ms": percentiles(&self.first_sound_ms),
            "age_ms": percentiles(&self.age_ms),
            "late_ms": percentiles(&self.late_ms),
        })
    }
}

impl Body {
    /// The bytes of the body in `bytes`; `Err` where the answer is no stream.
    fn handle(&mut self, bytes: &[u8]) -> Result<Vec<u8>, ()> {
        let mut out = Vec::new();
        let mut rest = bytes;
        if self.status == 0 {
            let head = self.head.get_or_insert_with(Vec::new);
            head.extend_from_slice(rest);
            let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") else {
                return if head.len() > 16_384 { Err(()) } else { Ok(out) };
            };
            let text = String::from_utf8_lossy(&head[..end]);
            self.status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(())?;
            if self.status != 200 {
                return Err(());
            }
            let from = head.len() - (end + 4);
            rest = &bytes[bytes.len() - from..];
        }
        while let Some((&byte, tail)) = rest.split_first() {
            if self.chunk_left > 0 {
                let count = self.chunk_left.min(rest.len());
                out.extend_from_slice(&rest[..count]);
                self.chunk_left -= count;
                rest = &rest[count..];
                continue;
            }
            rest = tail;
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = String::from_utf8_lossy(&self.line).trim().to_owned();
            self.line.clear();
            if !line.is_empty() {
                self.chunk_left = usize::from_str_radix(&line, 16).map_err(|_| ())?;
            }
        }
        Ok(out)
    }
}

fn keep(values: &mut VecDeque<f64>, value: f64) {
    values.push_back(value);
    if values.len() > KEPT {
        values.pop_front();
    }
}

fn percentiles(values: &VecDeque<f64>) -> Value {
    let mut sorted: Vec<f64> = values.iter().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = ((sorted.len() as f64 - 1.0) * share).max(0.0) as usize;
        sorted.get(place).map(|value| (value * 100.0).round() / 100.0)
    };
    json!({"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)})
}
