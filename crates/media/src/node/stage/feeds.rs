//! The finished parts of every hall, handed to edges that listen.

use std::collections::HashMap;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::feed::Window;
use crate::flow::{HallId, Part};
use crate::program::header;
use crate::units::PartNo;

/// An edge that is a whole window behind is let go; it comes back with `from`.
const EDGE_QUEUE: usize = 256;

/// An edge wants a hall's stream.
pub struct Listen {
    pub hall: HallId,
    pub from: Option<PartNo>,
    /// Where the bytes come out.
    pub stream: tokio::sync::oneshot::Sender<mpsc::Receiver<Bytes>>,
}

#[derive(Default)]
struct Feed {
    window: Window,
    kept: std::collections::BTreeMap<PartNo, Bytes>,
    edges: Vec<mpsc::Sender<Bytes>>,
}

pub async fn run(mut parts: mpsc::Receiver<(HallId, Part)>, mut listens: mpsc::Receiver<Listen>) {
    let mut feeds: HashMap<HallId, Feed> = HashMap::new();
    loop {
        tokio::select! {
            part = parts.recv() => {
                let Some((hall, part)) = part else { return };
                feeds.entry(hall).or_default().push(part);
            }
            listen = listens.recv() => {
                let Some(listen) = listen else { return };
                feeds.entry(listen.hall.clone()).or_default().join(listen);
            }
        }
    }
}

impl Feed {
    fn push(&mut self, part: Part) {
        if !self.window.push(&part) {
            return;
        }
        self.edges.retain(|edge| edge.try_send(part.bytes.clone()).is_ok());
        self.kept.insert(part.no, part.bytes);
        let oldest_kept = part.no.back(crate::feed::KEPT_PARTS - 1);
        self.kept = self.kept.split_off(&oldest_kept);
    }

    fn join(&mut self, listen: Listen) {
        let (edge, stream) = mpsc::channel(EDGE_QUEUE);
        let _ = edge.try_send(header());
        let from = listen.from.unwrap_or_default();
        for (_, bytes) in self.kept.range(from..) {
            let _ = edge.try_send(bytes.clone());
        }
        if listen.stream.send(stream).is_ok() {
            self.edges.push(edge);
        }
    }
}
