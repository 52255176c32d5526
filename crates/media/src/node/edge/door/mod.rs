//! The thread that owns the stream port: accepts, reads heads, sends what the door owes, measures what that takes.

mod handle;
mod newcomers;
mod outlet;
mod pace;
#[cfg(test)]
mod pace_test;
mod ring;
#[cfg(test)]
mod ring_test;
mod sweeping;

pub use handle::{DoorHandle, DoorOrder, Seen, ToDoor, View};
pub use outlet::Sending;

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use rustls::ServerConfig;
use tokio::sync::watch;

use crate::edge::{
    BEGUN, ConnId, Crush, Door, Input, Measured, Meter, OVER, Output, Prefix, STEPS, Spent, asking_most,
};
use crate::flow::HallId;
use crate::node::clock::Clock;
use crate::node::start::CannotStart;
use crate::node::stream_port::{self, unanswered};
use crate::node::thread::{cpu_time, descriptors, process_time};
use crate::node::tls::Sealed;
use crate::program::header;

use super::limits::Limits;

use newcomers::Newcomers;
use outlet::Outlet;
use pace::Pace;
use sweeping::{Batch, LOOKS, Look};

const WAKE: Token = Token(usize::MAX);
/// The first of the listening sockets' tokens.
const DOORS: usize = usize::MAX - 64;
/// Half a minute of one hall; upstreams wait when it is full.
const QUEUE: usize = 256;
/// What the page port, the upstreams and the desk's line may need of this process's descriptors.
const KEPT_DESCRIPTORS: usize = 512;
/// The queue before the door is changed no more often.
const QUEUE_EVERY: Duration = Duration::from_millis(50);
/// Of one connection in one turn: who says more waits for the next.
const READS: usize = 8;
/// While many say something, it is looked so often whether there is a part to sweep: a handshake takes most of a
/// millisecond, and thousands may come at once.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// The same where there is less than a core, and whether it has been used too soon.
const LOOK_EVERY_HELD: Duration = Duration::from_millis(2);

pub struct DoorLoop {
    listeners: Vec<TcpListener>,
    /// The one that was asked last.
    next_listener: usize,
    tls: Option<Arc<ServerConfig>>,
    sending: Sending,
    uplink_bits_per_s: Option<f64>,
    poll: Poll,
    inbox: Receiver<ToDoor>,
    view: watch::Sender<Arc<View>>,
    door: Door,
    conns_max: usize,
    conns: Vec<Option<Sealed>>,
    free: Vec<ConnId>,
    halls: Vec<HallId>,
    outlet: Outlet,
    batch: Batch,
    look: Look,
    meter: Meter,
    limits: Limits,
    pace: Pace,
    /// So many may be asking at one time.
    asking_most: usize,
    idle: f64,
    /// Listeners and their writes, second by second.
    counts: VecDeque<(f64, f64)>,
    crush: Crush,
    /// How many the system was told may wait, and when.
    queue: (usize, Option<Instant>),
}

impl DoorLoop {
    pub fn bind(order: DoorOrder) -> Result<(Self, DoorHandle, watch::Receiver<Arc<View>>), CannotStart> {
        let mut listeners = stream_port::open(order.address)?;
        let poll = Poll::new()?;
        for (n, listener) in listeners.iter_mut().enumerate() {
            poll.registry().register(listener, Token(DOORS + n), Interest::READABLE)?;
        }
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (queue, inbox) = sync_channel(QUEUE);
        let (view, seen) = watch::channel(Arc::new(View::default()));
        let crush = Crush::new(order.tls.is_some());
        let conns_max = descriptors().saturating_sub(KEPT_DESCRIPTORS).max(KEPT_DESCRIPTORS);
        let door = DoorLoop {
            listeners,
            next_listener: 0,
            tls: order.tls,
            sending: order.sending,
            uplink_bits_per_s: order.uplink_bits_per_s,
            poll,
            inbox,
            view,
            door: Door::new(&header(), order.cadence, conns_max),
            conns_max,
            conns: Vec::new(),
            free: Vec::new(),
            halls: Vec::new(),
            outlet: Outlet::OneByOne,
            batch: Batch::default(),
            look: Look::default(),
            meter: Meter::default(),
            limits: Limits::read(),
            pace: Pace::default(),
            asking_most: usize::MAX,
            idle: 1.0,
            counts: VecDeque::new(),
            crush,
            queue: (0, None),
        };
        Ok((door, DoorHandle { queue, waker }, seen))
    }

    pub fn run(mut self, clock: Clock) {
        self.outlet = Outlet::open(self.sending, self.conns_max + OVER);
        let mut events = Events::with_capacity(4_096);
        let mut newcomers = Newcomers::None;
        loop {
            let paused = self.breathe(clock);
            let now = clock.instant();
            let waited_for = newcomers == Newcomers::Now;
            let wait =
                self.door.deadline().map_or(Duration::from_secs(1), |at| at.saturating_duration_since(now));
            if let Err(error) = self.poll.poll(&mut events, Some(wait.min(newcomers.wait())))
                && error.kind() != ErrorKind::Interrupted
            {
                tracing::error!(%error, "edge.poll_failed");
            }
            let woken = clock.instant();
            // Looking without waiting is work too, and where the system holds a process up that has had its share.
            let looked_for = if waited_for { woken - now } else { Duration::ZERO };
            self.take_messages(clock);
            let mut looked = woken;
            for event in &events {
                let now = clock.instant();
                if now.saturating_duration_since(looked) > self.look_every() {
                    looked = now;
                    self.take_messages(clock);
                    self.breathe(clock);
                }
                match event.token() {
                    WAKE => {}
                    Token(id) if id >= DOORS => newcomers = Newcomers::Now,
                    Token(id) => {
                        if event.is_readable() {
                            self.read(id, clock);
                        }
                        if event.is_writable() {
                            self.send(id, clock);
                        }
                    }
                }
            }
            let mut came = 0;
            if newcomers != Newcomers::None {
                newcomers = self.accept(&mut came, clock);
            }
            self.door.handle(Input::Timeout, clock.instant());
            self.perform(clock);
            let now = clock.instant();
            let took = (now - woken + looked_for + paused).saturating_sub(self.meter.take_swept());
            let more = matches!(newcomers, Newcomers::Now | Newcomers::Soon);
            self.crush.turn(came, took, more, now);
            self.set_queue(now);
            if let Some(spent) = self.meter.worked(woken - paused, now) {
                self.measure(&spent, clock);
            }
        }
    }

    fn measure(&mut self, spent: &Spent, clock: Clock) {
        // Over as long as the time was: while many come, there were fewer before.
        self.counts.push_back(self.door.counted());
        if self.counts.len() > STEPS {
            self.counts.pop_front();
        }
        let sum = self.counts.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let many = self.counts.len() as f64;
        let counts = (sum.0 / many, sum.1 / many);
        let told = Measured {
            listeners: counts.0,
            writes: counts.1,
            swept: spent.share(spent.swept),
            swept_cpu: spent.share(spent.swept_cpu),
            cores: self.limits.cores,
            behind: spent.behind().max(self.door.passed_over()),
            bits_per_s: 8.0 * spent.bytes as f64 / spent.whole.as_secs_f64(),
            uplink_bits_per_s: self.uplink_bits_per_s,
            memory_left: self.limits.memory_left,
            descriptors: self.conns_max as f64,
            sealed: self.tls.is_some(),
        };
        self.idle = 1.0 - spent.share(spent.busy);
        self.look.every = (counts.0 as usize / LOOKS).max(1);
        self.door.handle(Input::Measured(told), clock.instant());
        self.show();
    }

    fn look_every(&self) -> Duration {
        if self.pace.is_held() { LOOK_EVERY_HELD } else { LOOK_EVERY }
    }

    /// Where more of a share of a core was used than there was time for, wait until it was, and sweep meanwhile. Gives
    /// how long that was.
    fn breathe(&mut self, clock: Clock) -> Duration {
        let begun = clock.instant();
        let until = begun + self.pace.pause(begun, process_time());
        let mut now = begun;
        while now < until {
            match self.inbox.recv_timeout(until - now) {
                Ok(message) => {
                    self.take(message, clock);
                    self.take_messages(clock);
                    self.show();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            now = clock.instant();
        }
        now - begun
    }

    fn take_messages(&mut self, clock: Clock) {
        let mut any = false;
        while let Ok(message) = self.inbox.try_recv() {
            any = true;
            self.take(message, clock);
        }
        if any {
            self.show();
        }
    }

    fn take(&mut self, message: ToDoor, clock: Clock) {
        match message {
            ToDoor::Part(hall, part) => {
                self.door.handle(Input::Part(&hall, &part), clock.instant());
                self.perform(clock);
            }
            ToDoor::Kept(hall, parts) => {
                self.door.handle(Input::Kept(&hall, &parts), clock.instant());
                self.perform(clock);
            }
            ToDoor::Limits(limits) => {
                self.crush.held_to(limits.cores);
                self.pace.held_to(limits.cores);
                self.asking_most = asking_most(limits.memory_left, self.tls.is_some());
                self.limits = limits;
            }
            ToDoor::Fleet(fleet) => self.door.handle(Input::Fleet(fleet), clock.instant()),
            ToDoor::Halls(halls) => {
                self.door.handle(Input::Halls(&halls), clock.instant());
                self.halls = halls;
            }
        }
    }

    fn show(&self) {
        let seen =
            |hall: &HallId| Seen { listeners: self.door.listeners(hall), newest: self.door.newest(hall) };
        let halls = self.halls.iter().map(|hall| (hall.clone(), seen(hall))).collect();
        let _ = self.view.send(Arc::new(View {
            halls,
            counts: self.door.counts().clone(),
            unanswered: self.listeners.iter().map(unanswered).sum(),
            headroom: self.door.headroom(),
            idle: self.idle,
            line: self.door.line(),
        }));
    }

    /// Let as many wait before the door as will be served soon.
    fn set_queue(&mut self, now: Instant) {
        let (told, at) = self.queue;
        let wanted = self.crush.queue();
        let near = wanted.abs_diff(told) * 5 < told;
        if near || at.is_some_and(|at| now < at + QUEUE_EVERY) {
            return;
        }
        self.queue = (wanted, Some(now));
        let each = i32::try_from(wanted.div_ceil(self.listeners.len())).unwrap_or(i32::MAX);
        for listener in &self.listeners {
            if let Err(error) = socket2::SockRef::from(listener).listen(each) {
                tracing::warn!(%error, "edge.queue_not_set");
            }
        }
    }

    /// A batch of newcomers; whether there may be more.
    fn accept(&mut self, came_in: &mut usize, clock: Clock) -> Newcomers {
        // Whoever comes plain has asked already.
        let counts = self.tls.is_some() && self.crush.is_crowded();
        let begun = if counts { self.door.begun(clock.instant() - BEGUN) } else { 0 };
        let room = self.crush.batch(begun);
        if room == 0 {
            return Newcomers::Soon;
        }
        // In turn from each queue: whoever waits in the last of them waits no longer than others.
        let mut empty = 0;
        while empty < self.listeners.len() {
            if *came_in >= room {
                return Newcomers::Now;
            }
            if self.door.asking() >= self.asking_most {
                self.door.hurry(clock.instant());
                return Newcomers::Later;
            }
            self.next_listener = (self.next_listener + 1) % self.listeners.len();
            match self.listeners[self.next_listener].accept() {
                Ok(came) => {
                    self.let_in(came, clock);
                    *came_in += 1;
                    empty = 0;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => empty += 1,
                // Gone before it was let in.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!(%error, "edge.newcomers_wait");
                    return Newcomers::Later;
                }
            }
        }
        Newcomers::None
    }

    fn let_in(&mut self, (mut stream, from): (mio::net::TcpStream, SocketAddr), clock: Clock) {
        let id = self.free.pop().unwrap_or_else(|| {
            self.conns.push(None);
            self.conns.len() - 1
        });
        let registered = self.poll.registry().register(&mut stream, Token(id), Interest::READABLE);
        match registered.and_then(|()| Sealed::host(stream, self.tls.as_ref())) {
            Ok(wire) => {
                self.conns[id] = Some(wire);
                self.door.handle(Input::Accepted(id), clock.instant());
                if let Some(prefix) = Prefix::of(from.ip()) {
                    self.door.handle(Input::From(id, prefix), clock.instant());
                    self.perform(clock);
                }
                self.read(id, clock);
            }
            Err(_) => self.free.push(id),
        }
    }

    fn read(&mut self, id: ConnId, clock: Clock) {
        let mut buffer = [0_u8; 4_096];
        for _ in 0..READS {
            let Some(Some(wire)) = self.conns.get_mut(id) else { return };
            match wire.read(&mut buffer) {
                Ok(0) => return self.close(id, clock),
                Ok(count) => {
                    self.door.handle(Input::Received(id, &buffer[..count]), clock.instant());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.close(id, clock),
            }
        }
        // There may be more, and the poll has told of it already: told anew, it comes with the next turn.
        let waits = self.door.is_blocked(id);
        self.register(id, waits);
    }

    /// Send what one connection is owed, until there is no more or the kernel takes no more.
    fn send(&mut self, id: ConnId, clock: Clock) {
        loop {
            let Some(Some(wire)) = self.conns.get_mut(id) else { return };
            let wrote = match self.door.owed(id) {
                Some(bytes) => wire.write(&bytes),
                None => wire.flush().map(|()| 0),
            };
            match wrote {
                Ok(0) => break,
                Ok(count) => {
                    self.meter.sent(count);
                    self.door.sent(id, count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return self.wait_for_room(id),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.close(id, clock),
            }
        }
        if self.door.block(id, false) {
            self.register(id, false);
        }
        if self.door.may_close(id) {
            self.close(id, clock);
        }
    }

    fn wait_for_room(&mut self, id: ConnId) {
        if !self.door.block(id, true) {
            self.register(id, true);
        }
    }

    fn register(&mut self, id: ConnId, for_room: bool) {
        let Some(Some(wire)) = self.conns.get_mut(id) else { return };
        let interest = if for_room { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
        if let Err(error) = self.poll.registry().reregister(&mut wire.stream, Token(id), interest) {
            tracing::error!(%error, "edge.poll_failed");
        }
    }

    fn perform(&mut self, clock: Clock) {
        while let Some(output) = self.door.poll() {
            match output {
                Output::Send(id) => self.send(id, clock),
                Output::Sweep(sweep) => {
                    let (begun, cpu) = (clock.instant(), cpu_time());
                    self.sweep(sweep, clock);
                    self.meter.swept(clock.instant() - begun, cpu_time().saturating_sub(cpu));
                }
                Output::Close(id, reason) => {
                    if reason == "slow" {
                        tracing::info!(reason, "edge.listener_let_go");
                    }
                    self.close(id, clock);
                }
            }
        }
    }

    fn close(&mut self, id: ConnId, clock: Clock) {
        if let Some(mut wire) = self.conns.get_mut(id).and_then(Option::take) {
            let _ = self.poll.registry().deregister(&mut wire.stream);
            self.outlet.release(id);
            wire.close();
            self.door.handle(Input::Gone(id), clock.instant());
            self.free.push(id);
        }
    }
}
