//! What this edge says to the others every second, what they say, and what the doors may tell of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use crate::edge::{Beat, Fleet, FleetView};
use crate::node::clock::Clock;
use crate::node::link::Kin;
use crate::rules::{Orders, Tokens};

use super::door::{DoorHandle, ToDoor, View};
use super::limits::Limits;

const EVERY: Duration = Duration::from_secs(1);
/// Words of others that wait to be read: a fleet's for some seconds.
const QUEUE: usize = 4_096;

/// Where people find this edge, by name.
pub struct Own {
    pub node: String,
    pub page: String,
    pub stream: String,
    /// Others are told of it, and send people to it.
    pub named: bool,
}

pub struct Kinship {
    clock: Clock,
    own: Own,
    orders: watch::Receiver<Arc<Orders>>,
    view: watch::Receiver<Arc<View>>,
    door: DoorHandle,
    says: watch::Sender<Bytes>,
    heard: mpsc::Receiver<Bytes>,
    shown: watch::Sender<Arc<FleetView>>,
}

/// What the page port may know of it.
pub type Shown = watch::Receiver<Arc<FleetView>>;

impl Kinship {
    /// The line of the one, what the link carries, and what it comes to.
    pub fn open(
        (clock, own): (Clock, Own),
        orders: watch::Receiver<Arc<Orders>>,
        view: watch::Receiver<Arc<View>>,
        door: DoorHandle,
    ) -> (Self, Kin, Shown) {
        let (says, said) = watch::channel(Bytes::new());
        let (hears, heard) = mpsc::channel(QUEUE);
        let (shown, seen) = watch::channel(Arc::new(FleetView::default()));
        let kinship = Self { clock, own, orders, view, door, says, heard, shown };
        (kinship, Kin { says: said, heard: hears }, seen)
    }

    pub async fn run(mut self) {
        let mut fleet = Fleet::new(&self.own.node);
        let mut beat = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                said = self.heard.recv() => match said {
                    Some(said) => fleet.hear(&said, self.clock.instant()),
                    None => return,
                },
                changed = self.orders.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.show(&fleet);
                }
                _ = beat.tick() => {
                    self.door.send(ToDoor::Limits(Limits::read()));
                    self.say();
                    self.show(&fleet);
                }
            }
        }
    }

    fn say(&self) {
        if !self.own.named {
            return;
        }
        let view = self.view.borrow().clone();
        let halls = view.halls.iter().map(|(hall, seen)| (hall.as_str().to_owned(), seen.listeners));
        let beat = Beat {
            node: self.own.node.clone(),
            page: self.own.page.clone(),
            stream: self.own.stream.clone(),
            room: view.room(),
            halls: halls.collect::<BTreeMap<_, _>>(),
        };
        let _ = self.says.send(serde_json::to_vec(&beat).unwrap_or_default().into());
    }

    fn show(&self, fleet: &Fleet) {
        let view = Arc::new(FleetView {
            tokens: Tokens::of(&self.orders.borrow()),
            now: self.clock.wall(),
            stream: self.own.stream.clone(),
            places: fleet.places(&self.own.stream),
            lost: fleet.lost(),
            elsewhere: fleet.elsewhere(),
        });
        self.door.send(ToDoor::Fleet(view.clone()));
        let _ = self.shown.send(view);
    }
}
