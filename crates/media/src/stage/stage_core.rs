//! All speakers of one stage process on one socket: who is who, who comes, who goes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::net::{Protocol, Transmit};

use crate::flow::{Ask, HallId, HallState, LineId, LineReport, OnAir, Return, Talk, Who};
use crate::units::SampleCount;

use super::session::{Now, Said, Session, Way, datagram};
use super::whip::{Fragment, Match, tag};

/// Speakers, and those who are about to be, in one process.
const LINES_MAX: usize = 64;
/// An offer that does not become a connection in this time is forgotten.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Offers of one seat that wait for a connection: a page that tries again has one or two; more push out the oldest.
const WAITING_PER_SEAT_MAX: usize = 3;
/// What one line may ask for in a second: a page of ours asks when somebody presses a button.
const ASKS_MAX: u32 = 20;
/// Addresses that one line may be reached by; a speaker who walks about uses a few.
const WAYS_PER_LINE_MAX: usize = 16;

/// Fixed for the life of a stage.
pub struct StageSettings {
    /// The addresses that answers name.
    pub addresses: Vec<SocketAddr>,
}

/// Where a line belongs, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePlace {
    pub hall: HallId,
    pub who: Who,
    pub person: String,
    /// Whether this person runs the hall, and so may choose whom to hear.
    pub runs: bool,
}

impl LinePlace {
    fn is_same(&self, other: &Self) -> bool {
        self.hall == other.hall && self.who == other.who
    }

    /// Whether a line here may ask for that.
    fn may(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Listen(_) => self.runs,
            Ask::Cue(_) => self.runs && self.who.seat().is_none(),
            Ask::Muted(_) | Ask::Hears | Ask::Tone => true,
        }
    }
}

/// Somebody wants to speak; the pass was checked.
pub struct Offer {
    /// Comes back with the answer.
    pub ticket: u64,
    pub line: LineId,
    pub place: LinePlace,
    pub sdp: String,
}

/// A change of a line's addresses; the pass was checked.
pub struct Patch {
    /// Comes back with what was done.
    pub ticket: u64,
    pub line: LineId,
    pub place: LinePlace,
    pub matching: Match,
    pub fragment: Fragment,
}

/// What a patch did: nothing to tell, or a new session of ICE under a new tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patched {
    Trickled,
    Restarted { tag: String, fragment: String },
}

pub enum Input<'a> {
    /// Nothing but the time: call when [`Stage::deadline`] is reached.
    Timeout,
    Datagram {
        way: Way,
        destination: SocketAddr,
        bytes: &'a [u8],
    },
    Offer(Offer),
    Patch(Patch),
    /// The speaker's side, or the desk, ends the line.
    Leave {
        line: LineId,
    },
    Return(Return),
    /// What may be asked for again of a hall's lines, and nothing else.
    OnAir(HallId, OnAir),
    /// What the mixer measured, to be told to each line's owner.
    Report {
        lines: Vec<LineReport>,
        state: HallState,
        window_ms: i64,
    },
}

/// How a line ended: `left`, `lost`, `replaced` or `fault`.
pub type LineEnd = &'static str;

/// The code of a refusal, and a detail.
pub type Refusal = (&'static str, String);

pub enum Output {
    Transmit(Transmit),
    Answer {
        ticket: u64,
        answer: Result<(LineId, String), Refusal>,
    },
    Patched {
        ticket: u64,
        patched: Result<Patched, Refusal>,
    },
    /// Nothing of a line's comes this way any more.
    Forget(Way),
    Up {
        line: LineId,
        place: LinePlace,
    },
    Down {
        line: LineId,
        place: LinePlace,
        reason: LineEnd,
    },
    Talk(HallId, Talk),
    Asked {
        hall: HallId,
        line: LineId,
        ask: Ask,
    },
}

struct Speaker {
    session: Session,
    place: LinePlace,
    up: bool,
    /// Whether it is known by which addresses it is reached; else it has until `give_up` to find out.
    settled: bool,
    give_up: Instant,
    /// How often ICE began anew.
    restarts: u32,
    /// What it asked for since when.
    asked: (Instant, u32),
}

impl Speaker {
    fn new(session: Session, place: LinePlace, now: Now) -> Self {
        let give_up = now.instant + CONNECT_WITHIN;
        let asked = (now.instant, 0);
        Self { session, place, up: false, settled: false, give_up, restarts: 0, asked }
    }

    /// Whether this may be asked for here, and so often.
    fn may(&mut self, ask: &Ask, now: Now) -> bool {
        if now.instant.duration_since(self.asked.0) >= Duration::from_secs(1) {
            self.asked = (now.instant, 0);
        }
        self.asked.1 += 1;
        self.asked.1 <= ASKS_MAX && self.place.may(ask)
    }

    fn patch(
        &mut self,
        line: LineId,
        matching: &Match,
        fragment: &Fragment,
        now: Now,
    ) -> Result<Patched, Refusal> {
        let stands = tag(line, self.restarts);
        if !matching.fits(&stands) {
            return Err(("precondition_failed", format!("\"{stands}\" stands")));
        }
        let answer = self.session.patch(fragment).map_err(|why| ("sdp_unreadable", why))?;
        Ok(answer.map_or(Patched::Trickled, |fragment| {
            self.restarts += 1;
            self.settled = false;
            self.give_up = now.instant + CONNECT_WITHIN;
            Patched::Restarted { tag: tag(line, self.restarts), fragment }
        }))
    }
}

pub struct Stage {
    settings: StageSettings,
    speakers: BTreeMap<LineId, Speaker>,
    ways: HashMap<Way, LineId>,
    refused: u64,
    outputs: VecDeque<Output>,
}

impl Stage {
    pub fn new(settings: StageSettings) -> Self {
        Self {
            settings,
            speakers: BTreeMap::new(),
            ways: HashMap::new(),
            refused: 0,
            outputs: VecDeque::new(),
        }
    }

    pub fn handle(&mut self, input: Input, now: Now) {
        match input {
            Input::Timeout => self.pass_time(now),
            Input::Datagram { way, destination, bytes } => self.route(way, destination, bytes, now),
            Input::Offer(offer) => self.answer(offer, now),
            Input::Patch(patch) => self.patch(patch, now),
            Input::Leave { line } => {
                if let Some(speaker) = self.speakers.get_mut(&line) {
                    speaker.session.close();
                    self.drain(line, now);
                    self.remove(line, "left");
                }
            }
            Input::Return(back) => {
                if let Some(speaker) = self.speakers.get_mut(&back.line) {
                    speaker.session.send(&back, now.instant);
                    self.drain(back.line, now);
                }
            }
            Input::OnAir(hall, on_air) => self.allow_repair(&hall, &on_air, now),
            Input::Report { lines, state, window_ms } => {
                for report in lines {
                    self.tell(&report, state, window_ms, now);
                }
            }
        }
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.speakers.values().map(|speaker| speaker.session.deadline()).min()
    }

    /// The round trip of a line as RTCP measured it.
    pub fn rtt_ms(&self, line: LineId) -> Option<u64> {
        self.speakers.get(&line)?.session.rtt_ms()
    }

    /// The place of a line that stands or is about to.
    pub fn place(&self, line: LineId) -> Option<&LinePlace> {
        self.speakers.get(&line).map(|speaker| &speaker.place)
    }

    /// How often something was asked over a data channel by whoever may not, or too often.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    #[cfg(test)]
    pub fn break_next(&mut self, line: LineId) {
        if let Some(speaker) = self.speakers.get_mut(&line) {
            speaker.session.break_next();
        }
    }

    fn answer(&mut self, offer: Offer, now: Now) {
        let Offer { ticket, line, place, sdp } = offer;
        self.make_room_at(&place);
        let answer = if self.speakers.len() >= LINES_MAX {
            Err(("lines_full", format!("{LINES_MAX} lines stand already")))
        } else {
            Session::answer(&sdp, &self.settings.addresses, now).map(|(session, answer)| {
                self.speakers.insert(line, Speaker::new(session, place, now));
                (line, answer)
            })
        };
        self.outputs.push_back(Output::Answer { ticket, answer });
        self.drain(line, now);
    }

    /// One seat's offers cannot take the room of others.
    fn make_room_at(&mut self, place: &LinePlace) {
        let waiting = self.speakers.iter().filter(|(_, one)| !one.up && one.place.is_same(place));
        let mut waiting: Vec<(Instant, LineId)> = waiting.map(|(&line, one)| (one.give_up, line)).collect();
        if waiting.len() >= WAITING_PER_SEAT_MAX {
            waiting.sort();
            self.remove(waiting[0].1, "replaced");
        }
    }

    fn patch(&mut self, patch: Patch, now: Now) {
        let Patch { ticket, line, place, matching, fragment } = patch;
        let speaker = self.speakers.get_mut(&line);
        let own = |speaker: &&mut Speaker| speaker.place.is_same(&place);
        let patched = match speaker.filter(own) {
            None => Err(("line_unknown", line.to_string())),
            Some(speaker) => speaker.patch(line, &matching, &fragment, now),
        };
        self.outputs.push_back(Output::Patched { ticket, patched });
        self.drain(line, now);
    }

    /// Whether a line took a check that came this way.
    pub fn knows(&self, way: Way) -> bool {
        self.ways.contains_key(&way)
    }

    fn route(&mut self, way: Way, destination: SocketAddr, bytes: &[u8], now: Now) {
        let Some(input) = datagram(way, destination, bytes, now) else { return };
        // STUN alone can move a line to another address; the rest follows the address.
        let is_stun = bytes[0] < 4;
        let known = self.ways.get(&way).copied();
        let line = if is_stun {
            self.speakers.iter().find(|(_, speaker)| speaker.session.accepts(&input)).map(|(&line, _)| line)
        } else {
            known
        };
        let Some(line) = line else { return };
        if is_stun && known != Some(line) {
            let others = self.ways.values().filter(|&&owner| owner == line).count();
            if others >= WAYS_PER_LINE_MAX {
                self.forget_ways(line);
            }
            self.ways.insert(way, line);
        }
        if let Some(speaker) = self.speakers.get_mut(&line) {
            speaker.session.handle(input, now.instant);
        }
        self.drain(line, now);
    }

    fn forget_ways(&mut self, line: LineId) {
        let outputs = &mut self.outputs;
        self.ways.retain(|&way, owner| {
            let stays = *owner != line;
            if !stays && way.0 == Protocol::Tcp {
                outputs.push_back(Output::Forget(way));
            }
            stays
        });
    }

    fn pass_time(&mut self, now: Now) {
        let due: Vec<LineId> = self
            .speakers
            .iter()
            .filter(|(_, speaker)| speaker.session.deadline() <= now.instant)
            .map(|(&line, _)| line)
            .collect();
        for line in due {
            if let Some(speaker) = self.speakers.get_mut(&line) {
                speaker.session.handle(str0m::Input::Timeout(now.instant), now.instant);
                if !speaker.settled && now.instant >= speaker.give_up {
                    self.remove(line, "lost");
                }
            }
            self.drain(line, now);
        }
    }

    fn drain(&mut self, line: LineId, now: Now) {
        while let Some(said) = self.speakers.get_mut(&line).and_then(|s| s.session.poll()) {
            match said {
                Said::Transmit(transmit) => self.outputs.push_back(Output::Transmit(transmit)),
                Said::Connected => self.bring_up(line),
                Said::Settled => {
                    if let Some(speaker) = self.speakers.get_mut(&line) {
                        speaker.settled = speaker.up;
                    }
                }
                Said::Packet { rtp_time, again, payload } => {
                    let Some(speaker) = self.speakers.get(&line) else { continue };
                    let hall = speaker.place.hall.clone();
                    let talk = Talk { line, rtp_time, arrived: now.media, again, payload };
                    self.outputs.push_back(Output::Talk(hall, talk));
                }
                Said::Asked(asks) => self.take_asks(line, asks, now),
                Said::Ended(reason) => self.remove(line, reason),
            }
        }
    }

    fn take_asks(&mut self, line: LineId, asks: Vec<Ask>, now: Now) {
        let Some(speaker) = self.speakers.get_mut(&line) else { return };
        for ask in asks {
            if speaker.may(&ask, now) {
                let hall = speaker.place.hall.clone();
                self.outputs.push_back(Output::Asked { hall, line, ask });
            } else {
                self.refused += 1;
            }
        }
    }

    fn allow_repair(&mut self, hall: &HallId, on_air: &OnAir, now: Now) {
        let length = |count: SampleCount| Duration::from_millis(count.ms().unsigned_abs());
        let (window, late) = (length(on_air.window), length(on_air.late));
        let lines: Vec<LineId> = self.speakers.keys().copied().collect();
        for line in lines {
            if let Some(speaker) = self.speakers.get_mut(&line).filter(|speaker| speaker.place.hall == *hall)
            {
                speaker.session.allow_repair(on_air.lines.contains(&line), window, late);
                self.drain(line, now);
            }
        }
    }

    fn bring_up(&mut self, line: LineId) {
        let Some(speaker) = self.speakers.get_mut(&line) else { return };
        if std::mem::replace(&mut speaker.up, true) {
            return;
        }
        speaker.settled = true;
        let place = speaker.place.clone();
        let before: Vec<LineId> = self
            .speakers
            .iter()
            .filter(|(id, other)| **id != line && other.place.is_same(&place))
            .map(|(&id, _)| id)
            .collect();
        for id in before {
            self.remove(id, "replaced");
        }
        self.outputs.push_back(Output::Up { line, place });
    }

    fn remove(&mut self, line: LineId, reason: LineEnd) {
        if let Some(mut speaker) = self.speakers.remove(&line) {
            if reason == "replaced" {
                speaker.session.close();
            }
            while let Some(said) = speaker.session.poll() {
                if let Said::Transmit(transmit) = said {
                    self.outputs.push_back(Output::Transmit(transmit));
                }
            }
            self.forget_ways(line);
            if speaker.up {
                self.outputs.push_back(Output::Down { line, place: speaker.place, reason });
            }
        }
    }

    fn tell(&mut self, report: &LineReport, state: HallState, window_ms: i64, now: Now) {
        let Some(speaker) = self.speakers.get_mut(&report.line) else { return };
        let text = serde_json::json!({
            "v": 1,
            "state": state.word(),
            "on_air": state == HallState::Live && report.on_air,
            "consent": report.consent,
            "heard": report.heard,
            "speaking": report.speaking,
            "level_db": report.level_db,
            "lost": report.lost,
            "repaired": report.repaired,
            "concealed": report.concealed,
            "rtt_ms": speaker.session.rtt_ms(),
            "window_ms": window_ms,
            "proof": {
                "speech_ms": report.proof.speech_ms,
                "hears": report.proof.hears,
                "quiet_ms": report.proof.quiet_ms,
                "clipping_pct": report.proof.clipping_pct,
                "noise_db": report.proof.noise_db,
                "lost_pct": report.proof.lost_pct,
            },
        });
        speaker.session.tell(&text.to_string());
        self.drain(report.line, now);
    }
}
