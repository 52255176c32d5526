//! What an edge answers a listener, read with care: head, chunks, boxes, parts.

use crate::program::{ReadFault, Splitter, StreamPiece};
use crate::units::PartNo;

const HEAD_BYTES_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 64;
const LINE_BYTES_MAX: usize = 64;

/// What a listener is told for later: what it is known by elsewhere, and where that is, as addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub resume: Option<String>,
    pub alternates: Vec<String>,
    /// A place in line, and after how many seconds to show it.
    pub place: Option<String>,
    pub again_s: Option<u64>,
}

/// The head of an answer, as far as a listener cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    /// The first part, as `Hustings-From` says.
    pub from: Option<PartNo>,
    /// Parts to a write.
    pub cadence: u64,
    pub told: Told,
    /// How many bytes it took.
    pub length: usize,
}

/// Read the head; none while it is not whole.
pub fn read_head(bytes: &[u8]) -> Result<Option<Head>, ReadFault> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let length = match answer.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() <= HEAD_BYTES_MAX => return Ok(None),
        _ => return Err(ReadFault("an answer that is none")),
    };
    let all = |name: &'static str| {
        let named = answer.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.filter_map(|header| std::str::from_utf8(header.value).ok())
    };
    let number = |name| all(name).next()?.parse::<u64>().ok();
    Ok(Some(Head {
        status: answer.code.unwrap_or(0),
        from: number("hustings-from").map(PartNo),
        cadence: number("hustings-cadence").unwrap_or(1).clamp(1, 100),
        told: Told {
            resume: all("hustings-resume").next().map(str::to_owned),
            place: all("hustings-place").next().map(str::to_owned),
            again_s: number("retry-after"),
            alternates: all("link").filter_map(alternate).map(str::to_owned).collect(),
        },
        length,
    }))
}

/// The address in `<address>; rel="alternate"` (RFC 8288).
fn alternate(link: &str) -> Option<&str> {
    let (address, rest) = link.strip_prefix('<')?.split_once('>')?;
    rest.contains("rel=\"alternate\"").then_some(address)
}

/// Why an answer is no stream, by the code of the refusal in it.
pub fn refusal_in(bytes: &[u8]) -> &str {
    let text = std::str::from_utf8(bytes).unwrap_or("");
    let code = text.split_once("\"code\":\"").and_then(|(_, rest)| rest.split_once('"'));
    let fits =
        |code: &str| code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    code.map(|(code, _)| code).filter(|code| fits(code)).unwrap_or("unreadable")
}

/// A body in chunks (RFC 9112 section 7.1), cut into the pieces of a stream.
#[derive(Default)]
pub struct Body {
    splitter: Splitter,
    chunk_left: usize,
    line: Vec<u8>,
}

impl Body {
    /// Take bytes as they came; gives those of the body.
    pub fn handle(&mut self, mut bytes: &[u8]) -> Result<Vec<u8>, ReadFault> {
        let mut out = Vec::with_capacity(bytes.len());
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.chunk_left > 0 {
                let count = self.chunk_left.min(bytes.len());
                out.extend_from_slice(&bytes[..count]);
                self.chunk_left -= count;
                bytes = &bytes[count..];
                if self.chunk_left == 0 {
                    // The line break that ends a chunk is read as an empty line.
                    self.line.push(b' ');
                }
                continue;
            }
            bytes = rest;
            if byte != b'\n' {
                if self.line.len() >= LINE_BYTES_MAX {
                    return Err(ReadFault("a chunk without a size"));
                }
                self.line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(&line).trim().to_owned();
            if !line.is_empty() {
                self.chunk_left =
                    usize::from_str_radix(&line, 16).map_err(|_| ReadFault("a chunk without a size"))?;
            }
        }
        self.splitter.handle(&out);
        Ok(out)
    }

    pub fn poll(&mut self) -> Result<Option<StreamPiece>, ReadFault> {
        self.splitter.poll()
    }

    /// Whether the last part and its chunk are over, and nothing more began.
    pub fn is_at_rest(&self) -> bool {
        self.chunk_left == 0 && self.line.is_empty() && self.splitter.is_empty()
    }
}
