//! Listening to stages: one request per hall and source, resumed by number when it breaks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::flow::HallId;
use crate::node::http::{Fault, pass_on};
use crate::program::{Splitter, StreamPiece};
use crate::rules::Orders;
use crate::units::PartNo;

use super::door_loop::{DoorHandle, ToDoor};

const AGAIN_FIRST: Duration = Duration::from_millis(50);
const AGAIN_LAST: Duration = Duration::from_millis(500);
/// A source that sends no part for this long is asked anew.
const SILENT: Duration = Duration::from_secs(2);

/// Keep one listener per hall and source, as the orders have it.
pub async fn follow(mut orders: watch::Receiver<Arc<Orders>>, door: DoorHandle) {
    let mut running: HashMap<(HallId, String), JoinHandle<()>> = HashMap::new();
    loop {
        let wanted = wanted(&orders.borrow_and_update());
        let mut halls: Vec<HallId> = wanted.iter().map(|(hall, _)| hall.clone()).collect();
        halls.dedup();
        door.send(ToDoor::Halls(halls));
        running.retain(|source, task| {
            let keep = wanted.contains(source);
            if !keep {
                task.abort();
            }
            keep
        });
        for source in wanted {
            let door = door.clone();
            running.entry(source.clone()).or_insert_with(|| {
                tokio::task::spawn_local(listen(source.0, source.1, door))
            });
        }
        if orders.changed().await.is_err() {
            return;
        }
    }
}

fn wanted(orders: &Orders) -> Vec<(HallId, String)> {
    let sources = |hall: &crate::rules::HallOrder| {
        let id = HallId::parse(&hall.hall)?;
        Some(hall.stages.iter().map(move |stage| (id.clone(), stage.clone())).collect::<Vec<_>>())
    };
    orders.halls.iter().filter_map(sources).flatten().collect()
}

async fn listen(hall: HallId, source: String, door: DoorHandle) {
    let mut last: Option<PartNo> = None;
    let mut again = AGAIN_FIRST;
    loop {
        let before = last;
        if let Err(error) = listen_once(&hall, &source, &door, &mut last).await {
            tracing::info!(%hall, %source, %error, "edge.source_broke");
        }
        again = if last == before { (again * 2).min(AGAIN_LAST) } else { AGAIN_FIRST };
        tokio::time::sleep(again).await;
    }
}

async fn listen_once(
    hall: &HallId,
    source: &str,
    door: &DoorHandle,
    last: &mut Option<PartNo>,
) -> Result<(), Fault> {
    let from = last.map_or(String::new(), |last| format!("?from={}", last.next().0));
    let request = Request::get(format!("/h/{hall}/live.mp4{from}"))
        .header("Host", source)
        .body(Full::new(Bytes::new()))?;
    let response = pass_on(source, request, SILENT).await?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status()).into());
    }
    let mut body = response.into_body();
    let mut splitter = Splitter::default();
    loop {
        let frame = tokio::time::timeout(SILENT, body.frame()).await?;
        let frame = frame.ok_or("the source ended")??;
        splitter.handle(frame.data_ref().map_or(&[], |bytes| &bytes[..]));
        while let Some(piece) = splitter.poll().map_err(|fault| fault.0)? {
            if let StreamPiece::Part(part) = piece {
                *last = (*last).max(Some(part.no));
                door.send(ToDoor::Part(hall.clone(), part));
            }
        }
    }
}
