//! The thread that owns the speakers' port, UDP and TCP: datagrams in, datagrams out, nothing decided.

use std::collections::HashMap;
use std::io::IoSliceMut;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use serde_json::Value;
use str0m::net::Protocol;
use tokio::sync::mpsc;

use crate::flow::{HallId, HallState, LineId, LineReport, OnAir, Return, TalkTime};
use crate::node::clock::Clock;
use crate::node::start::CannotStart;
use crate::stage::whip::{Fragment, Match};
use crate::stage::{Input, LinePlace, Now, Offer, Output, Patch, Patched, Refusal, Stage, StageSettings};
use crate::units::WallMs;

use super::mixing::ToMix;
use super::relay::Relay;
use super::streams::Streams;
use super::tell;

const SOCKET: Token = Token(0);
const WAKE: Token = Token(1);
/// The last of its kind: those above are connections.
const STREAMS: Token = Token(2);
const QUEUE: usize = 8_192;
/// A second of 64 speakers' packets.
const SOCKET_BYTES: usize = 1 << 20;
/// Datagrams taken before other work gets a turn: a flood must not stop the return.
const BURST: usize = 64;

/// What others ask of the network thread.
pub enum ToNet {
    Offer { place: LinePlace, sdp: String, reply: Reply<(LineId, String)> },
    Patch { line: LineId, place: LinePlace, matching: Match, fragment: Fragment, reply: Reply<Patched> },
    Leave { line: LineId, place: LinePlace, reply: tokio::sync::oneshot::Sender<bool> },
    Return(Return),
    TalkTime { hall: HallId, told: TalkTime },
    OnAir(HallId, OnAir),
    Report { hall: HallId, lines: Vec<LineReport>, state: HallState, window_ms: i64, part_no: u64 },
}

pub type Reply<T> = tokio::sync::oneshot::Sender<Result<T, Refusal>>;

/// A handle that wakes the thread.
#[derive(Clone)]
pub struct NetHandle {
    queue: SyncSender<ToNet>,
    waker: Arc<Waker>,
}

impl NetHandle {
    /// False where the queue is full; what was sent is lost.
    pub fn send(&self, message: ToNet) -> bool {
        let sent = self.post(message);
        self.wake();
        sent
    }

    /// The same without waking the thread, where more is to come.
    pub fn post(&self, message: ToNet) -> bool {
        self.queue.try_send(message).is_ok()
    }

    pub fn wake(&self) {
        let _ = self.waker.wake();
    }
}

/// Where the thread reports to.
pub struct Desk {
    pub happen: mpsc::Sender<Value>,
    pub to_mix: SyncSender<ToMix>,
    pub relay: Relay,
    pub ids: LineIds,
    /// What the desk was last told of refusals.
    pub refused: u64,
}

/// Ids that no other stage of this machine gives, the newest the largest.
#[derive(Debug, Clone, Copy)]
pub struct LineIds(u64);

impl LineIds {
    /// Nodes are named `stage-1`, `stage-2`: their last letters differ.
    pub fn of(node: &str) -> Self {
        Self(u64::from(node.bytes().last().unwrap_or(0) % 16))
    }

    fn draw(self, at: WallMs, ticket: u64) -> LineId {
        LineId(at.0 as u64 * 1_024 + ticket % 64 * 16 + self.0)
    }
}

pub struct Network {
    socket: UdpSocket,
    state: UdpSocketState,
    streams: Streams,
    poll: Poll,
    inbox: Receiver<ToNet>,
    addresses: Vec<SocketAddr>,
    offers: Tickets<(LineId, String)>,
    patches: Tickets<Patched>,
}

impl Network {
    /// Open the port; `announce` stands in for the machine's own addresses where it is not empty.
    pub fn bind(udp: SocketAddr, announce: &[IpAddr]) -> Result<(Self, NetHandle), CannotStart> {
        let socket = UdpSocket::bind(udp)
            .map_err(|error| CannotStart(format!("UDP {udp} cannot be used: {error}")))?;
        let state = UdpSocketState::new((&socket).into())?;
        let _ = state.set_recv_buffer_size((&socket).into(), SOCKET_BYTES);
        let _ = state.set_send_buffer_size((&socket).into(), SOCKET_BYTES);
        let poll = Poll::new()?;
        poll.registry().register(&mut SourceFd(&socket.as_raw_fd()), SOCKET, Interest::READABLE)?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (queue, inbox) = sync_channel(QUEUE);
        let port = socket.local_addr()?.port();
        let streams = Streams::bind((udp.ip(), port).into(), poll.registry(), STREAMS)?;
        let addresses =
            local_addresses(udp.ip(), announce)?.into_iter().map(|ip| (ip, port).into()).collect();
        let (offers, patches) = (Tickets::default(), Tickets::default());
        let network = Self { socket, state, streams, poll, inbox, addresses, offers, patches };
        Ok((network, NetHandle { queue, waker }))
    }

    pub fn run(mut self, clock: Clock, mut desk: Desk) {
        let mut stage = Stage::new(StageSettings { addresses: self.addresses.clone() });
        let mut events = Events::with_capacity(256);
        loop {
            let due = stage.deadline().into_iter().chain(self.streams.deadline()).min();
            let wait = due.map_or(Duration::from_secs(1), |at| at.saturating_duration_since(clock.instant()));
            if let Err(error) = self.poll.poll(&mut events, Some(wait))
                && error.kind() != std::io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "stage.poll_failed");
            }
            for event in &events {
                self.streams.ready(event.token(), clock.instant());
            }
            loop {
                let more = self.receive(&mut stage, clock);
                self.receive_streams(&mut stage, clock);
                self.take_messages(&mut stage, clock, &mut desk);
                stage.handle(Input::Timeout, now(clock));
                self.perform(&mut stage, clock, &mut desk);
                if !more && !self.streams.busy() {
                    break;
                }
            }
        }
    }

    /// What came over TCP, a piece from each connection.
    fn receive_streams(&mut self, stage: &mut Stage, clock: Clock) {
        for (peer, local, bytes) in self.streams.turn(clock.instant()) {
            let way = (Protocol::Tcp, peer);
            let destination = self.destination(Some(local));
            stage.handle(Input::Datagram { way, destination, bytes: &bytes }, now(clock));
            if stage.knows(way) {
                self.streams.prove(peer, clock.instant());
            }
        }
    }

    /// A burst of datagrams; true if there may be more.
    fn receive(&self, stage: &mut Stage, clock: Clock) -> bool {
        let mut buffer = [0_u8; 65_536];
        for _ in 0..BURST {
            let mut meta = [RecvMeta::default()];
            let received =
                self.state.recv((&self.socket).into(), &mut [IoSliceMut::new(&mut buffer)], &mut meta);
            if received.is_err() {
                return false;
            }
            let RecvMeta { addr, len, stride, dst_ip, .. } = meta[0];
            let destination = self.destination(dst_ip);
            for bytes in buffer[..len].chunks(stride.max(1)) {
                let way = (Protocol::Udp, addr);
                stage.handle(Input::Datagram { way, destination, bytes }, now(clock));
            }
        }
        true
    }

    /// The address of ours that a datagram came to, as answers name it.
    fn destination(&self, ip: Option<IpAddr>) -> SocketAddr {
        let named = self.addresses.iter().find(|address| Some(address.ip()) == ip);
        *named.unwrap_or(&self.addresses[0])
    }

    fn take_messages(&mut self, stage: &mut Stage, clock: Clock, desk: &mut Desk) {
        while let Ok(message) = self.inbox.try_recv() {
            match message {
                ToNet::Offer { place, sdp, reply } => {
                    let ticket = self.offers.take(reply);
                    let line = desk.ids.draw(clock.wall(), ticket);
                    stage.handle(Input::Offer(Offer { ticket, line, place, sdp }), now(clock));
                }
                ToNet::Patch { line, place, matching, fragment, reply } => {
                    let ticket = self.patches.take(reply);
                    let patch = Patch { ticket, line, place, matching, fragment };
                    stage.handle(Input::Patch(patch), now(clock));
                }
                ToNet::Leave { line, place, reply } => {
                    let known =
                        stage.place(line).is_some_and(|own| own.hall == place.hall && own.who == place.who);
                    if known {
                        stage.handle(Input::Leave { line }, now(clock));
                    }
                    let _ = reply.send(known);
                }
                ToNet::Return(back) => stage.handle(Input::Return(back), now(clock)),
                ToNet::OnAir(hall, on_air) => stage.handle(Input::OnAir(hall, on_air), now(clock)),
                ToNet::TalkTime { hall, told } => tell::talk(desk, &hall, &told),
                ToNet::Report { hall, lines, state, window_ms, part_no } => {
                    tell::lines(desk, stage, &hall, &lines, part_no);
                    stage.handle(Input::Report { lines, state, window_ms }, now(clock));
                }
            }
        }
    }

    fn perform(&mut self, stage: &mut Stage, clock: Clock, desk: &mut Desk) {
        while let Some(output) = stage.poll() {
            match output {
                Output::Transmit(out) if out.proto == Protocol::Tcp => {
                    self.streams.post(out.destination, &out.contents, clock.instant());
                }
                Output::Transmit(out) => self.transmit(&out),
                Output::Forget((_, peer)) => self.streams.forget(peer, clock.instant()),
                Output::Answer { ticket, answer } => self.offers.give(ticket, answer),
                Output::Patched { ticket, patched } => self.patches.give(ticket, patched),
                Output::Up { line, place } => {
                    tracing::info!(%line, hall = %place.hall, seat = %place.who, "stage.line_up");
                    tell::line(desk, "line_up", line, &place, "");
                    desk.relay.up(line, place.who.clone());
                    let _ = desk.to_mix.try_send(ToMix::Up { hall: place.hall, line, who: place.who });
                }
                Output::Down { line, place, reason } => {
                    tracing::info!(%line, hall = %place.hall, seat = %place.who, reason, "stage.line_down");
                    tell::line(desk, "line_down", line, &place, reason);
                    desk.relay.down(line);
                    let _ = desk.to_mix.try_send(ToMix::Down { hall: place.hall, line });
                }
                Output::Talk(hall, talk) => {
                    desk.relay.pass_on(&hall, &talk);
                    let _ = desk.to_mix.try_send(ToMix::Talk { hall, talk });
                }
                Output::Asked { hall, line, ask } => {
                    desk.relay.ask(line, &ask);
                    let _ = desk.to_mix.try_send(ToMix::Asked { hall, line, ask });
                }
            }
        }
    }

    fn transmit(&self, out: &str0m::net::Transmit) {
        let own = self.addresses.contains(&out.source);
        let transmit = Transmit {
            destination: out.destination,
            ecn: None,
            contents: &out.contents,
            segment_size: None,
            src_ip: own.then(|| out.source.ip()).filter(|_| self.is_wildcard()),
        };
        let _ = self.state.try_send((&self.socket).into(), &transmit);
    }

    fn is_wildcard(&self) -> bool {
        self.socket.local_addr().is_ok_and(|address| address.ip().is_unspecified())
    }
}

fn now(clock: Clock) -> Now {
    let instant = clock.instant();
    Now { instant, media: clock.media_at(instant) }
}

fn local_addresses(bound: IpAddr, announce: &[IpAddr]) -> Result<Vec<IpAddr>, CannotStart> {
    if !announce.is_empty() {
        return Ok(announce.to_vec());
    }
    if !bound.is_unspecified() {
        return Ok(vec![bound]);
    }
    let mut found: Vec<IpAddr> = if_addrs::get_if_addrs()?
        .into_iter()
        .map(|interface| interface.ip())
        .filter(|ip| ip.is_ipv4() == bound.is_ipv4())
        .collect();
    // Loopback last: a browser elsewhere would only waste a check on it.
    found.sort_by_key(IpAddr::is_loopback);
    Ok(found)
}

/// Who waits for which answer.
struct Tickets<T> {
    next: u64,
    waiting: HashMap<u64, Reply<T>>,
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self { next: 0, waiting: HashMap::new() }
    }
}

impl<T> Tickets<T> {
    fn take(&mut self, reply: Reply<T>) -> u64 {
        self.next += 1;
        self.waiting.insert(self.next, reply);
        self.next
    }

    fn give(&mut self, ticket: u64, answer: Result<T, Refusal>) {
        if let Some(reply) = self.waiting.remove(&ticket) {
            let _ = reply.send(answer);
        }
    }
}
