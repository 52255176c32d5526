//! Whole connections to a stage, in memory and in virtual time.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::net::Protocol::{self, Tcp, Udp};

use super::whip::{Credentials, Fragment, Match, offer_again};
use super::{Input, LinePlace, Now, Offer, Output, Patch, Patched, Stage, StageSettings, Way};
use crate::crowd::{Mouth, Said};
use crate::flow::{Ask, HallId, LineId, PersonId, SeatId, Who};
use crate::testing::start;
use crate::units::{FRAME_SAMPLES, SampleCount};

const STAGE: ([u8; 4], u16) = ([192, 0, 2, 1], 8002);
const STEP_MS: u64 = 5;

/// A way there and back that takes its time and loses some, by a small generator.
pub struct BadWay {
    pub state: u32,
    pub lost_percent: u32,
    pub one_way: Duration,
    /// All is lost until then.
    pub out_until: Option<Instant>,
    passing: VecDeque<(Instant, Passing)>,
}

enum Passing {
    Up(Way, SocketAddr, Vec<u8>),
    Down(SocketAddr, Way, Vec<u8>),
}

impl BadWay {
    pub fn new(lost_percent: u32, one_way: Duration) -> Self {
        Self { state: 7, lost_percent, one_way, out_until: None, passing: VecDeque::new() }
    }

    fn send(&mut self, what: Passing, now: Instant) {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let lost =
            (self.state >> 8) % 100 < self.lost_percent || self.out_until.is_some_and(|until| now < until);
        if !lost {
            self.passing.push_back((now + self.one_way, what));
        }
    }

    fn arrived(&mut self, now: Instant) -> Option<Passing> {
        self.passing.pop_front_if(|(due, _)| *due <= now).map(|(_, what)| what)
    }
}

struct Peer {
    way: Way,
    mouth: Mouth,
    answer: String,
}

/// A stage and those who speak to it.
pub struct House {
    pub stage: Stage,
    pub now: Now,
    peers: BTreeMap<LineId, Peer>,
    /// None: a perfect one.
    pub bad_way: Option<BadWay>,
    /// Frames that were said, and when.
    pub said: BTreeMap<i64, Instant>,
    /// When each was first here, by the line's time.
    pub came: BTreeMap<i64, Instant>,
    passing: Vec<Passing>,
    frame: u64,
    heard: BTreeMap<LineId, usize>,
    up: Vec<LineId>,
    asked: Vec<(LineId, Ask)>,
    down: Vec<(LineId, &'static str)>,
    forgotten: Vec<Way>,
}

impl House {
    pub fn open() -> Self {
        Self {
            stage: Stage::new(StageSettings { addresses: vec![STAGE.into()] }),
            now: start(),
            peers: BTreeMap::new(),
            bad_way: None,
            said: BTreeMap::new(),
            came: BTreeMap::new(),
            passing: Vec::new(),
            frame: 0,
            heard: BTreeMap::new(),
            up: Vec::new(),
            asked: Vec::new(),
            down: Vec::new(),
            forgotten: Vec::new(),
        }
    }

    pub fn sit(&mut self, line: LineId, seat: &str, proto: Protocol) {
        self.sit_at(line, place(seat), proto);
    }

    fn sit_at(&mut self, line: LineId, place: LinePlace, proto: Protocol) {
        let address: SocketAddr = ([192, 0, 2, 50], 5_000 + line.0 as u16).into();
        let (mut mouth, sdp) = Mouth::offer(proto, address, self.now.instant);
        let offer = Offer { ticket: line.0, line, place, sdp };
        self.stage.handle(Input::Offer(offer), self.now);
        let answer = loop {
            if let Output::Answer { answer, .. } = self.stage.poll().expect("an answer") {
                break answer.unwrap().1;
            }
        };
        assert!(mouth.accept(&answer));
        self.peers.insert(line, Peer { way: (proto, address), mouth, answer });
    }

    fn patch(&mut self, line: LineId, matching: &str, fragment: Fragment) -> Result<Patched, &'static str> {
        let matching = Match::parse(matching).unwrap();
        let patch = Patch { ticket: 9, line, place: place("ana"), matching, fragment };
        self.stage.handle(Input::Patch(patch), self.now);
        loop {
            if let Output::Patched { patched, .. } = self.stage.poll().expect("what was done") {
                return patched.map_err(|(code, _)| code);
            }
        }
    }

    pub fn run(&mut self, ms: u64) {
        for step in 0..ms / STEP_MS {
            let instant = self.now.instant + Duration::from_millis(STEP_MS);
            self.now = Now { instant, media: self.now.media + SampleCount::from_ms(STEP_MS as i64) };
            self.stage.handle(Input::Timeout, self.now);
            let speaks = step % 4 == 0;
            self.frame += u64::from(speaks);
            if speaks {
                self.said.insert(self.frame as i64 * FRAME_SAMPLES as i64, instant);
            }
            for Peer { way, mouth, .. } in self.peers.values_mut() {
                mouth.pass_time(instant);
                if speaks {
                    mouth.speak(vec![0xF8, 0xFF, 0xFE], self.frame, instant);
                }
                while let Some(said) = mouth.poll() {
                    if let Said::Transmit(out) = said {
                        self.passing.push(Passing::Up(*way, out.destination, out.contents.to_vec()));
                    }
                }
            }
            self.carry();
            self.perform();
        }
    }

    /// Bring to where it goes what is on its way.
    fn carry(&mut self) {
        let now = self.now.instant;
        let mut here: VecDeque<Passing> = std::mem::take(&mut self.passing).into();
        if let Some(way) = &mut self.bad_way {
            here.drain(..).for_each(|what| way.send(what, now));
            here.extend(std::iter::from_fn(|| way.arrived(now)));
        }
        for what in here {
            match what {
                Passing::Up(way, destination, bytes) => {
                    self.stage.handle(Input::Datagram { way, destination, bytes: &bytes }, self.now);
                }
                Passing::Down(source, way, bytes) => {
                    if let Some(peer) = self.peers.values_mut().find(|peer| peer.way == way) {
                        peer.mouth.receive(&bytes, source, way.1, now);
                    }
                }
            }
        }
    }

    fn perform(&mut self) {
        while let Some(output) = self.stage.poll() {
            match output {
                Output::Transmit(out) => {
                    let way = (out.proto, out.destination);
                    self.passing.push(Passing::Down(out.source, way, out.contents.to_vec()));
                }
                Output::Talk(_, talk) => {
                    *self.heard.entry(talk.line).or_default() += 1;
                    self.came.entry(talk.rtp_time).or_insert(self.now.instant);
                }
                Output::Up { line, .. } => self.up.push(line),
                Output::Asked { line, ask, .. } => self.asked.push((line, ask)),
                Output::Down { line, reason, .. } => self.down.push((line, reason)),
                Output::Forget(way) => self.forgotten.push(way),
                _ => {}
            }
        }
        if self.bad_way.is_none() {
            self.carry();
        }
    }

    fn ask(&mut self, line: LineId, note: &str) {
        self.peers.get_mut(&line).unwrap().mouth.ask(note);
        self.run(50);
    }

    fn heard_in_a_second(&mut self, line: LineId) -> usize {
        self.heard.clear();
        self.run(1_000);
        self.heard.get(&line).copied().unwrap_or(0)
    }
}

pub fn place(seat: &str) -> LinePlace {
    LinePlace {
        hall: HallId::parse("demo").unwrap(),
        who: Who::Seat(SeatId::parse(seat).unwrap()),
        person: "p_0".into(),
        runs: false,
    }
}

fn backstage(person: &str) -> LinePlace {
    let who = Who::Backstage(PersonId::parse(person).unwrap());
    LinePlace { who, runs: true, ..place("ana") }
}

fn fresh(credentials: Option<Credentials>) -> Fragment {
    let candidates = vec!["candidate:1 1 udp 2122260223 192.0.2.77 61764 typ host".into()];
    Fragment { credentials, candidates }
}

#[test]
fn a_panic_in_one_connection_ends_that_one_alone() {
    let (ana, ben) = (LineId(1), LineId(2));
    let mut house = House::open();
    house.sit(ana, "ana", Udp);
    house.sit(ben, "ben", Udp);
    house.run(1_000);
    assert_eq!(house.up.len(), 2);

    house.stage.break_next(ana);
    house.run(200);
    house.heard.clear();
    house.run(1_000);

    assert_eq!(house.down, [(ana, "fault")]);
    assert_eq!(house.heard.keys().collect::<Vec<_>>(), [&ben]);
    assert!(house.heard[&ben] >= 49, "{:?}", house.heard);

    house.sit(ana, "ana", Udp);
    house.run(1_000);
    assert_eq!(house.up.len(), 3);
}

/// A record of DTLS from the speaker's own address: of what kind, epoch and body is chance, by a small generator.
fn forged(state: &mut u32) -> Vec<u8> {
    let mut draw = |below: u32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*state >> 8) % below
    };
    let length = draw(90) as usize;
    let kind = [20, 22, 23, 24, 63][draw(5) as usize];
    let mut bytes = vec![kind, 0xFE, 0xFD, 0, draw(3) as u8, 0, 0, 0, 0, 0, draw(50) as u8];
    bytes.extend((length as u16).to_be_bytes());
    bytes.extend((0..length).map(|_| draw(256) as u8));
    bytes
}

#[test]
fn forged_records_between_those_of_a_handshake_do_not_keep_a_speaker_out() {
    let ana = LineId(1);
    let mut house = House::open();
    house.sit(ana, "ana", Udp);
    let (way, mut state) = (house.peers[&ana].way, 7);

    for _ in 0..400 {
        house.run(STEP_MS);
        let bytes = forged(&mut state);
        let destination = STAGE.into();
        house.stage.handle(Input::Datagram { way, destination, bytes: &bytes }, house.now);
    }

    assert!(house.heard_in_a_second(ana) >= 49);
    assert_eq!((house.up.len(), house.down.len()), (1, 0));
}

#[test]
fn a_line_over_tcp_speaks_as_one_over_udp_and_its_way_is_forgotten_with_it() {
    let (ana, ben) = (LineId(1), LineId(2));
    let mut house = House::open();
    house.sit(ana, "ana", Tcp);
    house.sit(ben, "ben", Udp);
    house.run(1_000);

    assert!(house.heard_in_a_second(ana) >= 49);
    let ways = [ana, ben].map(|line| house.peers[&line].way);
    assert_eq!(ways.map(|way| house.stage.knows(way)), [true, true]);
    house.stage.handle(Input::Leave { line: ana }, house.now);
    house.stage.handle(Input::Leave { line: ben }, house.now);
    house.perform();

    assert_eq!(house.forgotten, [ways[0]]);
    assert_eq!(ways.map(|way| house.stage.knows(way)), [false, false]);
}

#[test]
fn candidates_that_come_late_are_taken_for_the_session_they_name_alone() {
    let ana = LineId(1);
    let mut house = House::open();
    house.sit(ana, "ana", Udp);

    assert_eq!(house.patch(ana, "\"l1.0\"", fresh(None)), Ok(Patched::Trickled));
    assert_eq!(house.patch(ana, "\"l1.1\"", fresh(None)), Err("precondition_failed"));
    assert_eq!(house.patch(LineId(2), "*", fresh(None)), Err("line_unknown"));
    house.run(1_000);
    assert!(house.heard_in_a_second(ana) >= 49);
}

#[test]
fn a_restart_moves_a_line_to_new_credentials_and_it_stays() {
    let ana = LineId(1);
    let mut house = House::open();
    house.sit(ana, "ana", Udp);
    house.run(1_000);

    let peer = house.peers.get_mut(&ana).unwrap();
    let credentials = Credentials::find(&peer.mouth.restart());
    let patched = house.patch(ana, "*", fresh(credentials.clone())).unwrap();
    let Patched::Restarted { tag, fragment } = patched else { panic!("no restart") };
    let peer = house.peers.get_mut(&ana).unwrap();
    let theirs = Credentials::find(&fragment).unwrap();
    assert_ne!(Some(&theirs), Credentials::find(&peer.answer).as_ref());
    let candidates = fragment.lines().filter(|line| line.starts_with("a=candidate:"));
    let candidates: String = candidates.map(|line| format!("{line}\r\n")).collect();
    assert!(peer.mouth.accept(&(offer_again(&peer.answer, &theirs) + &candidates)));

    // This client holds its packets back until a pair of addresses is found good.
    assert!(house.heard_in_a_second(ana) >= 45);
    house.run(30_000);
    assert!(house.heard_in_a_second(ana) >= 49);
    assert_eq!((house.up.len(), house.down.len(), tag.as_str()), (1, 0, "l1.1"));
    assert_eq!(house.patch(ana, "\"l1.0\"", fresh(None)), Err("precondition_failed"));
    assert_eq!(house.patch(ana, "\"l1.1\"", fresh(credentials)), Ok(Patched::Trickled));
}

#[test]
fn a_restart_that_nobody_follows_ends_the_line() {
    let ana = LineId(1);
    let mut house = House::open();
    house.sit(ana, "ana", Udp);
    house.run(1_000);

    let credentials = Credentials { ufrag: "gone".into(), pwd: "g".repeat(24) };
    house.patch(ana, "*", fresh(Some(credentials))).unwrap();
    house.run(20_000);

    assert_eq!(house.down, [(ana, "lost")]);
}

#[test]
fn several_are_backstage_at_once_and_each_person_has_one_line_there() {
    let mut house = House::open();
    house.sit_at(LineId(1), backstage("p_one"), Udp);
    house.sit_at(LineId(2), backstage("p_two"), Udp);
    house.run(1_000);
    house.sit_at(LineId(3), backstage("p_one"), Udp);
    house.run(1_000);

    assert_eq!(house.up, [LineId(1), LineId(2), LineId(3)]);
    assert_eq!(house.down, [(LineId(1), "replaced")]);
}

#[test]
fn whom_to_hear_is_chosen_by_who_runs_the_hall_and_spoken_to_from_backstage_alone() {
    let (ana, host, producer) = (LineId(1), LineId(2), LineId(3));
    let mut house = House::open();
    house.sit(ana, "ana", Udp);
    house.sit_at(host, LinePlace { runs: true, ..place("host") }, Udp);
    house.sit_at(producer, backstage("p_one"), Udp);
    house.run(2_000);
    let ben = || [SeatId::parse("ben").unwrap()].into();

    for line in [ana, host, producer] {
        house.ask(line, r#"{"v":1,"listen":["ben"]}"#);
        house.ask(line, r#"{"v":1,"cue":["ben"]}"#);
    }
    house.ask(ana, r#"{"v":1,"tone":true}"#);

    let (listen, cue) = (|| Ask::Listen(ben()), || Ask::Cue(ben()));
    let taken = [(host, listen()), (producer, listen()), (producer, cue()), (ana, Ask::Tone)];
    assert_eq!((&house.asked[..], house.stage.refused()), (&taken[..], 3));
}

#[test]
fn a_page_that_asks_without_end_is_heard_twenty_times_a_second() {
    let ana = LineId(1);
    let mut house = House::open();
    house.sit(ana, "ana", Udp);
    house.run(2_000);

    for _ in 0..500 {
        house.peers.get_mut(&ana).unwrap().mouth.ask(r#"{"v":1,"tone":true}"#);
    }
    house.run(900);

    assert!((1..=40).contains(&house.asked.len()), "{}", house.asked.len());
    assert!(house.heard_in_a_second(ana) >= 45);
}
