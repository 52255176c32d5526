//! Whole connections to a stage, in memory and in virtual time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Input, LinePlace, Now, Offer, Output, Stage, StageSettings};
use crate::crowd::{Mouth, Said};
use crate::flow::{HallId, LineId, SeatId};
use crate::testing::start;
use crate::units::SampleCount;

const STAGE: ([u8; 4], u16) = ([192, 0, 2, 1], 8002);
const STEP_MS: u64 = 5;

/// A stage and those who speak to it.
struct House {
    stage: Stage,
    now: Now,
    mouths: BTreeMap<LineId, (SocketAddr, Mouth)>,
    frame: u64,
    heard: BTreeMap<LineId, usize>,
    up: Vec<LineId>,
    down: Vec<(LineId, &'static str)>,
}

impl House {
    fn open() -> Self {
        Self {
            stage: Stage::new(StageSettings { addresses: vec![STAGE.into()] }),
            now: start(),
            mouths: BTreeMap::new(),
            frame: 0,
            heard: BTreeMap::new(),
            up: Vec::new(),
            down: Vec::new(),
        }
    }

    fn sit(&mut self, line: LineId, seat: &str) {
        let address: SocketAddr = ([192, 0, 2, 50], 5_000 + line.0 as u16).into();
        let (mut mouth, sdp) = Mouth::offer(address, self.now.instant);
        let place = LinePlace {
            hall: HallId::parse("demo").unwrap(),
            seat: SeatId::parse(seat).unwrap(),
            person: "p_0".into(),
        };
        self.stage.handle(Input::Offer(Offer { ticket: line.0, line, place, sdp }), self.now);
        while let Some(output) = self.stage.poll() {
            if let Output::Answer { answer, .. } = output {
                assert!(mouth.accept(&answer.unwrap().1));
            }
        }
        self.mouths.insert(line, (address, mouth));
    }

    fn run(&mut self, ms: u64) {
        for step in 0..ms / STEP_MS {
            let instant = self.now.instant + Duration::from_millis(STEP_MS);
            self.now = Now { instant, media: self.now.media + SampleCount::from_ms(STEP_MS as i64) };
            self.stage.handle(Input::Timeout, self.now);
            let speaks = step % 4 == 0;
            self.frame += u64::from(speaks);
            for (address, mouth) in self.mouths.values_mut() {
                mouth.pass_time(instant);
                if speaks {
                    mouth.speak(vec![0xF8, 0xFF, 0xFE], self.frame, instant);
                }
                while let Some(said) = mouth.poll() {
                    if let Said::Transmit(out) = said {
                        let input = Input::Datagram {
                            source: *address,
                            destination: out.destination,
                            bytes: &out.contents,
                        };
                        self.stage.handle(input, self.now);
                    }
                }
            }
            self.perform();
        }
    }

    fn perform(&mut self) {
        while let Some(output) = self.stage.poll() {
            match output {
                Output::Transmit(out) => {
                    let to = self.mouths.values_mut().find(|(address, _)| *address == out.destination);
                    if let Some((address, mouth)) = to {
                        mouth.receive(&out.contents, out.source, *address, self.now.instant);
                    }
                }
                Output::Talk(_, talk) => *self.heard.entry(talk.line).or_default() += 1,
                Output::Up { line, .. } => self.up.push(line),
                Output::Down { line, reason, .. } => self.down.push((line, reason)),
                Output::Answer { .. } | Output::Muted { .. } => {}
            }
        }
    }
}

#[test]
fn a_panic_in_one_connection_ends_that_one_alone() {
    let (ana, ben) = (LineId(1), LineId(2));
    let mut house = House::open();
    house.sit(ana, "ana");
    house.sit(ben, "ben");
    house.run(1_000);
    assert_eq!(house.up.len(), 2);

    house.stage.break_next(ana);
    house.run(200);
    house.heard.clear();
    house.run(1_000);

    assert_eq!(house.down, [(ana, "fault")]);
    assert_eq!(house.heard.keys().collect::<Vec<_>>(), [&ben]);
    assert!(house.heard[&ben] >= 49, "{:?}", house.heard);

    house.sit(ana, "ana");
    house.run(1_000);
    assert_eq!(house.up.len(), 3);
}
