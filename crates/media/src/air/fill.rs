//! One hall's programme, filled where nobody speaks, 20 ms at a time.

use std::collections::VecDeque;

use crate::flow::{AirReport, HallState, Late, Playing, Programme};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::cues::{self, Cue};
use super::delay::{Delay, DelayOrder, Delayed};
use super::layers::{Announcement, Tone, let_in};
use super::plain::Plain;
use super::quiet::Quiet;
use super::sounds::Sounds;

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// Dead air is told after 5 s and covered after 20.
const TOLD_AFTER: SampleCount = SampleCount::from_ms(5_000);
const COVERED_AFTER: SampleCount = SampleCount::from_ms(20_000);
const REPORT_EVERY: SampleCount = SampleCount::from_ms(1_000);

/// What a hall is to be filled with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AirOrder {
    pub starts_at: Option<MediaTime>,
    /// `None`: nothing at all is played.
    pub sounds: Option<Sounds>,
    /// Dead air is neither told nor covered.
    pub silence_intended: bool,
    pub delay: DelayOrder,
}

pub enum Input {
    /// What holds from now on; what is being announced is played to its end.
    Order(AirOrder),
    /// 20 ms of the mix, in any state of the hall.
    Frame(Programme),
    /// 20 ms mixed again, after what stood there went out.
    Late(Late),
}

pub enum Output {
    Programme(Programme),
    Report(AirReport),
    /// To be put where the same words went out.
    Late(Late),
}

/// One hall's air.
#[derive(Default)]
pub struct Air {
    order: AirOrder,
    delay: Delay,
    sounds: Sounds,
    /// The opening of this start, settled when it was due: no other is begun in its middle.
    opened: Option<Cue>,
    opening: Announcement,
    pause: Announcement,
    closing: Announcement,
    tone: Tone,
    quiet: Quiet,
    plain: Plain,
    /// Whether there was a programme: without one there is nothing to close.
    began: bool,
    told: Option<(MediaTime, AirReport)>,
    outputs: VecDeque<Output>,
}

/// What is due in one frame.
#[derive(Default)]
struct Due {
    opening: Option<Cue>,
    pause: Option<Cue>,
    closing: Option<Cue>,
}

impl Air {
    pub fn handle(&mut self, input: Input) {
        match input {
            Input::Order(mut order) => {
                self.delay.order(std::mem::take(&mut order.delay));
                self.order = order;
            }
            Input::Frame(frame) => {
                let Some(Delayed { frame, idle }) = self.delay.pass(frame) else { return };
                match self.admit(frame) {
                    Ok(frame) => self.fill(frame, idle),
                    Err(at) => self.fall_silent(at),
                }
            }
            Input::Late(late) => self.mend(late),
        }
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The frame as the crowd is to have it, or when there was none to have.
    fn admit(&mut self, frame: Programme) -> Result<Programme, MediaTime> {
        let at = frame.at;
        match frame.state {
            HallState::Doors | HallState::Live | HallState::Paused => {
                self.began = true;
                Ok(frame)
            }
            HallState::Draft | HallState::Announced => {
                // The first part holds the second on which the hall goes live; there are no halves.
                let starts_at = self.order.starts_at.ok_or(at)?;
                let first = starts_at.part_no();
                let leads = (first.start()..starts_at).contains(&at);
                if leads { Ok(Programme { state: HallState::Doors, since: first, ..frame }) } else { Err(at) }
            }
            HallState::Ended => {
                let closing = cues::closing(&frame, &self.sounds).filter(|_| self.began);
                // To the end of a part, and the frame that its encoder looks ahead to.
                let last = closing.ok_or(at)?.ends() - SampleCount(1);
                if at < last.part_no().next().start() + FRAME { Ok(frame) } else { Err(at) }
            }
        }
    }

    /// What was not heard as it was mixed is not to be heard from a recording either: silence stands in for it.
    fn mend(&mut self, mut late: Late) {
        late.frame.at = self.delay.stands_at(late.frame.at);
        if !self.plain.has(late.frame.at.part_no()) {
            (late.frame.pcm, late.mends) = ([0.0; FRAME_SAMPLES], false);
        }
        self.outputs.push_back(Output::Late(late));
    }

    /// `idle`: nothing is said in it, and that is no dead air.
    fn fill(&mut self, mut frame: Programme, idle: bool) {
        let at = frame.at;
        let due = self.due(&frame);
        if let Some(opening) = &due.opening {
            let_in(&mut frame.pcm, at, opening.ends());
            if at + FRAME <= opening.ends() {
                frame.voices.clear();
            }
        }
        let stood = match self.stands(&frame, &due) {
            Playing::Stage if idle => self.empty(),
            stands => stands,
        };
        let counted = stood == Playing::Stage && frame.state == HallState::Live;
        let quiet = self.quiet.note(&frame.pcm, at, counted && !self.order.silence_intended);
        let has_tone = self.sounds.tone.is_some();
        let covered = counted && quiet >= COVERED_AFTER && has_tone;
        let playing = if covered { Playing::Tone } else { stood };
        let sounding = |cue: Option<Cue>| cue.filter(|cue| cue.sounds_at(at));
        self.opening.add(&mut frame.pcm, at, sounding(due.opening.clone()));
        self.pause.add(&mut frame.pcm, at, sounding(due.pause));
        self.closing.add(&mut frame.pcm, at, sounding(due.closing));
        let tone = self.sounds.tone.as_ref().filter(|_| playing == Playing::Tone);
        self.tone.add(&mut frame.pcm, at, tone);
        let let_in = due.opening.is_some_and(|opening| at < opening.ends());
        self.plain.note(at, counted && !covered && !let_in);
        self.outputs.push_back(Output::Programme(frame));
        self.report(at, AirReport { part_no: at.part_no().0, playing, quiet_ms: quiet.ms(), covered });
    }

    fn due(&mut self, frame: &Programme) -> Due {
        let announcing = self.told.as_ref().is_some_and(|(_, told)| told.playing.is_announcement());
        if !announcing {
            self.sounds = self.order.sounds.clone().unwrap_or_default();
        }
        let opening = cues::opening(frame, self.order.starts_at, &self.sounds);
        let begins = |cue: &Option<Cue>| cue.as_ref().map(|cue| cue.begins);
        if opening.is_some() && begins(&opening) != begins(&self.opened) {
            self.opened = opening.clone();
        }
        Due {
            opening: opening.and(self.opened.clone()),
            pause: cues::pause(frame, &self.sounds),
            closing: cues::closing(frame, &self.sounds),
        }
    }

    /// What the programme is made of, dead air aside.
    fn stands(&self, frame: &Programme, due: &Due) -> Playing {
        let before = |cue: &Cue| frame.at < cue.begins;
        let sounding = |cue: &Cue| cue.sounds_at(frame.at);
        match frame.state {
            HallState::Live if due.opening.as_ref().is_some_and(sounding) => Playing::Opening,
            HallState::Live => Playing::Stage,
            HallState::Paused if due.pause.as_ref().is_some_and(sounding) => Playing::Pause,
            HallState::Paused if due.pause.as_ref().is_some_and(before) => Playing::Nothing,
            HallState::Ended if due.closing.as_ref().is_some_and(sounding) => Playing::Closing,
            HallState::Ended => Playing::Nothing,
            _ => self.empty(),
        }
    }

    /// What an empty room sounds like.
    fn empty(&self) -> Playing {
        if self.sounds.tone.is_some() { Playing::Tone } else { Playing::Nothing }
    }

    fn fall_silent(&mut self, at: MediaTime) {
        let silent =
            AirReport { part_no: at.part_no().0, playing: Playing::Nothing, quiet_ms: 0, covered: false };
        if self.told.as_ref().is_some_and(|(_, told)| told.playing != Playing::Nothing) {
            self.report(at, silent);
        }
    }

    /// Tell how it stands, every second and at each change.
    fn report(&mut self, at: MediaTime, now: AirReport) {
        let dead = |report: &AirReport| report.quiet_ms >= TOLD_AFTER.ms();
        let same = |told: &AirReport| {
            (told.playing, told.covered, dead(told)) == (now.playing, now.covered, dead(&now))
        };
        let fresh = self.told.as_ref().is_some_and(|(then, told)| at - *then < REPORT_EVERY && same(told));
        if !fresh {
            self.outputs.push_back(Output::Report(now.clone()));
            self.told = Some((at, now));
        }
    }
}
