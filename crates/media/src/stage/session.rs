//! One speaker's connection: an `Rtc` of str0m, its audio line and its data channel.
//!
//! str0m panics on broken invariants, so everything that touches an `Rtc` runs behind `catch_unwind`: a panic ends
//! this connection alone. Mutate once, then drain: every input is followed by polling until a timeout.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::channel::ChannelId;
use str0m::format::{Codec, CodecConfig};
use str0m::media::{Mid, Pt};
use str0m::net::{Protocol, Receive, TcpType, Transmit};
use str0m::rtp::{RedDecoder, RedEncoder, RedundantBlock, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};

use super::notes;
use super::repair::{Answer, Came, Repair};
use super::whip::{Credentials, Fragment, offer_again, restarted};
use crate::codec::packet_samples;
use crate::flow::{Ask, Return};
use crate::units::{FRAME_SAMPLES, MediaTime};

/// The length of a block that is carried again has ten bits (RFC 2198, section 3).
const RED_BYTES_MAX: usize = 1 << 10;

/// Of a speaker's line; copies are as much again.
const BITS_PER_S: u32 = 48_000;

/// How a datagram came: over UDP or TCP, and from where.
pub type Way = (Protocol, SocketAddr);

/// One moment on the two clocks that the stage needs.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub instant: Instant,
    pub media: MediaTime,
}

/// What a connection has to say.
pub enum Said {
    Transmit(Transmit),
    Connected,
    /// A pair of addresses was found good, at first or after a restart.
    Settled,
    Packet {
        rtp_time: i64,
        again: bool,
        payload: Arc<[u8]>,
    },
    Asked(Vec<Ask>),
    Ended(&'static str),
}

pub struct Session {
    rtc: Rtc,
    /// What the other side would offer now; a restart is this with other credentials.
    offer: String,
    audio: Option<(Mid, Pt, Option<Pt>)>,
    channel: Option<ChannelId>,
    repair: Repair,
    repairs: Option<ChannelId>,
    /// Whether lost packets may be asked for by their numbers (NACK).
    nacks: bool,
    sent: u64,
    /// The last packet of the return, and its time.
    sent_last: Option<(u32, Arc<[u8]>)>,
    rtt: Option<Duration>,
    deadline: Instant,
    /// The last moment it was told of.
    now: Instant,
    said: VecDeque<Said>,
    ended: bool,
    /// For tests: panic at the next touch.
    #[cfg(test)]
    broken: bool,
}

impl Session {
    /// Accept an offer; gives the session and the answer, or the code of the refusal and a detail.
    pub fn answer(
        sdp: &str,
        addresses: &[SocketAddr],
        now: Now,
    ) -> Result<(Self, String), (&'static str, String)> {
        let made = catch_unwind(AssertUnwindSafe(|| Self::try_answer(sdp, addresses, now)));
        made.unwrap_or_else(|_| Err(("sdp_unreadable", "the offer contradicts itself".into())))
    }

    fn try_answer(
        sdp: &str,
        addresses: &[SocketAddr],
        now: Now,
    ) -> Result<(Self, String), (&'static str, String)> {
        let offer = SdpOffer::from_sdp_string(sdp).map_err(|error| ("sdp_unreadable", error.to_string()))?;
        let mut config = Rtc::builder()
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, true)
            .set_stats_interval(Some(Duration::from_secs(1)));
        let nacks = asks_for_nacks(sdp);
        let codecs = config.codec_config();
        let mut params = codecs.params().to_vec();
        for params in &mut params {
            params.set_fb_nack(nacks);
            // Speech is of one rate: a browser that is told what is lost would send less of it, not more, and fill the line with
            // copies to find out how much it carries.
            params.set_fb_transport_cc(false);
        }
        *codecs = CodecConfig::new_from_payload_params(params);
        let mut rtc = config.build(now.instant);
        for &address in addresses {
            let udp = Candidate::host(address, Protocol::Udp);
            let tcp = Candidate::builder().tcp().host(address).tcptype(TcpType::Passive).build();
            for candidate in [udp, tcp].into_iter().flatten() {
                rtc.add_local_candidate(candidate);
            }
        }
        let answer =
            rtc.sdp_api().accept_offer(offer).map_err(|error| ("sdp_unreadable", error.to_string()))?;
        let mut session = Self {
            rtc,
            offer: sdp.to_owned(),
            audio: None,
            channel: None,
            repair: Repair::new(),
            repairs: None,
            nacks,
            sent: 0,
            sent_last: None,
            rtt: None,
            deadline: now.instant,
            now: now.instant,
            said: VecDeque::new(),
            ended: false,
            #[cfg(test)]
            broken: false,
        };
        session.drain();
        let text = tuned(answer.to_sdp_string(), nacks);
        session.audio = audio_mid(&text).and_then(|mid| session.payload_types(mid));
        if session.audio.is_none() {
            return Err(("sdp_no_audio", "no audio line with Opus was found".into()));
        }
        Ok((session, text))
    }

    /// Whether this datagram is part of this connection.
    pub fn accepts(&self, input: &Input) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.rtc.accepts(input))).unwrap_or(false)
    }

    /// Take a datagram, or let time pass.
    pub fn handle(&mut self, input: Input, now: Instant) {
        self.now = now;
        self.guarded(|session| {
            if let Err(error) = session.rtc.handle_input(input) {
                tracing::debug!(%error, "stage.input_refused");
            }
        });
        self.ask_again();
    }

    pub fn poll(&mut self) -> Option<Said> {
        self.said.pop_front()
    }

    pub fn deadline(&self) -> Instant {
        let ask = self.repair.deadline().filter(|_| self.repairs.is_some());
        ask.map_or(self.deadline, |ask| ask.min(self.deadline))
    }

    /// Whether what this line loses may be asked for, and how far behind it the programme runs, and a recording's.
    pub fn allow_repair(&mut self, allowed: bool, window: Duration, late: Duration) {
        self.repair.allow(allowed, window, late);
        let by_number = self.repair.may_ask_by_number();
        self.guarded(|session| {
            let Some((mid, ..)) = session.audio.filter(|_| session.nacks) else { return };
            if let Some(stream) = session.rtc.direct_api().stream_rx_by_mid(mid, None) {
                stream.suppress_nack(!by_number);
            }
        });
    }

    /// Ask for what is due.
    fn ask_again(&mut self) {
        let Some(id) = self.repairs else { return };
        let Some(request) = self.repair.ask(self.now) else { return };
        self.guarded(|session| {
            if let Some(mut channel) = session.rtc.channel(id) {
                let _ = channel.write(false, request.text().as_bytes());
            }
        });
    }

    pub fn rtt_ms(&self) -> Option<u64> {
        self.rtt.map(|rtt| rtt.as_millis() as u64)
    }

    /// Send 20 ms of the return.
    pub fn send(&mut self, back: &Return, now: Instant) {
        self.guarded(|session| {
            let Some((mid, pt, red)) = session.audio else { return };
            if !session.rtc.is_connected() {
                return;
            }
            let before = session.sent_last.replace((back.rtp_time, back.payload.clone()));
            let (pt, payload) = match red {
                Some(red) => (red, with_the_one_before(pt, back, before)),
                None => (pt, back.payload.to_vec()),
            };
            let mut direct = session.rtc.direct_api();
            if let Some(stream) = direct.stream_tx_by_mid(mid, None) {
                session.sent += 1;
                let seq = session.sent.into();
                stream.write_rtp(RtpWrite::new(pt, seq, back.rtp_time, now, payload));
            }
        });
    }

    /// Tell the page something over the data channel, if it opened one.
    pub fn tell(&mut self, text: &str) {
        self.guarded(|session| {
            let channel = session.channel.and_then(|id| session.rtc.channel(id));
            if let Some(mut channel) = channel {
                let _ = channel.write(false, text.as_bytes());
            }
        });
    }

    /// Take what a PATCH brought: candidates that turned up late or, with new credentials, a restart of ICE.
    /// Gives the fragment that answers a restart.
    pub fn patch(&mut self, fragment: &Fragment) -> Result<Option<String>, String> {
        let mut done = Err("this connection has ended".into());
        self.guarded(|session| done = session.try_patch(fragment));
        done
    }

    fn try_patch(&mut self, fragment: &Fragment) -> Result<Option<String>, String> {
        let known = Credentials::find(&self.offer);
        let fresh = fragment.credentials.as_ref().filter(|fresh| Some(*fresh) != known.as_ref());
        let answer = fresh.map(|fresh| self.restart(fresh)).transpose()?;
        // Ours is the passive side: it answers whatever address a check comes from. Names that hide one are of no use.
        for candidate in &fragment.candidates {
            if let Ok(candidate) = Candidate::from_sdp_string(candidate) {
                self.rtc.add_remote_candidate(candidate);
            }
        }
        Ok(answer)
    }

    fn restart(&mut self, fresh: &Credentials) -> Result<String, String> {
        let again = offer_again(&self.offer, fresh);
        let offer = SdpOffer::from_sdp_string(&again).map_err(|error| error.to_string())?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(|error| error.to_string())?;
        self.offer = again;
        Ok(restarted(&answer.to_sdp_string()))
    }

    /// End the connection from our side.
    pub fn close(&mut self) {
        self.guarded(|session| {
            let _ = session.rtc.close();
        });
    }

    #[cfg(test)]
    pub fn break_next(&mut self) {
        self.broken = true;
    }

    fn guarded(&mut self, act: impl FnOnce(&mut Self)) {
        if self.ended {
            return;
        }
        let done = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            assert!(!self.broken, "broken on purpose");
            act(self);
            self.drain();
        }));
        if done.is_err() {
            tracing::error!("stage.session_fault");
            self.end("fault");
        }
    }

    fn end(&mut self, reason: &'static str) {
        if !self.ended {
            self.ended = true;
            self.said.push_back(Said::Ended(reason));
        }
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.deadline = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => self.said.push_back(Said::Transmit(transmit)),
                Ok(Output::Event(event)) => self.note(event),
                Err(error) => {
                    tracing::debug!(%error, "stage.session_error");
                    self.end("fault");
                    break;
                }
            }
        }
        if !self.rtc.is_alive() {
            self.end("left");
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Connected => self.said.push_back(Said::Connected),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => self.end("lost"),
            Event::IceConnectionStateChange(
                IceConnectionState::Connected | IceConnectionState::Completed,
            ) => self.said.push_back(Said::Settled),
            Event::RtpPacket(packet) => self.unpack(&packet),
            Event::ChannelOpen(id, label) if label == "hustings" => self.channel = Some(id),
            Event::ChannelOpen(id, label) if label == "hustings-repair" => self.repairs = Some(id),
            Event::ChannelData(data) if Some(data.id) == self.repairs => self.unpack_answer(&data.data),
            Event::ChannelData(data) => self.said.push_back(Said::Asked(notes::read(&data.data))),
            Event::MediaEgressStats(stats) => {
                self.rtt = stats.rtt.or(self.rtt);
                self.rtt.into_iter().for_each(|rtt| self.repair.hint_round_trip(rtt));
            }
            Event::Closed => self.end("left"),
            _ => {}
        }
    }

    fn payload_types(&self, mid: Mid) -> Option<(Mid, Pt, Option<Pt>)> {
        let opus = |params: &&str0m::format::PayloadParams| params.spec().codec == Codec::Opus;
        let params = self.rtc.codec_config().iter().find(opus)?;
        Some((mid, params.pt(), params.red()))
    }

    fn unpack(&mut self, packet: &RtpPacket) {
        let rtp_time = packet.time.numer() as i64;
        let blocks = self.blocks(packet.header.payload_type, &packet.payload);
        let Some(samples) = blocks.last().map(|block| packet_samples(&block.payload)) else { return };
        let samples = samples.unwrap_or(FRAME_SAMPLES) as i64;
        let came = self.repair.packet(*packet.seq_no, rtp_time, samples, packet.timestamp);
        self.give(rtp_time, came == Came::Again, blocks);
    }

    /// What the page sent again because it was asked to.
    fn unpack_answer(&mut self, bytes: &[u8]) {
        let Some(answer) = Answer::read(bytes) else { return };
        let rtp_time = self.repair.time_of(&answer);
        if self.repair.answered(rtp_time, answer.number, self.now) {
            let blocks = self.blocks(answer.payload_type.into(), &answer.payload.into());
            self.give(rtp_time, true, blocks);
        }
    }

    fn give(&mut self, rtp_time: i64, again: bool, blocks: Vec<Block>) {
        for Block { earlier, payload } in blocks {
            let rtp_time = rtp_time - i64::from(earlier);
            self.repair.have(rtp_time);
            self.said.push_back(Said::Packet { rtp_time, again: again || earlier > 0, payload });
        }
    }

    /// The Opus packets in a payload, the newest last; none where it is something else.
    fn blocks(&self, payload_type: Pt, payload: &Arc<[u8]>) -> Vec<Block> {
        let Some((_, pt, red)) = self.audio else { return Vec::new() };
        if payload_type == pt {
            return vec![Block { earlier: 0, payload: payload.clone() }];
        }
        if Some(payload_type) != red {
            return Vec::new();
        }
        let blocks = RedDecoder::decode(payload).unwrap_or_default();
        let ours = blocks.iter().filter(|block| block.pt == *pt && !block.payload.is_empty());
        ours.map(|block| Block { earlier: block.timestamp_offset, payload: block.payload.into() }).collect()
    }
}

/// One Opus packet of a payload, so many samples before the newest.
struct Block {
    earlier: u32,
    payload: Arc<[u8]>,
}

/// A packet of the return with the one before it, where that is right before it (RFC 2198): one that is lost is not missed.
fn with_the_one_before(pt: Pt, back: &Return, before: Option<(u32, Arc<[u8]>)>) -> Vec<u8> {
    let fits = |(time, payload): &(u32, Arc<[u8]>)| {
        back.rtp_time.wrapping_sub(*time) == FRAME_SAMPLES as u32 && payload.len() < RED_BYTES_MAX
    };
    let again = before.filter(fits).map(|(_, payload)| RedundantBlock {
        pt: *pt,
        timestamp_offset: FRAME_SAMPLES as u32,
        payload: payload.to_vec(),
    });
    RedEncoder::encode(*pt, &back.payload, again.as_slice())
}

/// An answer that asks for speech at a rate that does it justice; and for copies inside of packets (in-band FEC) only where
/// nothing better brings lost ones back: at a given rate they cost more than they give.
fn tuned(answer: String, repaired: bool) -> String {
    let fec = u8::from(!repaired);
    answer.replace("useinbandfec=1", &format!("useinbandfec={fec};maxaveragebitrate={BITS_PER_S}"))
}

/// Whether an offer has lost packets of its Opus asked for by their numbers (RFC 4585).
fn asks_for_nacks(offer: &str) -> bool {
    let opus = offer.lines().find_map(|line| {
        let (pt, codec) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
        codec.to_ascii_lowercase().starts_with("opus/").then_some(pt)
    });
    opus.is_some_and(|pt| offer.lines().any(|line| line.trim_end() == format!("a=rtcp-fb:{pt} nack")))
}

/// The first audio line that an answer accepts.
fn audio_mid(answer: &str) -> Option<Mid> {
    let mut audio = false;
    for line in answer.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            let mut words = media.split(' ');
            audio = words.next() == Some("audio") && words.next() != Some("0");
        } else if let Some(mid) = line.strip_prefix("a=mid:").filter(|_| audio) {
            return Some(mid.into());
        }
    }
    None
}

/// A datagram as str0m takes it; `None` where it is not STUN, DTLS, RTP or RTCP.
pub fn datagram<'a>(way: Way, destination: SocketAddr, bytes: &'a [u8], now: Now) -> Option<Input<'a>> {
    let contents = catch_unwind(|| bytes.try_into().ok()).ok().flatten()?;
    let (proto, source) = way;
    Some(Input::Receive(now.instant, Receive { proto, source, destination, contents }))
}
