//! The finished parts of every hall, handed to edges that listen, and those that were mended, to who asks.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::feed::Window;
use crate::flow::{HallId, Part};
use crate::program::header;
use crate::units::PartNo;

/// An edge that is a whole window behind is let go; it comes back with `from`.
const EDGE_QUEUE: usize = 256;
/// Mended parts are there for two minutes.
const MENDED_PARTS: u64 = 500;

/// What the thread that cuts has made of a hall.
pub enum Made {
    Part(Part),
    /// So many parts that lack something are still to be mended, or to stay as they are.
    Lacking(usize),
    /// A part that lacks less than the one that went out.
    Mended(Part),
}

/// An edge wants a hall's stream.
pub struct Listen {
    pub hall: HallId,
    pub from: Option<PartNo>,
    /// Where the bytes come out.
    pub stream: oneshot::Sender<mpsc::Receiver<Bytes>>,
}

/// Somebody wants the parts of a hall that were mended since this one.
pub struct AskMended {
    pub hall: HallId,
    pub from: PartNo,
    /// How many are still to be mended, and the parts, by number.
    pub answer: oneshot::Sender<(usize, Vec<Bytes>)>,
}

pub enum Asked {
    Listen(Listen),
    Mended(AskMended),
}

#[derive(Default)]
struct Feed {
    window: Window,
    kept: BTreeMap<PartNo, Bytes>,
    edges: Vec<mpsc::Sender<Bytes>>,
    lacking: usize,
    mended: BTreeMap<PartNo, Bytes>,
}

pub async fn run(mut made: mpsc::Receiver<(HallId, Made)>, mut asked: mpsc::Receiver<Asked>) {
    let mut feeds: HashMap<HallId, Feed> = HashMap::new();
    loop {
        tokio::select! {
            made = made.recv() => {
                let Some((hall, made)) = made else { return };
                feeds.entry(hall).or_default().take(made);
            }
            asked = asked.recv() => match asked {
                Some(Asked::Listen(listen)) => feeds.entry(listen.hall.clone()).or_default().join(listen),
                Some(Asked::Mended(asked)) => {
                    let told = feeds.get(&asked.hall).map_or((0, Vec::new()), |feed| feed.mended_since(asked.from));
                    let _ = asked.answer.send(told);
                }
                None => return,
            }
        }
    }
}

impl Feed {
    fn take(&mut self, made: Made) {
        match made {
            Made::Part(part) => self.push(part),
            Made::Lacking(parts) => self.lacking = parts,
            Made::Mended(part) => drop(self.mended.insert(part.no, part.bytes)),
        }
    }

    fn push(&mut self, part: Part) {
        if !self.window.push(&part) {
            return;
        }
        self.edges.retain(|edge| edge.try_send(part.bytes.clone()).is_ok());
        self.kept.insert(part.no, part.bytes);
        self.kept = self.kept.split_off(&part.no.back(crate::feed::KEPT_PARTS - 1));
        self.mended = self.mended.split_off(&part.no.back(MENDED_PARTS));
    }

    fn mended_since(&self, from: PartNo) -> (usize, Vec<Bytes>) {
        (self.lacking, self.mended.range(from..).map(|(_, bytes)| bytes.clone()).collect())
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
