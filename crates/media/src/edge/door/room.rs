//! How many listeners there is room for, out of what was measured: the least of time, uplink, memory and descriptors.

/// How much of each thing is planned with. The rest is for newcomers, for those who catch up, and for error.
const PLANNED: f64 = 0.85;
/// What a listener's part costs where too few are here to measure it, a share of a core in a period: more than it
/// took on any machine that was seen.
const SWEEP_PRIOR: f64 = 8e-6 / 0.24;
const SEALED_PRIOR: f64 = 3.0;
/// As many must listen for what they cost to be more than the cost of anything else.
const MEASURED_FROM: f64 = 200.0;
/// Memory of a listener, of the process and of the kernel, with what may wait in its buffers.
const BYTES: f64 = 12_000.0;
const SEALED_BYTES: f64 = 16_000.0;
/// Of memory so much is never planned with: what is kept of halls grows, and those who ask take some for a moment.
const RESERVE_BYTES: f64 = 16.0 * 1024.0 * 1024.0;
const ASKING_MIN: usize = 64;
/// Memory of somebody who asks, before it is clear whether they are let in: a handshake's.
const ASKING_BYTES: f64 = 2_000.0;
const SEALED_ASKING_BYTES: f64 = 24_000.0;
/// Bits a second of a listener who hears 64 kbit/s, with all headers, where nothing was sent yet.
const BITS_PRIOR: f64 = 72_000.0;

/// Bits a second of the headers of TCP, IP and Ethernet for a listener of the quickest cadence: 66 bytes every 240 ms.
const HEADER_BITS: f64 = 2_200.0;

/// What the shell measured over the last seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Who listened meanwhile, on average; and each counted by its share of the writes: a slow cadence is a fraction.
    pub listeners: f64,
    pub writes: f64,
    /// The share of the time that sweeps took, and of a core.
    pub swept: f64,
    pub swept_cpu: f64,
    /// The cores there are for it: one at the most, less where it is held to less. What others use shows in `swept`.
    pub cores: f64,
    /// Without headers.
    pub bits_per_s: f64,
    pub uplink_bits_per_s: Option<f64>,
    /// The share of listeners whom older parts had not reached when the next went out.
    pub behind: f64,
    /// Bytes below the limit that this process is held to, or that the machine has.
    pub memory_left: Option<f64>,
    pub descriptors: f64,
    pub sealed: bool,
}

/// What may run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Sweep,
    Uplink,
    Memory,
    Descriptors,
}

impl Of {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Uplink => "uplink",
            Self::Memory => "memory",
            Self::Descriptors => "descriptors",
        }
    }
}

/// How many listeners each thing is enough for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    pub sweep: f64,
    pub uplink: f64,
    pub memory: f64,
    pub descriptors: f64,
}

/// How many may be asking at one time: as many as half the memory is enough for that is left, reserve and all. A few always
/// are, or nobody could be told why they have to wait.
pub fn asking_most(memory_left: Option<f64>, sealed: bool) -> usize {
    let bytes = if sealed { SEALED_ASKING_BYTES } else { ASKING_BYTES };
    memory_left.map_or(usize::MAX, |left| (left / 2.0 / bytes) as usize).max(ASKING_MIN)
}

impl Room {
    pub fn of(told: &Measured) -> Self {
        let known = told.listeners >= MEASURED_FROM;
        let prior = SWEEP_PRIOR * if told.sealed { SEALED_PRIOR } else { 1.0 };
        let enough_for = |share: f64, of: f64| PLANNED * of * told.writes / share.max(1e-9);
        let sweep = if known {
            enough_for(told.swept, 1.0).min(enough_for(told.swept_cpu, told.cores))
        } else {
            PLANNED * told.cores / prior
        };
        let headers = HEADER_BITS * told.writes / told.listeners.max(1.0);
        let bits = if known { told.bits_per_s / told.listeners + headers } else { BITS_PRIOR };
        let uplink = told.uplink_bits_per_s.map(|line| PLANNED * line / bits.max(1.0));
        let bytes = if told.sealed { SEALED_BYTES } else { BYTES };
        let plan = |left: f64| told.listeners + PLANNED * (left - RESERVE_BYTES).max(0.0) / bytes;
        let memory = told.memory_left.map(plan);
        Self {
            sweep,
            uplink: uplink.unwrap_or(f64::INFINITY),
            memory: memory.unwrap_or(f64::INFINITY),
            descriptors: told.descriptors,
        }
    }

    pub fn all(&self) -> [(Of, f64); 4] {
        [
            (Of::Sweep, self.sweep),
            (Of::Uplink, self.uplink),
            (Of::Memory, self.memory),
            (Of::Descriptors, self.descriptors),
        ]
    }

    /// The least of it.
    pub fn least(&self) -> (Of, f64) {
        self.all()
            .into_iter()
            .fold((Of::Sweep, f64::INFINITY), |least, one| if one.1 < least.1 { one } else { least })
    }
}

/// A line is full when so many are behind at once, and is not when so few are.
const STRAINED: f64 = 0.2;
const EASED: f64 = 0.05;
/// While it is full, fewer are let in second by second than are here; when it is not, more again.
const FEWER: f64 = 0.98;
const MORE: f64 = 1.02;
/// What a line bore once is forgotten when so many times as many could be here.
const FORGOTTEN: f64 = 2.0;

/// How many listeners the line bears, where nobody said what it carries: as many as there were when too many fell behind.
#[derive(Default)]
pub struct Strain(Option<f64>);

impl Strain {
    /// A second has passed.
    pub fn measured(&mut self, told: &Measured) -> f64 {
        if told.listeners >= MEASURED_FROM && told.behind >= STRAINED {
            self.0 = Some(self.0.map_or(told.listeners, |most| most.min(told.listeners)) * FEWER);
        } else if told.behind <= EASED {
            self.0 = self.0.map(|most| most * MORE).filter(|most| *most < told.listeners * FORGOTTEN);
        }
        self.0.unwrap_or(f64::INFINITY)
    }
}
