//! Wires a crowd and prints a line every second (`spec/processes.md`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::node::clock::Clock;
use crate::node::start::{CannotStart, stop_asked};
use crate::node::thread::{Urgency, spawn};

use super::board::{Board, Seated};
use super::ears::{self, ListenersOrder};
use super::mouths::{self, SpeakerOrder};
use super::sound;
use super::visitors::{Visitors, VisitorsOrder};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrowdOrder {
    #[serde(default)]
    seconds: Option<f64>,
    #[serde(default)]
    speakers: Vec<SpeakerOrder>,
    #[serde(default)]
    listeners: Option<ListenersOrder>,
    #[serde(default)]
    visitors: Option<VisitorsOrder>,
}

pub fn run(order: CrowdOrder, clock: Clock) -> Result<(), CannotStart> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut sounds = Vec::new();
    for speaker in &order.speakers {
        sounds.push(sound::load(&speaker.file)?);
    }
    let period = sounds.iter().map(Vec::len).max().unwrap_or(0);
    let started = clock.instant();
    let (tell, told) = channel();
    let mut threads = Vec::new();
    for (n, (speaker, pcm)) in order.speakers.into_iter().zip(sounds).enumerate() {
        let pcm: Arc<[f32]> = sound::looped(pcm, period, speaker.loops()).into();
        for (k, order) in speaker.connections().into_iter().enumerate() {
            let (tell, stop) = (tell.clone(), stop.clone());
            let speaker = mouths::Speaker { seated: (n, k), order, pcm: pcm.clone(), started, clock };
            threads.push(spawn("mouth", Urgency::Packets, move || speaker.run(&tell, &stop))?);
        }
    }
    let ears = order.listeners.map(|listeners| ears::Ears::open(listeners, clock)).transpose()?;
    let visitors = order.visitors.map(|order| Visitors::open(order, clock)).transpose()?;
    let boards = Boards::default();
    if let Some(ears) = ears {
        let (board, stop) = (boards.listeners.clone(), stop.clone());
        threads.push(spawn("ears", Urgency::Sweep, move || ears.run(&board, &stop))?);
    }
    if let Some(visitors) = visitors {
        let (board, stop) = (boards.visitors.clone(), stop.clone());
        threads.push(spawn("visitors", Urgency::Sweep, move || visitors.run(&board, &stop))?);
    }
    drop(tell);
    let mut speakers = Board::default();
    report(&told, &boards, order.seconds, clock, &mut speakers)?;
    stop.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| drop(thread.join()));
    print(&told, &boards, clock.instant() - started, true, &mut speakers);
    Ok(())
}

/// What each thread says of those it moves.
#[derive(Default)]
struct Boards {
    listeners: Arc<Mutex<Value>>,
    visitors: Arc<Mutex<Value>>,
}

fn report(
    told: &Receiver<(Seated, Value)>,
    boards: &Boards,
    seconds: Option<f64>,
    clock: Clock,
    speakers: &mut Board,
) -> Result<(), CannotStart> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let started = clock.instant();
    runtime.block_on(async {
        let mut beat = tokio::time::interval(Duration::from_secs(1));
        let end = async {
            match seconds {
                Some(seconds) => tokio::time::sleep(Duration::from_secs_f64(seconds.max(0.0))).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(end);
        let asked = stop_asked();
        tokio::pin!(asked);
        loop {
            tokio::select! {
                _ = beat.tick() => print(told, boards, clock.instant() - started, false, speakers),
                () = &mut end => return,
                () = &mut asked => return,
            }
        }
    });
    Ok(())
}

fn print(
    told: &Receiver<(Seated, Value)>,
    boards: &Boards,
    since: Duration,
    last: bool,
    speakers: &mut Board,
) {
    told.try_iter().for_each(|(place, state)| speakers.tell(place, state));
    let speakers = speakers.speakers();
    let read = |board: &Mutex<Value>| board.lock().map(|board| board.clone()).unwrap_or_default();
    let (listeners, visitors) = (read(&boards.listeners), read(&boards.visitors));
    let t_s = (since.as_secs_f64() * 10.0).round() / 10.0;
    let late = listeners.get("late_ms").cloned().unwrap_or(Value::Null);
    println!(
        "{}",
        json!({
            "final": last, "t_s": t_s, "speakers": speakers, "listeners": listeners, "visitors": visitors,
            "late_ms": late,
        })
    );
}
