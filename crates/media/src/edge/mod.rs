//! Part becomes what a listener asked for.
//!
//! [`Door`] is the stream port: HTTP/1.1, one long response per listener, every listener of a hall fed from the same
//! buffers. [`Rendition`] is a hall's HLS: playlists, segments, parts and captions out of memory. [`route`] tells what an address of the page port means. The edge knows halls as names and parts as
//! bytes; it decides nothing about an evening, and holds no socket.

mod captions;
#[cfg(test)]
mod captions_test;
mod door;
mod fleet;
#[cfg(test)]
mod fleet_test;
mod hls;
#[cfg(test)]
mod hls_test;
mod playlist;
#[cfg(test)]
mod playlist_test;
mod routes;
#[cfg(test)]
mod routes_test;

pub use door::{
    Admission, BEGUN, Cadence, Class, ConnId, Crush, Door, DoorCounts, Input, LineView, Load, Measured,
    Meter, OVER, Output, Prefix, Room, STEPS, Spent, Sweep, Verdict, asking_most,
};
pub use fleet::{Beat, Fleet, FleetView, Origins};
pub use hls::{HlsAnswer, HlsAsk, Keep, Moment, Rendition, reload};
pub use routes::{Route, ask_again_ms, challenge, pass_in_query, route, stage_in_query, without_pass};
