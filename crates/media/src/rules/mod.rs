//! What every node knows without asking: its orders, how to read a pass, how to say no.

mod desk_clock;
#[cfg(test)]
mod desk_clock_test;
mod figures;
#[cfg(test)]
mod figures_test;
mod orders;
#[cfg(test)]
mod orders_test;
mod passes;
#[cfg(test)]
mod passes_test;
mod refusals;
mod sounds;
#[cfg(test)]
mod sounds_test;
mod standing;
#[cfg(test)]
mod standing_test;
mod tokens;
#[cfg(test)]
mod tokens_test;
mod turn;
#[cfg(test)]
mod turn_test;
#[cfg(test)]
mod vectors_test;

pub use desk_clock::DeskClock;
pub use figures::{Figure, figures};
pub use orders::{Grace, HallOrder, Key, Orders, Seat};
pub use passes::{Claims, Role, check_pass};
pub use refusals::{Refusal, refusal};
pub use sounds::{SoundName, SoundOrder};
pub use standing::Standing;
pub use tokens::{FleetKey, Tokens};
pub use turn::Turn;
