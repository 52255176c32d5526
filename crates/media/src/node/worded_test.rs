use proptest::prelude::*;

use super::worded::worded;

#[test]
fn a_bare_refusal_gets_the_words_of_the_table_and_nothing_else_is_touched() {
    let bare =
        b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let own =
        b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncontent-length: 0\r\n\r\n";

    let told = String::from_utf8(worded(bare).unwrap()).unwrap();

    assert!(told.starts_with("HTTP/1.1 431 "), "{told}");
    assert!(told.contains("Content-Type: application/problem+json\r\n"), "{told}");
    assert!(told.contains("\"code\":\"headers_too_large\""), "{told}");
    assert_eq!(worded(own), None);
    assert_eq!(worded(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), None);
}

proptest! {
    #[test]
    fn no_bytes_harm_the_wording(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = worded(&bytes);
        let _ = worded(&[&b"HTTP/1.1 400 "[..], &bytes].concat());
    }
}
