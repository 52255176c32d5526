//! For tests alone: a moment to start virtual time from.

use crate::stage::Now;
use crate::units::MediaTime;

/// Any instant will do as the first; all later ones are counted from it.
#[allow(clippy::disallowed_methods)]
pub fn start() -> Now {
    Now { instant: std::time::Instant::now(), media: MediaTime(155_208_333 * 11_520) }
}
