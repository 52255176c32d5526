//! Who stands at the door and has not said what for, by where they come from: nobody's hundreds keep others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU64;

/// A campus behind one address may come at once; what asks takes milliseconds to do so.
const ASKING_MAX: u32 = 400;

/// Where somebody comes from, as far as it is one party's: a /24, or a /56 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prefix(NonZeroU64);

impl Prefix {
    /// None of addresses that are nobody's in particular: our own machine's, and those of networks behind which there
    /// may be a proxy with everyone's listeners.
    pub fn of(address: IpAddr) -> Option<Self> {
        let bits = match address.to_canonical() {
            IpAddr::V4(four) if four.is_loopback() || four.is_private() || four.is_link_local() => {
                return None;
            }
            IpAddr::V4(four) => u64::from(four.to_bits() >> 8),
            IpAddr::V6(six) if six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local() => {
                return None;
            }
            IpAddr::V6(six) => u64::try_from(six.to_bits() >> 72).unwrap_or(u64::MAX) | 1 << 63,
        };
        NonZeroU64::new(bits).map(Self)
    }
}

#[derive(Default)]
pub struct Asking(HashMap<Prefix, u32>);

impl Asking {
    /// One more; false where there are too many of that prefix already.
    pub fn come(&mut self, prefix: Prefix) -> bool {
        let count = self.0.entry(prefix).or_default();
        if *count >= ASKING_MAX {
            return false;
        }
        *count += 1;
        true
    }

    pub fn done(&mut self, prefix: Prefix) {
        if let Some(count) = self.0.get_mut(&prefix) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&prefix);
            }
        }
    }
}
