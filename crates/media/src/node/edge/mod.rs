use crate::node::clock::Clock; use crate::node::start::CannotStart;
pub fn run(_o: serde_json::Value, _c: Clock) -> Result<(), CannotStart> { Ok(()) }
