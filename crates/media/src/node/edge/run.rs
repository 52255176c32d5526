//! Wires an edge.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use socket2::{Domain, Type};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::edge::Cadence;
use crate::node::clock::Clock;
use crate::node::link::{self, Nats, Who};
use crate::node::start::{CannotStart, stop_asked};
use crate::node::thread::{Urgency, spawn, vital};
use crate::node::tls::{Certificate, TlsOrder};

use super::door::{DoorLoop, DoorOrder, Sending, View};
use super::{fleet, hls, page, pages, plain, upstream};

/// Who waits to be let in at the page port.
const BACKLOG: i32 = 1_024;

/// `spec/processes.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeOrder {
    node: String,
    data: PathBuf,
    nats: Nats,
    page: SocketAddr,
    stream: SocketAddr,
    /// Other edges of this machine have the same ports.
    #[serde(default)]
    shared: bool,
    pages: PathBuf,
    /// The origin that people see, as `https://hall.example.org`.
    public: String,
    /// Where people's players find streams, if that is not the page's host at the stream port.
    #[serde(default)]
    stream_origin: Option<String>,
    #[serde(default)]
    tls: Option<TlsOrder>,
    #[serde(default)]
    plain: Option<PlainOrder>,
    /// Edges to listen to instead of the stages that orders name.
    #[serde(default)]
    upstream: Vec<String>,
    /// Parts to a write: 1, 4 or 20.
    #[serde(default)]
    cadence: Cadence,
    #[serde(default)]
    sending: Sending,
    /// What the line carries for this process; left out: not known.
    #[serde(default)]
    uplink_mbit_per_s: Option<f64>,
    /// The origin at which a CDN or a cache serves HLS; left out: it is ours.
    #[serde(default)]
    overflow: Option<String>,
    /// An origin for caches: no page, no edge and no answer names it.
    #[serde(default)]
    unnamed: bool,
}

/// The port without TLS.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainOrder {
    address: SocketAddr,
    /// The folder that holds the proofs an authority asks for, by token.
    challenges: PathBuf,
}

pub fn run(order: EdgeOrder, clock: Clock) -> Result<(), CannotStart> {
    std::fs::create_dir_all(&order.data)
        .map_err(|error| CannotStart(format!("{} cannot be used: {error}", order.data.display())))?;
    let pages = pages::Pages::load(&order.pages)?;
    let who = Who { node: order.node, role: "edge", data: order.data, nats: order.nats };
    let (orders_in, orders) = watch::channel(link::remembered(&who));
    let (happen, happenings) = mpsc::channel(1_024);
    let certificate = order.tls.map(Certificate::load).transpose()?;
    let sealed = |protocols: &[&[u8]]| certificate.as_ref().map(|it| it.config(protocols)).transpose();
    let (stream_tls, page_tls) = (sealed(&[b"http/1.1"])?, sealed(&[b"h2", b"http/1.1"])?);
    let (door, to_door, view) = DoorLoop::bind(DoorOrder {
        address: order.stream,
        tls: stream_tls,
        cadence: order.cadence,
        sending: order.sending,
        uplink_bits_per_s: order.uplink_mbit_per_s.map(|mbit| mbit * 1e6),
    })?;
    spawn("door", Urgency::Sweep, move || door.run(clock))?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = page_port(order.page, order.shared)?;
        if let Some(told) = order.plain {
            let door = plain::Plain { challenges: told.challenges, public: order.public.clone() };
            vital("plain", serve_plain(page_port(told.address, false)?, door));
        }
        let hls = Rc::new(hls::Hls::new(clock, orders.clone()));
        let sinks = upstream::Sinks { clock, door: to_door, hls: hls.clone() };
        let closing = hls.clone();
        let place = page::Place {
            stream_port: order.stream.port(),
            buffer_ms: order.cadence.buffer_ms(),
            stream_origin: order.stream_origin,
            overflow: order.overflow,
            secure: order.public.starts_with("https://"),
        };
        let own = own(&who.node, &order.public, &place, !order.unnamed);
        let (kinship, kin, seen) =
            fleet::Kinship::open((clock, own), orders.clone(), view.clone(), sinks.door.clone());
        vital("fleet", kinship.run());
        vital("link", link::run(who, clock, orders_in, happenings, Some(kin)));
        vital("upstream", upstream::follow(orders.clone(), order.upstream, sinks));
        vital("hls", async move { closing.close_ended().await });
        vital("count", count(view.clone(), happen));
        let front = Rc::new(page::Front { clock, orders, view, hls, pages, fleet: seen, place });
        if let Some(certificate) = certificate {
            vital("certificate", certificate.follow());
        }
        let serving = crate::node::http::serve(listener, page_tls, move |request| {
            let front = front.clone();
            async move { front.answer(request).await }
        });
        tracing::info!(page = %order.page, stream = %order.stream, "edge.open");
        tokio::select! {
            () = serving => {}
            () = stop_asked() => {}
        }
        Ok(())
    })
}

fn own(node: &str, public: &str, place: &page::Place, named: bool) -> fleet::Own {
    let stream = place.streams(host_in(public));
    fleet::Own { node: node.to_owned(), page: public.to_owned(), stream, named }
}

/// The host of an origin, without its port.
fn host_in(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name)
}

fn page_port(address: SocketAddr, shared: bool) -> Result<TcpListener, CannotStart> {
    let taken = |error: std::io::Error| CannotStart(format!("{address} cannot be used: {error}"));
    let bind = || {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM.nonblocking(), None)?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(shared)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    bind().map_err(taken)
}

async fn serve_plain(listener: TcpListener, door: plain::Plain) {
    let door = Rc::new(door);
    let answered = move |request| {
        let door = door.clone();
        async move { door.answer(request).await }
    };
    crate::node::http::serve(listener, None, answered).await;
}

/// Tell the desk every second who listens.
async fn count(view: watch::Receiver<Arc<View>>, happen: mpsc::Sender<serde_json::Value>) {
    let mut beat = tokio::time::interval(std::time::Duration::from_secs(1));
    loop {
        beat.tick().await;
        let view = view.borrow().clone();
        for (hall, seen) in &view.halls {
            let _ = happen.try_send(json!({
                "kind": "audience", "hall": hall.as_str(), "listeners": seen.listeners,
                "joined": view.counts.joined, "left": view.counts.left, "let_go": view.counts.let_go,
            }));
        }
        let free: serde_json::Map<_, _> =
            view.headroom.iter().map(|(of, free)| ((*of).to_owned(), json!(free))).collect();
        let _ = happen.try_send(json!({"kind": "headroom", "free": free, "waiting": view.line.waiting}));
        for (code, count) in &view.counts.refused {
            let _ = happen.try_send(json!({"kind": "refused", "code": code, "count": count}));
        }
    }
}
