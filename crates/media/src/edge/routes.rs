//! What an address of the page port means, and how often the state may be asked for. Pure: values in, meanings out.

use crate::flow::{HallId, SeatId};

use super::hls::{HlsAsk, captions, object};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// A page of ours by its file name; halls must exist, passes are exchanged.
    Landing,
    Listen(HallId),
    /// The permanent address of a body that meets again.
    Series(HallId),
    Studio(Option<HallId>),
    Owner,
    Asset(String),
    State(HallId),
    /// How the line moves.
    Line(HallId),
    Playlist(HallId),
    /// Something a playlist names.
    Piece(HallId, HlsAsk),
    Me(HallId),
    Whip(HallId, SeatId),
    /// Passed on to the desk.
    Desk,
    Livez,
    Metrics,
    Unknown,
}

/// The meaning of `path`, without its query. Two slashes at its start lead nowhere: in a `Location`
/// a browser would take what follows for another host.
pub fn route(path: &str) -> Route {
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let hall = |text: &str| HallId::parse(text);
    match parts.as_slice() {
        [""] => Route::Landing,
        ["h", name] => hall(name).map_or(Route::Unknown, Route::Listen),
        ["s", name] => hall(name).map_or(Route::Unknown, Route::Series),
        ["h", name, "state.json"] => hall(name).map_or(Route::Unknown, Route::State),
        ["h", name, "line.json"] => hall(name).map_or(Route::Unknown, Route::Line),
        ["h", name, "live.m3u8"] => hall(name).map_or(Route::Unknown, Route::Playlist),
        // The way up: the desk answers, under the address of the hall.
        ["h", name, "hand"] => hall(name).map_or(Route::Unknown, |_| Route::Desk),
        ["h", name, "all.m3u8"] => piece(hall(name), Some(HlsAsk::All)),
        ["h", name, "captions.m3u8"] => piece(hall(name), Some(HlsAsk::CaptionsPlaylist)),
        ["h", name, "vtt", file] => piece(hall(name), captions(file)),
        ["h", name, "aac", file] => piece(hall(name), object(file)),
        ["studio"] => Route::Studio(None),
        ["studio", name] => hall(name).map_or(Route::Unknown, |hall| Route::Studio(Some(hall))),
        ["studio", name, "me.json"] => hall(name).map_or(Route::Unknown, Route::Me),
        ["owner", token] if !token.is_empty() => Route::Owner,
        ["assets", name] if is_file_name(name) => Route::Asset(format!("assets/{name}")),
        ["favicon.ico" | "favicon.svg"] => Route::Asset("favicon.svg".into()),
        ["whip", name, seat, ..] if parts.len() <= 4 => match (hall(name), SeatId::parse(seat)) {
            (Some(hall), Some(seat)) => Route::Whip(hall, seat),
            _ => Route::Unknown,
        },
        ["api", ..] | ["docs", ..] | ["readyz"] => Route::Desk,
        ["livez"] => Route::Livez,
        ["metrics"] => Route::Metrics,
        _ => Route::Unknown,
    }
}

/// How long a page waits before it asks for the public state again: two thousand answers a second, at most, from
/// those who listen, and half a second while they are few.
pub fn ask_again_ms(listeners: usize) -> u64 {
    (listeners as u64 / 2).clamp(500, 10_000)
}

fn piece(hall: Option<HallId>, ask: Option<HlsAsk>) -> Route {
    hall.zip(ask).map_or(Route::Unknown, |(hall, ask)| Route::Piece(hall, ask))
}

fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

/// The token of a challenge that an ACME authority asks for (RFC 8555 section 8.3).
pub fn challenge(path: &str) -> Option<&str> {
    let token = path.strip_prefix("/.well-known/acme-challenge/")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    (!token.is_empty() && token.len() <= 256 && token.bytes().all(plain)).then_some(token)
}

/// The pass in a query, if one came with the link.
pub fn pass_in_query(query: Option<&str>) -> Option<&str> {
    query?.split('&').find_map(|pair| pair.strip_prefix("pass="))
}

/// The stage that a query asks for, counted from one; 0 where it asks for none that can be.
pub fn stage_in_query(query: Option<&str>) -> Option<usize> {
    let asked = query?.split('&').find_map(|pair| pair.strip_prefix("stage="))?;
    Some(asked.parse().unwrap_or(0))
}

/// The same query without the pass.
pub fn without_pass(query: Option<&str>) -> String {
    let rest: Vec<&str> = query
        .unwrap_or("")
        .split('&')
        .filter(|pair| !pair.starts_with("pass=") && !pair.is_empty())
        .collect();
    if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) }
}
