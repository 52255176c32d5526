//! The line to the desk: orders in, happenings out, over NATS; and the last orders on disk.
//!
//! Everything here may be gone at any time without anyone hearing it.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::rules::{DeskClock, Orders};
use crate::units::{SampleCount, WallMs};

use super::clock::Clock;

/// Orders come every two seconds; after this long without any, ask again.
const ASK_AFTER: Duration = Duration::from_secs(5);
const BEAT: Duration = Duration::from_secs(1);
/// Happenings kept while nobody takes them; the oldest give way.
const KEPT_MAX: usize = 1_000;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    pub url: String,
    #[serde(default)]
    pub token: Option<String>,
}

/// Who this node is to the desk.
#[derive(Debug, Clone)]
pub struct Who {
    pub node: String,
    pub role: &'static str,
    pub data: PathBuf,
    pub nats: Nats,
}

/// The last orders, from disk if there are any.
pub fn remembered(who: &Who) -> Arc<Orders> {
    let bytes = std::fs::read(who.data.join("orders.json")).unwrap_or_default();
    Arc::new(Orders::parse(&bytes).unwrap_or_default())
}

/// There may be secrets in them: for the owner's eyes only.
fn remember(who: &Who, orders: &Orders) -> std::io::Result<()> {
    let path = who.data.join("orders.json");
    let fresh = path.with_extension("fresh");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(&serde_json::to_vec(orders)?)?;
    std::fs::rename(fresh, path)
}

/// The line between edges: what this one says every second, and where what all say goes, its own words too.
pub struct Kin {
    pub says: watch::Receiver<Bytes>,
    pub heard: mpsc::Sender<Bytes>,
}

/// Keep the link up until the process ends; `kin`: for edges.
pub async fn run(
    who: Who,
    clock: Clock,
    orders: watch::Sender<Arc<Orders>>,
    mut happenings: mpsc::Receiver<Value>,
    kin: Option<Kin>,
) {
    let mut mouth = Mouth::new(&who, clock);
    let mut desk_clock = DeskClock::default();
    let (client, mut told, mut said) = connect(&who, kin.is_some()).await;
    let mut beat = tokio::time::interval(BEAT);
    let mut asked_last = clock.instant() - ASK_AFTER;
    loop {
        tokio::select! {
            message = told.next() => {
                if let Some(mut new) = message.and_then(|message| Orders::parse(&message.payload)) {
                    asked_last = clock.instant();
                    // By media time, which the sound goes by: no wall clock that is set moves it.
                    let now = WallMs(SampleCount(clock.media().0).ms());
                    desk_clock.settle(&mut new, &orders.borrow(), now);
                    take_orders(&who, &orders, new);
                }
            }
            message = next_of(&mut said) => {
                if let (Some(kin), Some(message)) = (&kin, message) {
                    let _ = kin.heard.try_send(message.payload);
                }
            }
            happening = happenings.recv() => {
                let Some(happening) = happening else { return };
                mouth.keep(happening);
            }
            _ = beat.tick() => {
                if client.connection_state() != async_nats::connection::State::Connected {
                    continue;
                }
                if clock.instant() - asked_last >= ASK_AFTER {
                    asked_last = clock.instant();
                    let _ = client.publish(format!("hustings.hello.{}", who.node), mouth.hello()).await;
                }
                let _ = client.publish(format!("hustings.happenings.{}", who.node), mouth.batch(clock)).await;
                // Whoever is not to be named says nothing.
                let says = kin.as_ref().map(|kin| kin.says.borrow().clone()).filter(|says| !says.is_empty());
                if let Some(says) = says {
                    let _ = client.publish(format!("hustings.fleet.{}", who.node), says).await;
                }
            }
        }
    }
}

async fn next_of(said: &mut Option<Subscriber>) -> Option<async_nats::Message> {
    match said {
        Some(said) => said.next().await,
        None => std::future::pending().await,
    }
}

async fn connect(who: &Who, kin: bool) -> (async_nats::Client, Subscriber, Option<Subscriber>) {
    let mut options = async_nats::ConnectOptions::new()
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(|tries| Duration::from_millis(100 * (tries as u64).min(10)))
        .event_callback(|event| async move { tracing::debug!(%event, "node.link") });
    if let Some(token) = &who.nats.token {
        options = options.token(token.clone());
    }
    loop {
        let made = async {
            let client = options.clone().connect(&who.nats.url).await.map_err(|error| error.to_string())?;
            let subject = format!("hustings.orders.{}", who.node);
            let told = client.subscribe(subject).await.map_err(|error| error.to_string())?;
            let said = match kin {
                true => Some(client.subscribe("hustings.fleet.*").await.map_err(|error| error.to_string())?),
                false => None,
            };
            Ok::<_, String>((client, told, said))
        };
        match made.await {
            Ok(link) => return link,
            Err(error) => tracing::warn!(%error, "node.link_refused"),
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// What a node says of itself (`spec/node.md`).
struct Mouth {
    node: String,
    role: &'static str,
    boot: String,
    kept: VecDeque<Value>,
    seq: u64,
}

impl Mouth {
    fn new(who: &Who, clock: Clock) -> Self {
        let boot = format!("{:x}", clock.wall().0);
        Self { node: who.node.clone(), role: who.role, boot, kept: VecDeque::new(), seq: 0 }
    }

    fn keep(&mut self, happening: Value) {
        if self.kept.len() >= KEPT_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back(happening);
    }

    fn hello(&self) -> Bytes {
        json!({"node": self.node, "role": self.role, "version": env!("CARGO_PKG_VERSION")}).to_string().into()
    }

    fn batch(&mut self, clock: Clock) -> Bytes {
        self.seq += 1;
        json!({"v": 1, "node": self.node, "role": self.role, "boot": self.boot, "seq": self.seq,
            "at_ms": clock.wall().0, "happenings": std::mem::take(&mut self.kept)})
        .to_string()
        .into()
    }
}

fn take_orders(who: &Who, orders: &watch::Sender<Arc<Orders>>, new: Orders) {
    if **orders.borrow() == new {
        return;
    }
    if let Err(error) = remember(who, &new) {
        tracing::warn!(%error, "node.orders_not_remembered");
    }
    tracing::info!(revision = new.revision, halls = new.halls.len(), "node.orders");
    let _ = orders.send(Arc::new(new));
}
