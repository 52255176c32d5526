use super::{Orders, SoundName};

fn sounds(text: &str) -> Option<super::SoundOrder> {
    let order = format!(r#"{{"halls":[{{"hall":"demo","state":"live"{text}}}]}}"#);
    Orders::parse(order.as_bytes()).unwrap().halls[0].sounds.clone()
}

#[test]
fn nothing_the_stages_own_and_files_are_told_apart() {
    let hash = "0123456789abcdef".repeat(4);
    let named = sounds(&format!(
        r#","sounds":{{"opening":"{}","pause":"built-in","closing":""}}"#,
        hash.to_uppercase()
    ))
    .unwrap();

    assert_eq!(named.opening, SoundName::File(hash.clone()));
    assert_eq!(
        (named.pause.clone(), named.closing.clone(), named.tone.clone()),
        (SoundName::BuiltIn, SoundName::Nothing, SoundName::Nothing)
    );
    assert_eq!(named.files().collect::<Vec<_>>(), [hash]);
}

#[test]
fn a_name_that_no_file_can_have_is_the_stages_own() {
    for text in ["../../etc/passwd", "0123", "built in", &"g".repeat(64)] {
        assert_eq!(SoundName::from(text.to_owned()), SoundName::BuiltIn, "{text}");
    }
}

#[test]
fn without_sounds_in_the_order_there_are_none_and_what_is_remembered_says_the_same() {
    assert_eq!(sounds(""), None);
    for text in [
        r#"{"halls":[{"hall":"demo","state":"live"}]}"#,
        r#"{"halls":[{"hall":"demo","state":"live","silence_intended":true,"sounds":{"opening":"built-in","tone":""}}]}"#,
    ] {
        let orders = Orders::parse(text.as_bytes()).unwrap();
        let kept = serde_json::to_vec(&orders).unwrap();
        assert_eq!(Orders::parse(&kept), Some(orders));
    }
}
