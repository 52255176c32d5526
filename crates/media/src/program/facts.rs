//! The timed facts of a part (`spec/live.md`): JSON in an ID3 tag, and captions read back out of it.

use crate::flow::{Caption, Facts};
use crate::units::{MediaTime, PartNo};

/// Timed facts in one part, tag and all, never exceed this.
pub const FACTS_BYTES_MAX: usize = 200;
const TXXX_DESCRIPTION: &[u8] = b"\x03hustings\0";
const ID3_OVERHEAD: usize = 10 + 10 + TXXX_DESCRIPTION.len();

/// The facts as the pages read them; voices that would not fit are left out, quietest first, and a caption that does
/// not fit without any.
pub fn facts_json(facts: &Facts) -> String {
    let level: String = facts.level.iter().map(|db| format!("{db:02x}")).collect();
    let mut voices: Vec<&str> = facts.voices.iter().take(4).map(|seat| seat.as_str()).collect();
    let lacks = facts.lacks.map(|count| format!(",\"lacks\":{count}")).unwrap_or_default();
    let mut caption = facts.caption.as_ref().map(caption_json).unwrap_or_default();
    loop {
        let named: Vec<String> = voices.iter().map(|seat| format!("\"{seat}\"")).collect();
        let json = format!(
            "{{\"v\":1,\"hall\":[\"{}\",{}],\"voices\":[{}],\"level\":\"{level}\"{lacks}{caption}}}",
            facts.state.word(),
            facts.since.0,
            named.join(",")
        );
        if json.len() + ID3_OVERHEAD <= FACTS_BYTES_MAX {
            return json;
        }
        if voices.pop().is_none() && std::mem::take(&mut caption).is_empty() {
            return json;
        }
    }
}

fn caption_json(caption: &Caption) -> String {
    format!(",\"caption\":[{},{}]", caption.no, serde_json::Value::from(&*caption.text))
}

/// One ID3v2.4 tag with one `TXXX` frame, UTF-8. Sizes below 16,384 fit two sync-safe bytes.
pub fn id3_tag(text: &str) -> Vec<u8> {
    let sync_safe = |size: usize| [0, 0, (size >> 7 & 0x7f) as u8, (size & 0x7f) as u8];
    let frame = TXXX_DESCRIPTION.len() + text.len();
    let mut tag = b"ID3\x04\0\0".to_vec();
    tag.extend(sync_safe(frame + 10));
    tag.extend(b"TXXX");
    tag.extend(sync_safe(frame));
    tag.extend([0, 0]);
    tag.extend(TXXX_DESCRIPTION);
    tag.extend(text.as_bytes());
    tag
}

/// The JSON in an `emsg` of ours.
pub fn facts_in(emsg: &[u8]) -> Option<&str> {
    let at = emsg.windows(TXXX_DESCRIPTION.len()).position(|window| window == TXXX_DESCRIPTION)?;
    std::str::from_utf8(&emsg[at + TXXX_DESCRIPTION.len()..]).ok()
}

/// The caption that the body of an `emsg` (version 1) carries, and the part it is in.
pub fn caption_in(emsg: &[u8]) -> Option<Caption> {
    let time = u64::from_be_bytes(emsg.get(8..16)?.try_into().ok()?);
    let facts: serde_json::Value = serde_json::from_str(facts_in(emsg)?).ok()?;
    let caption = facts.get("caption")?;
    let part: PartNo = MediaTime(i64::try_from(time).ok()?).part_no();
    Some(Caption { no: caption.get(0)?.as_u64()?, part, text: caption.get(1)?.as_str()?.into() })
}
