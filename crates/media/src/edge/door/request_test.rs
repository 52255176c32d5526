use proptest::prelude::*;

use super::request::{Ask, HEAD_BYTES_MAX, Head, read_head};
use crate::flow::HallId;
use crate::units::PartNo;

fn listen(from: Option<u64>) -> Head {
    let hall = HallId::parse("demo").unwrap();
    let (resume, via, known, place) = (None, None, None, None);
    Head::Listen(Ask { hall, from: from.map(PartNo), resume, via, known, place, body: true })
}

#[test]
fn a_listener_may_say_where_to_begin() {
    assert_eq!(read_head(b"GET /h/demo/live.mp4 HTTP/1.1\r\nHost: x\r\n\r\n"), listen(None));
    assert_eq!(read_head(b"GET /h/demo/live.mp4?from=42 HTTP/1.1\r\n\r\n"), listen(Some(42)));
    assert_eq!(read_head(b"GET /h/demo/live.mp4?from=42 HTTP/1.1\r\nHost"), Head::More);
}

#[test]
fn a_listener_may_show_what_it_was_told_elsewhere() {
    let hall = HallId::parse("demo").unwrap();
    let (resume, via) = (Some("1.2.ab".to_owned()), Some("1.2.cd".to_owned()));

    let (known, place) = (Some("1.2.ef".to_owned()), Some("1.2.01".to_owned()));

    let query = "via=1.2.cd&from=7&resume=1.2.ab&place=1.2.01&known=1.2.ef";
    let read = read_head(format!("GET /h/demo/live.mp4?{query} HTTP/1.1\r\n\r\n").as_bytes());

    let from = Some(PartNo(7));
    assert_eq!(read, Head::Listen(Ask { hall, from, resume, via, known, place, body: true }));
}

#[test]
fn what_is_wrong_is_said() {
    let code = |bytes: &[u8]| match read_head(bytes) {
        Head::Refused(code, _) => code,
        other => panic!("{other:?}"),
    };

    assert_eq!(code(b"POST /h/demo/live.mp4 HTTP/1.1\r\n\r\n"), "method_unknown");
    assert_eq!(code(b"GET /h/../live.mp4 HTTP/1.1\r\n\r\n"), "not_found");
    assert_eq!(code(b"GET /h/demo/live.mp4?from=x HTTP/1.1\r\n\r\n"), "field_invalid");
    assert_eq!(code(b"GET /h/demo/live.mp4?from=18446744073709551615 HTTP/1.1\r\n\r\n"), "field_invalid");
    assert_eq!(code(b"\x16\x03\x01\x02\x00\x01"), "request_unreadable");
    let flood = [b"GET /h/demo/live.mp4 HTTP/1.1\r\nA: ", &[b'x'; HEAD_BYTES_MAX][..]].concat();
    assert_eq!(code(&flood), "headers_too_large");
}

/// A head as browsers send it.
const WHOLE: &[u8] = b"GET /h/demo/live.mp4?from=42 HTTP/1.1\r\nHost: hall.example.org\r\nAccept: */*\r\n\
    User-Agent: Mozilla/5.0\r\nCookie: pass=eyJhbGciOiJFZERTQSJ9.e30.c2ln\r\n\r\n";

/// What may happen to a byte of it.
#[derive(Debug, Clone)]
enum Harm {
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Cut(prop::sample::Index),
    Twice(prop::sample::Index),
}

fn harm() -> impl Strategy<Value = Harm> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Harm::Set(at, byte)),
        2 => (at(), prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'\r'), Just(0)], 1..40))
            .prop_map(|(at, bytes)| Harm::Insert(at, bytes)),
        1 => at().prop_map(Harm::Cut),
        1 => at().prop_map(Harm::Twice),
    ]
}

fn harmed(harms: Vec<Harm>) -> Vec<u8> {
    let mut bytes = WHOLE.to_vec();
    for harm in harms {
        match harm {
            Harm::Set(at, byte) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            Harm::Insert(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more);
            }
            Harm::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Harm::Twice(at) => {
                let again = bytes[at.index(bytes.len() + 1)..].to_vec();
                bytes.extend(again);
            }
            Harm::Set(..) => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_head(&bytes);
    }

    /// What is let in names a hall as it may be called and a number that exists, whatever was done to the head; and
    /// more bytes never take back what was decided.
    #[test]
    fn a_head_that_was_tampered_with_is_read_as_one_or_refused(harms in prop::collection::vec(harm(), 0..6)) {
        let bytes = harmed(harms);

        let told = read_head(&bytes);

        if let Head::Listen(Ask { hall, from, .. }) = &told {
            prop_assert!(HallId::parse(hall.as_str()).is_some());
            prop_assert!(from.is_none_or(|no| no.0 <= u64::MAX / 20_000));
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            prop_assert!(told != Head::More || end == 0, "{:?}", String::from_utf8_lossy(&bytes));
        }
        if told != Head::More {
            let more = [&bytes[..], b"GET / HTTP/1.1\r\n\r\n"].concat();
            prop_assert_eq!(read_head(&more), told);
        }
    }
}
