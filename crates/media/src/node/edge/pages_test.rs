use bytes::Bytes;

use super::pages::Pages;

fn pages() -> Pages {
    let files = [
        ("listen.html", "as it is"),
        ("listen.html.br", "smallest"),
        ("listen.html.gz", "smaller"),
        ("assets/a.js", "script"),
        ("assets/a.js.gz", "gz"),
    ];
    Pages::of(files.map(|(name, text)| (name.to_owned(), Bytes::from_static(text.as_bytes()))))
}

#[test]
fn a_page_comes_in_the_smallest_form_that_the_browser_takes() {
    let pages = pages();

    let sent = |name: &str, accepts: &str| {
        let page = pages.get_for(name, accepts).unwrap();
        (page.form, String::from_utf8(page.bytes.to_vec()).unwrap(), page.kind)
    };

    let html = "text/html; charset=utf-8";
    assert_eq!(sent("listen.html", "gzip, deflate, br"), (Some("br"), "smallest".into(), html));
    assert_eq!(sent("listen.html", "GZIP;q=0.5, br;q=0"), (Some("gzip"), "smaller".into(), html));
    assert_eq!(sent("listen.html", ""), (None, "as it is".into(), html));
    assert_eq!(sent("listen.html", "br;q=x, identity"), (None, "as it is".into(), html));
    assert_eq!(sent("assets/a.js", "br").0, None);
    assert_eq!(sent("assets/a.js", "br, gzip").0, Some("gzip"));
}

#[test]
fn a_form_is_no_address_of_its_own() {
    let pages = pages();

    assert!(pages.get("listen.html.br").is_none());
    assert!(pages.get("assets/a.js.gz").is_none());
    assert!(pages.get("nothing.html").is_none());
}
