use proptest::prelude::*;

use super::request::{HEAD_BYTES_MAX, Head, read_head};
use crate::flow::HallId;
use crate::units::PartNo;

fn listen(from: Option<u64>) -> Head {
    let hall = HallId::parse("demo").unwrap();
    Head::Listen { hall, from: from.map(PartNo), body: true }
}

#[test]
fn a_listener_may_say_where_to_begin() {
    assert_eq!(read_head(b"GET /h/demo/live.mp4 HTTP/1.1\r\nHost: x\r\n\r\n"), listen(None));
    assert_eq!(read_head(b"GET /h/demo/live.mp4?from=42 HTTP/1.1\r\n\r\n"), listen(Some(42)));
    assert_eq!(read_head(b"GET /h/demo/live.mp4?from=42 HTTP/1.1\r\nHost"), Head::More);
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

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_head(&bytes);
    }
}
