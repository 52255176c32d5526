//! What each line of this stage is sent: the others on air, in the green room those too, or what it chose to hear.
//!
//! Whoever is silent hears what all silent ones in the same place hear, and shares one encoding with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::codec::{Encoder, Quality};
use crate::flow::{LineId, Return, SeatId, Who};
use crate::units::{FRAME_SAMPLES, MediaTime};

use super::bus::{Limiter, add, subtract};
use super::floor::{Floor, Gain};
use super::line::{Fed, Line, Origin, Room};

type Sound = [f32; FRAME_SAMPLES];

/// 20 ms of one seat.
struct Seat {
    pcm: Sound,
    speaks: bool,
    /// How much of it is on air; the rest is in the green room.
    air: Gain,
}

impl Seat {
    fn part(&self, gain: &Gain) -> Sound {
        let mut pcm = self.pcm;
        gain.apply(&mut pcm);
        pcm
    }
}

/// All that anyone may hear at one tick, by who says it.
pub struct Scene {
    seats: BTreeMap<SeatId, Seat>,
    /// What is said from backstage to each seat.
    cues: BTreeMap<SeatId, Sound>,
    air: Sound,
    green: Sound,
}

impl Scene {
    pub fn new() -> Self {
        let silence = [0.0; FRAME_SAMPLES];
        Self { seats: BTreeMap::new(), cues: BTreeMap::new(), air: silence, green: silence }
    }

    /// 20 ms of a line, brought in or out as it is heard from.
    pub fn add(&mut self, line: &Line, pcm: &Sound) {
        let speaks = line.voice.in_return();
        match &line.who {
            Who::Seat(seat) => {
                let fresh = || Seat { pcm: [0.0; FRAME_SAMPLES], speaks: false, air: Gain::Steady(1.0) };
                let seat = self.seats.entry(seat.clone()).or_insert_with(fresh);
                add(&mut seat.pcm, pcm);
                seat.speaks |= speaks;
            }
            Who::Backstage(_) if speaks => {
                for seat in &line.cue {
                    add(self.cues.entry(seat.clone()).or_insert([0.0; FRAME_SAMPLES]), pcm);
                }
            }
            Who::Backstage(_) => {}
        }
    }

    /// Put each seat where it is ordered to be at `now`.
    pub fn arrange(&mut self, floor: &Floor, now: MediaTime) {
        for (name, seat) in &mut self.seats {
            let sound = floor.sound(name, now);
            sound.apply(&mut seat.pcm);
            seat.speaks &= !sound.is_nothing();
            seat.air = floor.air(name, now);
            if !seat.air.is_nothing() {
                add(&mut self.air, &seat.part(&seat.air));
            }
            let rest = seat.air.rest();
            if !rest.is_nothing() {
                add(&mut self.green, &seat.part(&rest));
            }
        }
    }

    /// What silent ones hear there.
    fn all_in(&self, room: Room) -> Sound {
        let mut sum = self.air;
        if room == Room::Green {
            add(&mut sum, &self.green);
        }
        sum
    }

    /// What a seat hears of the others, being on air as much as `air` says.
    fn others(&self, own: Option<&Seat>, air: &Gain) -> Sound {
        let (mut sum, mut green) = (self.air, self.green);
        if let Some(own) = own {
            subtract(&mut sum, &own.part(&own.air));
            subtract(&mut green, &own.part(&own.air.rest()));
        }
        let rest = air.rest();
        if !rest.is_nothing() {
            rest.apply(&mut green);
            add(&mut sum, &green);
        }
        sum
    }

    fn of(&self, chosen: &BTreeSet<SeatId>, own: Option<&SeatId>) -> Sound {
        let mut sum = [0.0; FRAME_SAMPLES];
        for name in chosen.iter().filter(|&name| Some(name) != own) {
            if let Some(seat) = self.seats.get(name) {
                add(&mut sum, &seat.pcm);
            }
        }
        sum
    }

    /// What this line is sent: its own mix, or what all silent ones in a room get.
    fn for_line(&self, line: &mut Line, floor: &Floor, now: MediaTime) -> Result<Sound, Room> {
        let tone = line.echo.tone();
        let name = line.who.seat();
        let own = name.and_then(|name| self.seats.get(name));
        let air = name.map_or(Gain::Steady(0.0), |name| floor.air(name, now));
        let cue = name.and_then(|name| self.cues.get(name));
        let extra = tone.is_some() || cue.is_some() || line.listen.is_some();
        let room = match air {
            Gain::Steady(gain) if !extra && !own.is_some_and(|own| own.speaks) => {
                if gain > 0.5 {
                    Room::Air
                } else {
                    Room::Green
                }
            }
            _ => {
                let mut mix = match &line.listen {
                    Some(chosen) => self.of(chosen, name),
                    None => self.others(own, &air),
                };
                cue.into_iter().chain(&tone).for_each(|sound| add(&mut mix, sound));
                return Ok(mix);
            }
        };
        Err(room)
    }
}

struct Shared {
    encoder: Encoder,
    limiter: Limiter,
}

impl Shared {
    fn new() -> Self {
        Self { encoder: Encoder::new(Quality::Return), limiter: Limiter::new() }
    }

    fn encode(&mut self, mut pcm: Sound, newcomers: bool) -> Arc<[u8]> {
        self.limiter.apply(&mut pcm);
        self.encoder.stand_alone(newcomers);
        self.encoder.encode(&pcm).into()
    }
}

/// The encoders of those who share, and the clock of all returns.
pub struct Returns {
    air: Shared,
    green: Shared,
    rtp_time: u32,
}

impl Returns {
    pub fn new() -> Self {
        Self { air: Shared::new(), green: Shared::new(), rtp_time: 0 }
    }

    /// 20 ms for each line of this stage.
    pub fn make(
        &mut self,
        scene: &Scene,
        lines: &mut BTreeMap<LineId, Line>,
        floor: &Floor,
        now: MediaTime,
    ) -> Vec<Return> {
        let rtp_time = self.rtp_time;
        self.rtp_time = rtp_time.wrapping_add(FRAME_SAMPLES as u32);
        let mut made = Vec::new();
        let mut sharing: Vec<(LineId, Room)> = Vec::new();
        for line in lines.values_mut().filter(|line| line.origin == Origin::Own) {
            match scene.for_line(line, floor, now) {
                Ok(mix) => {
                    made.push(Return { line: line.id, rtp_time, payload: line.encode_own(mix).into() });
                }
                Err(room) => sharing.push((line.id, room)),
            }
        }
        for (room, shared) in [(Room::Air, &mut self.air), (Room::Green, &mut self.green)] {
            let here: Vec<LineId> = sharing.iter().filter(|one| one.1 == room).map(|one| one.0).collect();
            if here.is_empty() {
                continue;
            }
            let fed = Fed::Shared(room);
            let newcomers = here.iter().any(|line| lines.get(line).is_some_and(|line| line.fed != fed));
            let payload = shared.encode(scene.all_in(room), newcomers);
            for id in here {
                if let Some(line) = lines.get_mut(&id) {
                    line.fed = fed;
                }
                made.push(Return { line: id, rtp_time, payload: payload.clone() });
            }
        }
        made
    }
}
