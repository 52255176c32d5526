//! The thread that mixes on an absolute clock, and the one that cuts what it mixed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::air::{self, Air, AirOrder, DelayOrder, Dump};
use crate::flow::{AirReport, Ask, Caption, HallId, Late, LineId, Programme, Relayed, Talk, Who};
use crate::mixer::{Input, Mixer, Output};
use crate::node::clock::Clock;
use crate::program::{Cutter, Mender};
use crate::rules::{HallOrder, Orders};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount, WallMs};

use super::feeds::Made;
use super::network::{NetHandle, ToNet};
use super::sounds::Shelf;
use super::tally::Tick;

/// How long what is lost may take to come for the recording: an outage of some seconds, and as long to fetch it.
const LATE_MS: i64 = 20_000;
const LATE_AFTER_MS: i64 = 1_000;

/// What the network thread, and other stages, tell the mixing thread.
pub enum ToMix {
    Up { hall: HallId, line: LineId, who: Who },
    Down { hall: HallId, line: LineId },
    Talk { hall: HallId, talk: Talk },
    Asked { hall: HallId, line: LineId, ask: Ask },
    Relayed(Relayed),
}

/// What the mixing thread tells the one that cuts.
pub enum ToCut {
    Frame(HallId, Programme),
    Lacking(HallId, usize),
    Late(HallId, Late),
    /// All that is to be carried.
    Captions(HallId, Vec<Caption>),
}

pub struct Mixing {
    pub clock: Clock,
    pub orders: watch::Receiver<Arc<Orders>>,
    pub shelf: watch::Receiver<Arc<Shelf>>,
    pub happen: mpsc::Sender<Value>,
    pub to_net: NetHandle,
    pub to_cut: SyncSender<ToCut>,
    pub ticks: mpsc::Sender<Tick>,
}

struct Hall {
    mixer: Mixer,
    air: Air,
    order: HallOrder,
}

impl Hall {
    /// The state that holds now by media time, which no wall clock moves: as ordered, or live because its second has come.
    fn stand(&mut self, now: MediaTime) {
        let standing = self.order.standing(wall(now));
        // The desk's wall clock may be ahead of this stage; what it tells of has happened.
        let since = media(standing.since_ms).min(now);
        self.mixer.handle(Input::State { state: standing.state, since }, now);
    }
}

impl Mixing {
    pub fn run(mut self, inbox: &Receiver<ToMix>) {
        let mut halls: HashMap<HallId, Hall> = HashMap::new();
        let frame = SampleCount(FRAME_SAMPLES as i64);
        let mut next = self.clock.media().frame_start() + frame;
        self.take_orders(&mut halls);
        loop {
            let due = self.clock.instant_of(next);
            self.clock.sleep_until(due);
            let began = self.clock.instant();
            if self.orders.has_changed().unwrap_or(false) || self.shelf.has_changed().unwrap_or(false) {
                self.take_orders(&mut halls);
            }
            let now = self.clock.media();
            while let Ok(message) = inbox.try_recv() {
                pass_to_mixer(&mut halls, message, now);
            }
            for (id, hall) in &mut halls {
                hall.stand(now);
                hall.mixer.handle(Input::Tick, now);
                self.perform(id, hall);
            }
            let late_us = micros(began.saturating_duration_since(due));
            let took_us = micros(self.clock.instant().saturating_duration_since(began));
            let _ = self.ticks.try_send(Tick { late_us, took_us });
            next = now.frame_start() + frame;
        }
    }

    fn take_orders(&mut self, halls: &mut HashMap<HallId, Hall>) {
        let orders = self.orders.borrow_and_update().clone();
        let shelf = self.shelf.borrow_and_update().clone();
        let now = self.clock.media();
        for order in &orders.halls {
            let Some(id) = HallId::parse(&order.hall) else { continue };
            drop(self.to_cut.try_send(ToCut::Captions(id.clone(), order.captions())));
            let hall = halls.entry(id).or_insert_with(|| Hall {
                mixer: Mixer::new(now, SampleCount::from_ms(order.window_ms)),
                air: Air::default(),
                order: order.clone(),
            });
            hall.mixer.handle(behind(order), now);
            hall.mixer.handle(Input::Seats(order.standings()), now);
            hall.air.handle(air::Input::Order(AirOrder {
                starts_at: order.starts_at_ms.map(media),
                sounds: order.sounds.as_ref().map(|named| shelf.sounds(named)),
                silence_intended: order.silence_intended,
                delay: delay(order, now),
            }));
            hall.order = order.clone();
        }
        halls.retain(|id, _| orders.hall(id).is_some());
    }

    fn perform(&self, id: &HallId, hall: &mut Hall) {
        let (mut posted, mut lacking) = (false, None);
        while let Some(output) = hall.mixer.poll() {
            match output {
                Output::Programme(frame) => hall.air.handle(air::Input::Frame(frame)),
                Output::Return(back) => {
                    posted |= self.to_net.post(ToNet::Return(back));
                }
                Output::OnAir(on_air) => {
                    posted |= self.to_net.post(ToNet::OnAir(id.clone(), on_air));
                }
                Output::Lacking(parts) => lacking = Some(parts),
                Output::Late(late) => hall.air.handle(air::Input::Late(late)),
                Output::TalkTime(told) => {
                    posted |= self.to_net.post(ToNet::TalkTime { hall: id.clone(), told });
                }
                Output::Report(lines) => {
                    posted |= self.to_net.post(ToNet::Report {
                        hall: id.clone(),
                        lines,
                        state: hall.order.standing(wall(self.clock.media())).state,
                        window_ms: hall.order.window_ms,
                        part_no: self.clock.media().part_no().0,
                    });
                }
            }
        }
        // Once for all of them: each wake is a system call, and a change of threads.
        if posted {
            self.to_net.wake();
        }
        while let Some(output) = hall.air.poll() {
            match output {
                air::Output::Programme(frame) => {
                    drop(self.to_cut.try_send(ToCut::Frame(id.clone(), frame)));
                }
                air::Output::Late(late) => drop(self.to_cut.try_send(ToCut::Late(id.clone(), late))),
                air::Output::Report(report) => drop(self.happen.try_send(told(id, &report))),
            }
        }
        // Behind what was mixed again, that none is told of as done before it is there.
        if let Some(parts) = lacking {
            drop(self.to_cut.try_send(ToCut::Lacking(id.clone(), parts)));
        }
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

fn wall(at: MediaTime) -> WallMs {
    WallMs(SampleCount(at.0).ms())
}

fn media(ms: i64) -> MediaTime {
    MediaTime(SampleCount::from_ms(ms).0)
}

/// A recording is mended when what it says has been heard, and whatever could be dumped was.
fn behind(order: &HallOrder) -> Input {
    let window = SampleCount::from_ms(order.window_ms);
    let late = LATE_MS.max(order.window_ms + order.air_delay_ms + LATE_AFTER_MS);
    let late = if order.record { late } else { 0 };
    Input::Behind { window, late: SampleCount::from_ms(late) }
}

fn delay(order: &HallOrder, now: MediaTime) -> DelayOrder {
    let dumps = order.dumps.iter().map(|&(_, from, to)| Dump { from: media(from), to: media(to) });
    let began = order.began_ms.map(|ms| media(ms).min(now).part_no());
    DelayOrder::new(SampleCount::from_ms(order.air_delay_ms), began, dumps.collect())
}

fn told(hall: &HallId, report: &AirReport) -> Value {
    let mut told = json!(report);
    told["kind"] = "air".into();
    told["hall"] = hall.as_str().into();
    told
}

fn pass_to_mixer(halls: &mut HashMap<HallId, Hall>, message: ToMix, now: MediaTime) {
    let (hall, input) = match message {
        ToMix::Up { hall, line, who } => (hall, Input::Up { line, who }),
        ToMix::Down { hall, line } => (hall, Input::Down { line }),
        ToMix::Talk { hall, talk } => (hall, Input::Talk(talk)),
        ToMix::Asked { hall, line, ask } => (hall, Input::Asked { line, ask }),
        ToMix::Relayed(Relayed { hall, who, muted, cue, talk }) => {
            (hall, Input::Copy { who, muted, cue, talk })
        }
    };
    if let Some(hall) = halls.get_mut(&hall) {
        hall.mixer.handle(input, now);
    }
}

/// What cuts one hall.
#[derive(Default)]
struct Cutting {
    cutter: Cutter,
    mender: Mender,
}

/// Cut the programme of every hall into parts, away from the mixing thread, and mend those that can be.
pub fn cut(inbox: &Receiver<ToCut>, made: &mpsc::Sender<(HallId, Made)>) {
    let mut halls: HashMap<HallId, Cutting> = HashMap::new();
    while let Ok(told) = inbox.recv() {
        let (hall, all): (_, Vec<Made>) = match told {
            ToCut::Captions(hall, captions) => {
                halls.entry(hall).or_default().cutter.caption(captions);
                continue;
            }
            ToCut::Frame(hall, frame) => {
                let parts = halls.entry(hall.clone()).or_default().cutter.handle(&frame);
                (hall, parts.into_iter().map(Made::Part).collect())
            }
            ToCut::Lacking(hall, parts) => (hall, vec![Made::Lacking(parts)]),
            ToCut::Late(hall, late) => {
                let mended = halls.entry(hall.clone()).or_default().mender.handle(&late);
                (hall, mended.into_iter().map(Made::Mended).collect())
            }
        };
        for one in all {
            let _ = made.try_send((hall.clone(), one));
        }
    }
}
