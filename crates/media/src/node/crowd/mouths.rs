//! One synthetic speaker: a file, a socket, a connection that comes back when it breaks.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::codec::{Decoder, Encoder, Quality};
use crate::crowd::{Mouth, Said};
use crate::node::clock::Clock;
use crate::node::http::pass_on;
use crate::node::start::CannotStart;
use crate::units::FRAME_SAMPLES;

use super::board::Seated;
use super::place::Place;
use super::wire::Wire;

const FRAME: Duration = Duration::from_millis(20);
/// The stage speaks four times a second; silence this long is a dead line.
const SILENT: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_millis(300);

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeakerOrder {
    whip: String,
    pass: String,
    pub file: PathBuf,
    #[serde(default, rename = "loop")]
    looping: bool,
    #[serde(default)]
    gain_db: f32,
    #[serde(default)]
    offset_ms: u64,
    /// Come over TCP alone, as from behind a wall that stops UDP.
    #[serde(default)]
    tcp: bool,
    /// One connection to each of so many stages; a stage that is not there is left alone.
    #[serde(default = "both")]
    stages: usize,
    /// A folder for `sent.tsv`, `return.tsv` and `return.f32`, for measurements.
    #[serde(default)]
    dump: Option<PathBuf>,
}

fn both() -> usize {
    2
}

impl SpeakerOrder {
    pub fn loops(&self) -> bool {
        self.looping
    }

    /// The same speaker's order for each stage: its number, where there are several. The first alone writes files.
    pub fn connections(&self) -> Vec<Self> {
        let of_stage = |n: usize| Self {
            whip: if self.stages > 1 { format!("{}?stage={n}", self.whip) } else { self.whip.clone() },
            dump: self.dump.clone().filter(|_| n == 1),
            ..self.clone()
        };
        (1..=self.stages.max(1)).map(of_stage).collect()
    }
}

/// One connection of a speaker.
pub struct Speaker {
    pub seated: Seated,
    pub order: SpeakerOrder,
    pub pcm: Arc<[f32]>,
    pub started: Instant,
    pub clock: Clock,
}

struct Dump {
    sent: BufWriter<File>,
    returned: BufWriter<File>,
    pcm: BufWriter<File>,
    decoder: Decoder,
}

struct Live {
    connected: bool,
    reconnects: u32,
    note: Value,
    noted: Instant,
    ended: bool,
    /// Wait this long before the next try; a refusal that will not change ends the speaker.
    refused: Option<String>,
}

impl Speaker {
    pub fn run(self, tell: &Sender<(Seated, Value)>, stop: &AtomicBool) {
        let mut dump = self.order.dump.as_deref().and_then(|folder| Dump::open(folder).ok());
        let mut encoder = Encoder::new(Quality::Microphone);
        let mut live = Live {
            connected: false,
            reconnects: 0,
            note: Value::Null,
            noted: self.clock.instant(),
            ended: false,
            refused: None,
        };
        while !stop.load(Ordering::Relaxed) {
            live.ended = false;
            live.noted = self.clock.instant();
            if let Some((mut mouth, mut wire)) = self.connect(&mut live) {
                live.refused = None;
                let line = (&mut mouth, &mut wire);
                self.talk(line, (&mut encoder, &mut dump), &mut live, &mut |live| {
                    let _ = tell.send((self.seated, self.state(live)));
                    stop.load(Ordering::Relaxed)
                });
                live.connected = false;
                // Whoever is told to stop does not come back.
                live.reconnects += u32::from(!stop.load(Ordering::Relaxed));
            }
            let _ = tell.send((self.seated, self.state(&live)));
            if live.refused.as_ref().is_some_and(|refused| refused.contains("\"stage_unknown\"")) {
                return;
            }
            self.clock.sleep_until(self.clock.instant() + AGAIN);
        }
    }

    fn state(&self, live: &Live) -> Value {
        json!({
            "seat": self.seat(), "connected": live.connected,
            "reconnects": live.reconnects, "heard": live.note["heard"] == true,
            "rtt_ms": live.note["rtt_ms"], "lost": live.note["lost"], "refused": live.refused,
        })
    }

    fn seat(&self) -> Option<&str> {
        self.order.whip.split('?').next()?.rsplit('/').next()
    }

    fn connect(&self, live: &mut Live) -> Option<(Mouth, Wire)> {
        let place = Place::of(&self.order.whip).map_err(|CannotStart(why)| live.refused = Some(why)).ok()?;
        let local = local_address(place.address)?;
        let wire = if self.order.tcp { Wire::tcp(local) } else { Wire::udp(local)? };
        let (mut mouth, offer) = Mouth::offer(wire.proto(), wire.local, self.clock.instant());
        match post(&place, &self.order.pass, offer) {
            Ok(answer) => mouth.accept(&answer).then_some((mouth, wire)),
            Err(refused) => {
                live.refused = Some(refused);
                None
            }
        }
    }

    fn talk(
        &self,
        (mouth, wire): (&mut Mouth, &mut Wire),
        sound: (&mut Encoder, &mut Option<Dump>),
        live: &mut Live,
        stopped: &mut dyn FnMut(&Live) -> bool,
    ) {
        let (encoder, dump) = sound;
        let origin = self.started + Duration::from_millis(self.order.offset_ms);
        let mut frame = frames_since(origin, self.clock.instant()) + 1;
        while !live.ended && self.clock.instant() - live.noted < SILENT {
            let due = origin + FRAME * frame as u32;
            let wait = due.min(mouth.deadline()).saturating_duration_since(self.clock.instant());
            if let Some((bytes, source)) = wire.receive(wait.max(Duration::from_micros(200))) {
                mouth.receive(&bytes, source, wire.local, self.clock.instant());
            }
            let now = self.clock.instant();
            if now >= mouth.deadline() {
                mouth.pass_time(now);
            }
            if now >= due {
                let Some(pcm) = self.frame(frame) else { return };
                mouth.speak(encoder.encode(&pcm), frame, now);
                if let Some(dump) = dump {
                    let _ = writeln!(dump.sent, "{frame}\t{}", self.clock.media_at(now).0);
                }
                frame += 1;
                if frame.is_multiple_of(50) && stopped(live) {
                    return;
                }
            }
            while let Some(said) = mouth.poll() {
                self.note(said, wire, dump, live);
            }
        }
    }

    fn note(&self, said: Said, wire: &mut Wire, dump: &mut Option<Dump>, live: &mut Live) {
        match said {
            Said::Transmit(out) => wire.send(&out.contents, out.destination),
            Said::Connected => live.connected = true,
            Said::Note(text) => {
                live.noted = self.clock.instant();
                live.note = serde_json::from_str(&text).unwrap_or(Value::Null);
            }
            Said::Return { rtp_time, payload } => {
                // Words are held up where much is lost; the stage is there all the same.
                live.noted = self.clock.instant();
                if let Some(dump) = dump {
                    dump.keep(rtp_time, &payload, self.clock.media().0);
                }
            }
            Said::Ended => live.ended = true,
        }
    }

    /// The frame of this number, or the end of a file that does not loop.
    fn frame(&self, number: u64) -> Option<[f32; FRAME_SAMPLES]> {
        let frames = (self.pcm.len() / FRAME_SAMPLES) as u64;
        if !self.order.looping && number >= frames {
            return None;
        }
        let start = (number % frames) as usize * FRAME_SAMPLES;
        let gain = 10_f32.powf(self.order.gain_db / 20.0);
        Some(std::array::from_fn(|i| self.pcm[start + i] * gain))
    }
}

impl Dump {
    fn open(folder: &std::path::Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let open = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
        Ok(Self {
            sent: open("sent.tsv")?,
            returned: open("return.tsv")?,
            pcm: open("return.f32")?,
            decoder: Decoder::new(),
        })
    }

    fn keep(&mut self, rtp_time: u64, payload: &[u8], arrived: i64) {
        let pcm = self.decoder.decode(payload).unwrap_or_else(|_| vec![0.0; FRAME_SAMPLES]);
        let _ = writeln!(self.returned, "{rtp_time}\t{arrived}\t{}", pcm.len());
        for sample in pcm {
            let _ = self.pcm.write_all(&sample.to_le_bytes());
        }
    }
}

fn frames_since(origin: Instant, now: Instant) -> u64 {
    (now.saturating_duration_since(origin).as_micros() / FRAME.as_micros()) as u64
}

/// The address of ours from which `target` is reached.
fn local_address(target: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr =
        if target.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let probe = UdpSocket::bind((any, 0)).ok()?;
    probe.connect(target).ok()?;
    probe.local_addr().ok().map(|address| address.ip())
}

fn post(place: &Place, pass: &str, offer: String) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let request = Request::post(&place.path)
            .header("Host", &place.host)
            .header("Content-Type", "application/sdp")
            .header("Authorization", format!("Bearer {pass}"))
            .body(Full::new(Bytes::from(offer)))
            .map_err(|error| error.to_string())?;
        let response = pass_on(place.address, place.trust.as_ref(), request, SILENT)
            .await
            .map_err(|error| error.to_string())?;
        let created = response.status() == 201;
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        if created { Ok(text) } else { Err(text) }
    })
}
