//! Whether more stand before the door, and when it is looked again.

use std::time::Duration;

/// When there is no descriptor or no memory for a newcomer, it is asked again so much later.
const ACCEPT_AGAIN: Duration = Duration::from_millis(20);
const ACCEPT_SOON: Duration = Duration::from_millis(2);

/// Whether there may be more at the door.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Newcomers {
    None,
    Now,
    /// They are let in when those are done who were begun with.
    Soon,
    /// The system gives no more descriptors at the moment, or there is too little memory for more.
    Later,
}

impl Newcomers {
    /// How long it is waited for anything else, before it is looked again.
    pub fn wait(self) -> Duration {
        match self {
            Self::None => Duration::MAX,
            Self::Now => Duration::ZERO,
            Self::Soon => ACCEPT_SOON,
            Self::Later => ACCEPT_AGAIN,
        }
    }
}
