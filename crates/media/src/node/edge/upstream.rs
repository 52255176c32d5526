//! Listening to stages and packagers: one request per hall and source, resumed by number when it breaks.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::flow::HallId;
use crate::node::http::{Fault, pass_on};
use crate::program::{Grid, Splitter, StreamPiece};
use crate::rules::{HallOrder, Orders};

use super::door_loop::{DoorHandle, ToDoor};
use super::hls::Hls;

const AGAIN_FIRST: Duration = Duration::from_millis(50);
const AGAIN_LAST: Duration = Duration::from_millis(500);
/// A source that sends no part for this long is asked anew.
const SILENT: Duration = Duration::from_secs(2);

/// Where what comes is handed on: parts to the door, AAC to HLS.
#[derive(Clone)]
pub struct Sinks {
    pub door: DoorHandle,
    pub hls: Rc<Hls>,
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

/// Keep one listener per hall and source, as the orders have it.
pub async fn follow(mut orders: watch::Receiver<Arc<Orders>>, sinks: Sinks) {
    let mut running: HashMap<Source, JoinHandle<()>> = HashMap::new();
    loop {
        let wanted = wanted(&orders.borrow_and_update());
        sinks.door.send(ToDoor::Halls(halls(&wanted, Stream::Live)));
        sinks.hls.keep(&halls(&wanted, Stream::Aac));
        running.retain(|source, task| {
            let keep = wanted.contains(source);
            if !keep {
                task.abort();
            }
            keep
        });
        for source in wanted {
            let sinks = sinks.clone();
            running
                .entry(source.clone())
                .or_insert_with(|| tokio::task::spawn_local(listen(source, sinks)));
        }
        if orders.changed().await.is_err() {
            return;
        }
    }
}

fn halls(sources: &[Source], stream: Stream) -> Vec<HallId> {
    let of_stream = sources.iter().filter(|source| source.stream == stream);
    let mut halls: Vec<HallId> = of_stream.map(|source| source.hall.clone()).collect();
    halls.dedup();
    halls
}

fn wanted(orders: &Orders) -> Vec<Source> {
    orders.halls.iter().filter_map(sources).flatten().collect()
}

fn sources(order: &HallOrder) -> Option<Vec<Source>> {
    let hall = HallId::parse(&order.hall)?;
    let made = |addresses: &[String], stream| {
        let source = |address: &String| Source { hall: hall.clone(), address: address.clone(), stream };
        addresses.iter().map(source).collect::<Vec<_>>()
    };
    Some([made(&order.stages, Stream::Live), made(&order.packagers, Stream::Aac)].concat())
}

async fn listen(source: Source, sinks: Sinks) {
    let mut next: Option<u64> = None;
    let mut again = AGAIN_FIRST;
    loop {
        let before = next;
        if let Err(error) = listen_once(&source, &sinks, &mut next).await {
            let (hall, address, stream) = (&source.hall, &source.address, source.stream.path());
            tracing::info!(%hall, source = %address, stream, %error, "edge.source_broke");
        }
        again = if next == before { (again * 2).min(AGAIN_LAST) } else { AGAIN_FIRST };
        tokio::time::sleep(again).await;
    }
}

async fn listen_once(source: &Source, sinks: &Sinks, next: &mut Option<u64>) -> Result<(), Fault> {
    let from = next.map_or(String::new(), |next| format!("?from={next}"));
    let request = Request::get(format!("/h/{}/{}{from}", source.hall, source.stream.path()))
        .header("Host", &source.address)
        .body(Full::new(Bytes::new()))?;
    let response = pass_on(&source.address, request, SILENT).await?;
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
            let came = sinks.take(&source.hall, source.stream, piece);
            *next = (*next).max(came.map(|no| no + 1));
        }
    }
}

impl Sinks {
    /// Hand a piece on; gives its number where it has one.
    fn take(&self, hall: &HallId, stream: Stream, piece: StreamPiece) -> Option<u64> {
        match piece {
            StreamPiece::Part(part) => {
                let no = part.no.0;
                self.door.send(ToDoor::Part(hall.clone(), part));
                Some(no)
            }
            StreamPiece::LlPart(part) => {
                let no = part.no.0;
                self.hls.push(hall, part);
                Some(no)
            }
            StreamPiece::Header(init) => {
                if stream == Stream::Aac {
                    self.hls.begin(hall, init);
                }
                None
            }
            StreamPiece::Note(_) => None,
        }
    }
}
