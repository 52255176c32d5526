//! Listening to stages, or to edges that do, and packagers: one request per hall and source, resumed by number when it breaks. Which of several
//! stages is heard is the feed's to choose. What they kept before we came is handed on as one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::feed::{Choice, Input};
use crate::flow::{HallId, Part};
use crate::node::clock::Clock;
use crate::node::http::{Fault, pass_on};
use crate::program::{Grid, Splitter, StreamPiece};
use crate::rules::{HallOrder, Orders, Tokens};
use crate::units::WallMs;

use super::door::{DoorHandle, ToDoor};
use super::hls::Hls;

const AGAIN_FIRST: Duration = Duration::from_millis(50);
const AGAIN_LAST: Duration = Duration::from_millis(500);
/// A source that sends no part for this long is asked anew.
const SILENT: Duration = Duration::from_secs(2);

/// What was kept elsewhere comes at once; what comes so much later than the part before it is new.
const SETTLED: Duration = Duration::from_millis(60);

/// Where what comes is handed on: parts to the door, AAC to HLS.
#[derive(Clone)]
pub struct Sinks {
    pub clock: Clock,
    pub door: DoorHandle,
    pub hls: Rc<Hls>,
}

/// One hall's stages, of which one is heard.
struct Merge {
    hall: HallId,
    choice: RefCell<Choice>,
    /// What was kept elsewhere, as far as it came; none once it is handed on.
    kept: RefCell<Option<Vec<Part>>>,
    told: Notify,
    sinks: Sinks,
}

impl Merge {
    fn new(hall: HallId, sinks: Sinks) -> Rc<Self> {
        let kept = RefCell::new(Some(Vec::new()));
        let merge = Rc::new(Self { hall, choice: RefCell::default(), kept, told: Notify::new(), sinks });
        tokio::task::spawn_local(Self::wait(Rc::downgrade(&merge)));
        merge
    }

    fn tell(self: &Rc<Self>, input: Input) {
        let mut choice = self.choice.borrow_mut();
        let changes = choice.changes();
        choice.handle(input, self.sinks.clock.instant());
        while let Some(part) = choice.poll() {
            self.pass_on(part);
        }
        if choice.changes() > changes {
            tracing::info!(hall = %self.hall, source = choice.active(), "edge.source_changed");
        }
        self.told.notify_one();
    }

    fn pass_on(self: &Rc<Self>, part: Part) {
        match &mut *self.kept.borrow_mut() {
            None => {
                self.sinks.door.send(ToDoor::Part(self.hall.clone(), part));
            }
            Some(kept) => {
                if kept.is_empty() {
                    tokio::task::spawn_local(Self::settle(self.clone()));
                }
                kept.push(part);
            }
        }
    }

    /// Hand on what was kept elsewhere, once that is all.
    async fn settle(merge: Rc<Self>) {
        let mut count = 0;
        loop {
            tokio::time::sleep(SETTLED).await;
            let came = merge.kept.borrow().as_ref().map_or(0, Vec::len);
            if came == count {
                break;
            }
            count = came;
        }
        if let Some(kept) = merge.kept.borrow_mut().take() {
            merge.sinks.door.send(ToDoor::Kept(merge.hall.clone(), kept));
        }
    }

    /// Tell the choice the time when it wants to know, for as long as the hall is there.
    async fn wait(merge: std::rc::Weak<Self>) {
        while let Some(merge) = merge.upgrade() {
            let due = merge.choice.borrow().deadline();
            let now = merge.sinks.clock.instant();
            let wait = due.map_or(SILENT, |due| due.saturating_duration_since(now));
            if tokio::time::timeout(wait, merge.told.notified()).await.is_err() && due.is_some() {
                merge.tell(Input::Timeout);
            }
        }
    }
}

/// Who is listened to, for what.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Source {
    hall: HallId,
    address: String,
    stream: Stream,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Stream {
    Live,
    Aac,
}

impl Stream {
    fn path(self) -> &'static str {
        match self {
            Self::Live => "live.mp4",
            Self::Aac => "aac.mp4",
        }
    }

    fn grid(self) -> Grid {
        match self {
            Self::Live => Grid::Parts,
            Self::Aac => Grid::LlParts,
        }
    }
}

/// Keep one listener per hall and source, as the orders have it; `instead`: edges to listen to, not the stages.
pub async fn follow(mut orders: watch::Receiver<Arc<Orders>>, instead: Vec<String>, sinks: Sinks) {
    let mut running: HashMap<Source, JoinHandle<()>> = HashMap::new();
    let mut merges: HashMap<HallId, Rc<Merge>> = HashMap::new();
    loop {
        let wanted = wanted(&orders.borrow_and_update(), &instead);
        let live = halls(&wanted, Stream::Live);
        merges.retain(|hall, _| live.contains(hall));
        for hall in &live {
            let merge = merges.entry(hall.clone()).or_insert_with(|| Merge::new(hall.clone(), sinks.clone()));
            merge.tell(Input::Sources(addresses(&wanted, hall)));
        }
        sinks.door.send(ToDoor::Halls(live));
        sinks.hls.keep(&halls(&wanted, Stream::Aac));
        running.retain(|source, task| {
            let keep = wanted.contains(source);
            if !keep {
                task.abort();
            }
            keep
        });
        for source in wanted {
            let sink = match (source.stream, merges.get(&source.hall)) {
                (Stream::Live, Some(merge)) => Sink::Live(merge.clone()),
                _ => Sink::Aac(sinks.hls.clone()),
            };
            let orders = orders.clone();
            let begin = || tokio::task::spawn_local(listen(source.clone(), sink, orders));
            running.entry(source.clone()).or_insert_with(begin);
        }
        if orders.changed().await.is_err() {
            return;
        }
    }
}

fn addresses(wanted: &[Source], hall: &HallId) -> Vec<String> {
    let stages = wanted.iter().filter(|source| source.hall == *hall && source.stream == Stream::Live);
    stages.map(|source| source.address.clone()).collect()
}

fn halls(sources: &[Source], stream: Stream) -> Vec<HallId> {
    let of_stream = sources.iter().filter(|source| source.stream == stream);
    let mut halls: Vec<HallId> = of_stream.map(|source| source.hall.clone()).collect();
    halls.dedup();
    halls
}

fn wanted(orders: &Orders, instead: &[String]) -> Vec<Source> {
    orders.halls.iter().filter_map(|order| sources(order, instead)).flatten().collect()
}

fn sources(order: &HallOrder, instead: &[String]) -> Option<Vec<Source>> {
    let hall = HallId::parse(&order.hall)?;
    let made = |addresses: &[String], stream| {
        let source = |address: &String| Source { hall: hall.clone(), address: address.clone(), stream };
        addresses.iter().map(source).collect::<Vec<_>>()
    };
    let live = if instead.is_empty() || order.stages.is_empty() { &order.stages[..] } else { instead };
    Some([made(live, Stream::Live), made(&order.packagers, Stream::Aac)].concat())
}

async fn listen(source: Source, sink: Sink, orders: watch::Receiver<Arc<Orders>>) {
    let mut next: Option<u64> = None;
    let mut again = AGAIN_FIRST;
    loop {
        let before = next;
        let wanted = wanted_of(&source, next, &orders.borrow(), sink.wall());
        if let Err(error) = listen_once(&source, &sink, &wanted, &mut next).await {
            let (hall, address, stream) = (&source.hall, &source.address, source.stream.path());
            tracing::info!(%hall, source = %address, stream, %error, "edge.source_broke");
        }
        if let Sink::Live(merge) = &sink {
            merge.tell(Input::Broke(source.address.clone()));
        }
        again = if next == before { (again * 2).min(AGAIN_LAST) } else { AGAIN_FIRST };
        tokio::time::sleep(again).await;
    }
}

/// The address to ask: from the next part, or from the oldest that is kept. An edge gives that to those it knows.
fn wanted_of(source: &Source, next: Option<u64>, orders: &Orders, now: WallMs) -> String {
    let token = Tokens::of(orders).resume(&source.hall, now);
    let token = token.filter(|_| source.stream == Stream::Live);
    let token = token.map_or(String::new(), |token| format!("&resume={token}"));
    format!("/h/{}/{}?from={}{token}", source.hall, source.stream.path(), next.unwrap_or(0))
}

async fn listen_once(
    source: &Source,
    sink: &Sink,
    wanted: &str,
    next: &mut Option<u64>,
) -> Result<(), Fault> {
    let request = Request::get(wanted).header("Host", &source.address).body(Full::new(Bytes::new()))?;
    let response = pass_on(&source.address, None, request, SILENT).await?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status()).into());
    }
    let mut body = response.into_body();
    let mut splitter = Splitter::on(source.stream.grid());
    loop {
        let frame = tokio::time::timeout(SILENT, body.frame()).await?;
        let frame = frame.ok_or("the source ended")??;
        splitter.handle(frame.data_ref().map_or(&[], |bytes| &bytes[..]));
        while let Some(piece) = splitter.poll().map_err(|fault| fault.0)? {
            let came = sink.take(source, piece);
            *next = (*next).max(came.map(|no| no + 1));
        }
    }
}

/// Where one source's pieces go.
enum Sink {
    Live(Rc<Merge>),
    Aac(Rc<Hls>),
}

impl Sink {
    fn wall(&self) -> WallMs {
        match self {
            Self::Live(merge) => merge.sinks.clock.wall(),
            Self::Aac(_) => WallMs(0),
        }
    }

    /// Hand a piece on; gives its number where it has one.
    fn take(&self, source: &Source, piece: StreamPiece) -> Option<u64> {
        match (self, piece) {
            (Self::Live(merge), StreamPiece::Part(part)) => {
                let no = part.no.0;
                merge.tell(Input::Part(source.address.clone(), part));
                Some(no)
            }
            (Self::Aac(hls), StreamPiece::LlPart(part)) => {
                let no = part.no.0;
                hls.push(&source.hall, part);
                Some(no)
            }
            (Self::Aac(hls), StreamPiece::Header(init)) => {
                hls.begin(&source.hall, init);
                None
            }
            _ => None,
        }
    }
}
