//! Wires a stage: who talks to whom, through which bounded queue.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use serde::Deserialize;
use tokio::sync::{mpsc, watch};

use crate::node::clock::Clock;
use crate::node::link::{self, Nats, Who};
use crate::node::start::{CannotStart, stop_asked};
use crate::node::thread::{Urgency, spawn, vital};
use crate::rules::Turn;

use super::{doorway, feeds, mixing, network, relay, sounds, tally};

/// `spec/processes.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageOrder {
    node: String,
    data: PathBuf,
    nats: Nats,
    http: SocketAddr,
    udp: SocketAddr,
    #[serde(default)]
    announce: Vec<std::net::IpAddr>,
    /// The other stages of this machine, at their `http` address over UDP.
    #[serde(default)]
    peers: Vec<SocketAddr>,
    /// The file that holds the clock which all stages of this machine go by.
    #[serde(default)]
    clock: Option<PathBuf>,
    /// Relays for those who reach a stage by no other way.
    #[serde(default)]
    turn: Turn,
}

/// A second of packets from every line the stage can hold; past that, the newest give way.
const QUEUE: usize = 8_192;

pub fn run(order: StageOrder, clock: Clock) -> Result<(), CannotStart> {
    std::fs::create_dir_all(&order.data)
        .map_err(|error| CannotStart(format!("{} cannot be used: {error}", order.data.display())))?;
    let file = order.clock.unwrap_or_else(|| order.data.join("clock.json"));
    let (clock, _shared) = clock.shared(&file);
    let ids = network::LineIds::of(&order.node);
    let who = Who { node: order.node, role: "stage", data: order.data, nats: order.nats };
    let (orders_in, orders) = watch::channel(link::remembered(&who));
    let kept = who.data.join("sounds");
    let (shelf_in, shelf) = watch::channel(Arc::new(sounds::Shelf::open(&kept, &orders.borrow())));
    let (happen, happenings) = mpsc::channel(QUEUE);
    let (to_mix, mix_inbox) = sync_channel(QUEUE);
    let (to_cut, cut_inbox) = sync_channel(QUEUE);
    let (parts_in, parts) = mpsc::channel(QUEUE);
    let (ticks_in, ticks) = mpsc::channel(QUEUE);

    let relay = relay::Relay::bind(order.http, order.peers)?;
    let counts = relay.counts();
    relay.receive(clock, to_mix.clone())?;
    let (network, to_net) = network::Network::bind(order.udp, &order.announce)?;
    let mix = mixing::Mixing {
        clock,
        orders: orders.clone(),
        shelf,
        happen: happen.clone(),
        to_net: to_net.clone(),
        to_cut,
        ticks: ticks_in,
    };
    let desk = network::Desk { happen, to_mix, relay, ids, refused: 0 };
    spawn("net", Urgency::Packets, move || network.run(clock, desk))?;
    spawn("mix", Urgency::Tick, move || mix.run(&mix_inbox))?;
    spawn("cut", Urgency::Packets, move || mixing::cut(&cut_inbox, &parts_in))?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = tokio::net::TcpListener::bind(order.http)
            .await
            .map_err(|error| CannotStart(format!("{} cannot be used: {error}", order.http)))?;
        let (feed, feed_inbox) = mpsc::channel(64);
        vital("feeds", feeds::run(parts, feed_inbox));
        let tally = std::rc::Rc::new(std::cell::RefCell::new(tally::Tally::new(counts)));
        vital("tally", tally::run(ticks, tally.clone()));
        vital("link", link::run(who, clock, orders_in, happenings, None));
        vital("sounds", sounds::follow(kept, orders.clone(), shelf_in));
        let doorway = Arc::new(doorway::Doorway::new(clock, orders, to_net, feed, order.turn));
        let serving = crate::node::http::serve(listener, None, move |request| {
            let (doorway, tally) = (doorway.clone(), tally.clone());
            async move { doorway.answer(request, &tally).await }
        });
        tracing::info!(http = %order.http, udp = %order.udp, "stage.open");
        tokio::select! {
            () = serving => {}
            () = stop_asked() => {}
        }
        Ok(())
    })
}
