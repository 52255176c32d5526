use super::Orders;

#[test]
fn orders_with_one_impossible_hall_still_bring_the_others() {
    let orders = Orders::parse(
        br#"{"v":1,"revision":4,"keys":[],"halls":[
            {"hall":"../etc","state":"live"},
            {"hall":"demo","state":"live","window_ms":9,"seats":[{"seat":"A B"},{"seat":"ana","name":"Ana"}]}]}"#,
    )
    .unwrap();

    assert_eq!(orders.halls.len(), 1);
    assert_eq!((orders.halls[0].window_ms, orders.halls[0].seats.len()), (200, 1));
}

#[test]
fn nonsense_is_no_order() {
    assert_eq!(Orders::parse(b"null"), None);
    assert_eq!(Orders::parse(b"{\"halls\":[{}]}"), None);
}

#[test]
fn in_a_recorded_hall_those_who_have_not_agreed_are_barred_and_nobody_elsewhere() {
    let barred = |record: &str| {
        let text = format!(
            r#"{{"halls":[{{"hall":"demo","state":"live"{record},"seats":[{{"seat":"ana","consented":true}},{{"seat":"ben"}}]}}]}}"#
        );
        let orders = Orders::parse(text.as_bytes()).unwrap();
        orders.halls[0].barred().iter().map(ToString::to_string).collect::<Vec<_>>()
    };

    assert_eq!(barred(r#","record":true"#), ["ben"]);
    assert_eq!(barred(r#","record":false"#), [""; 0]);
    assert_eq!(barred(""), [""; 0]);
}
