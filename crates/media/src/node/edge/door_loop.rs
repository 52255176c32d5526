//! The thread that owns the stream port: accepts, reads heads, sends what the door owes.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use rustls::ServerConfig;
use tokio::sync::watch;

use crate::edge::{ConnId, Door, DoorCounts, Input, Output};
use crate::flow::{HallId, Part};
use crate::node::clock::Clock;
use crate::node::sealed::Sealed;
use crate::node::start::CannotStart;
use crate::program::header;
use crate::units::PartNo;

const LISTENER: Token = Token(usize::MAX);
const WAKE: Token = Token(usize::MAX - 1);
/// Half a minute of one hall; upstreams wait when it is full.
const QUEUE: usize = 256;
/// Newcomers per turn: those inside come first.
const ACCEPTS: usize = 256;
/// Kernel memory for one listener's unsent sound: some seconds.
const SEND_BUFFER_BYTES: usize = 32 * 1024;

pub enum ToDoor {
    Part(HallId, Part),
    Halls(Vec<HallId>),
}

/// What the page port may know of the stream port.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub halls: HashMap<HallId, Seen>,
    pub counts: DoorCounts,
}

#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub listeners: usize,
    pub newest: Option<PartNo>,
}

#[derive(Clone)]
pub struct DoorHandle {
    queue: SyncSender<ToDoor>,
    waker: Arc<Waker>,
}

impl DoorHandle {
    /// Hand something to the door; false where it is full.
    pub fn send(&self, message: ToDoor) -> bool {
        let sent = self.queue.try_send(message).is_ok();
        let _ = self.waker.wake();
        sent
    }
}

pub struct DoorLoop {
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    poll: Poll,
    inbox: Receiver<ToDoor>,
    view: watch::Sender<Arc<View>>,
    door: Door,
    conns: Vec<Option<Sealed>>,
    free: Vec<ConnId>,
    closing: Vec<ConnId>,
    halls: Vec<HallId>,
}

impl DoorLoop {
    pub fn bind(
        stream: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
    ) -> Result<(Self, DoorHandle, watch::Receiver<Arc<View>>), CannotStart> {
        let taken = |error| CannotStart(format!("{stream} cannot be used: {error}"));
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(stream),
            socket2::Type::STREAM.nonblocking(),
            None,
        )?;
        socket.set_reuse_address(true)?;
        socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
        socket.bind(&stream.into()).map_err(taken)?;
        socket.listen(4_096).map_err(taken)?;
        let mut listener = TcpListener::from_std(socket.into());
        let poll = Poll::new()?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (queue, inbox) = sync_channel(QUEUE);
        let (view, seen) = watch::channel(Arc::new(View::default()));
        let door = DoorLoop {
            listener,
            tls,
            poll,
            inbox,
            view,
            door: Door::new(&header()),
            conns: Vec::new(),
            free: Vec::new(),
            closing: Vec::new(),
            halls: Vec::new(),
        };
        Ok((door, DoorHandle { queue, waker }, seen))
    }

    pub fn run(mut self, clock: Clock) {
        let mut events = Events::with_capacity(4_096);
        let mut newcomers = false;
        loop {
            let now = clock.instant();
            let wait =
                self.door.deadline().map_or(Duration::from_secs(1), |at| at.saturating_duration_since(now));
            let wait = if newcomers { Duration::ZERO } else { wait };
            if let Err(error) = self.poll.poll(&mut events, Some(wait))
                && error.kind() != ErrorKind::Interrupted
            {
                tracing::error!(%error, "edge.poll_failed");
            }
            self.take_messages(clock);
            for event in &events {
                match event.token() {
                    LISTENER => newcomers = true,
                    WAKE => {}
                    Token(id) if event.is_readable() => self.read(id, clock),
                    Token(id) => self.send(id, clock),
                }
                if event.is_writable() && event.token().0 < self.conns.len() {
                    self.send(event.token().0, clock);
                }
            }
            if newcomers {
                newcomers = self.accept(clock);
            }
            self.door.handle(Input::Timeout, clock.instant());
            self.perform(clock);
        }
    }

    fn take_messages(&mut self, clock: Clock) {
        let mut any = false;
        while let Ok(message) = self.inbox.try_recv() {
            any = true;
            match message {
                ToDoor::Part(hall, part) => {
                    self.door.handle(Input::Part(&hall, &part), clock.instant());
                    self.perform(clock);
                }
                ToDoor::Halls(halls) => {
                    self.door.handle(Input::Halls(&halls), clock.instant());
                    self.halls = halls;
                }
            }
        }
        if any {
            self.show();
        }
    }

    fn show(&self) {
        let seen =
            |hall: &HallId| Seen { listeners: self.door.listeners(hall), newest: self.door.newest(hall) };
        let halls = self.halls.iter().map(|hall| (hall.clone(), seen(hall))).collect();
        let _ = self.view.send(Arc::new(View { halls, counts: self.door.counts().clone() }));
    }

    /// A batch of newcomers; true if there may be more.
    fn accept(&mut self, clock: Clock) -> bool {
        for _ in 0..ACCEPTS {
            let Ok((mut stream, _)) = self.listener.accept() else { return false };
            let _ = stream.set_nodelay(true);
            let id = self.free.pop().unwrap_or_else(|| {
                self.conns.push(None);
                self.conns.len() - 1
            });
            let interest = Interest::READABLE | Interest::WRITABLE;
            if self.poll.registry().register(&mut stream, Token(id), interest).is_err() {
                self.free.push(id);
                continue;
            }
            let Ok(wire) = Sealed::host(stream, self.tls.as_ref()) else {
                self.free.push(id);
                continue;
            };
            self.conns[id] = Some(wire);
            self.door.handle(Input::Accepted(id), clock.instant());
            self.read(id, clock);
        }
        true
    }

    fn read(&mut self, id: ConnId, clock: Clock) {
        let mut buffer = [0_u8; 4_096];
        loop {
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
    }

    fn send(&mut self, id: ConnId, clock: Clock) {
        loop {
            let Some(Some(wire)) = self.conns.get_mut(id) else { return };
            let wrote = match self.door.owed(id) {
                Some(bytes) => wire.write(&bytes),
                None => wire.flush().map(|()| 0),
            };
            match wrote {
                Ok(0) => break,
                Ok(count) => self.door.sent(id, count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.close(id, clock),
            }
        }
        if self.closing.contains(&id) && self.door.may_close(id) {
            self.close(id, clock);
        }
    }

    fn perform(&mut self, clock: Clock) {
        while let Some(output) = self.door.poll() {
            match output {
                Output::Send(id) => self.send(id, clock),
                Output::Close(id, reason) => {
                    if reason == "slow" {
                        tracing::info!(reason, "edge.listener_let_go");
                    }
                    self.closing.push(id);
                    if self.door.may_close(id) || matches!(reason, "slow_head" | "hall_gone") {
                        self.close(id, clock);
                    }
                }
            }
        }
    }

    fn close(&mut self, id: ConnId, clock: Clock) {
        if let Some(mut wire) = self.conns.get_mut(id).and_then(Option::take) {
            let _ = self.poll.registry().deregister(&mut wire.stream);
            wire.close();
            self.closing.retain(|closing| *closing != id);
            self.door.handle(Input::Gone(id), clock.instant());
            self.free.push(id);
        }
    }
}
