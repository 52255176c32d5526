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
fn captions_that_are_too_long_are_left_out_and_none_need_be_told() {
    let long = "x".repeat(37);
    let orders = Orders::parse(
        format!(
            r#"{{"halls":[{{"hall":"demo","state":"live","captions":[[1,9,"水水水水水水水水水水水水"],[2,10,"{long}"],[3,11,"a\"b "]]}},
            {{"hall":"other","state":"live"}}]}}"#
        )
        .as_bytes(),
    )
    .unwrap();

    let told: Vec<_> = orders.halls[0]
        .captions()
        .into_iter()
        .map(|one| (one.no, one.part.0, one.text.to_string()))
        .collect();
    assert_eq!(told, [(1, 9, "水".repeat(12)), (3, 11, "a\"b ".into())]);
    assert_eq!(orders.halls[1].captions(), []);
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
        let standings = orders.halls[0].standings();
        let barred = standings.iter().filter(|(_, standing)| standing.barred);
        barred.map(|(seat, _)| seat.to_string()).collect::<Vec<_>>()
    };

    assert_eq!(barred(r#","record":true"#), ["ben"]);
    assert_eq!(barred(r#","record":false"#), [""; 0]);
    assert_eq!(barred(""), [""; 0]);
}

#[test]
fn a_series_leads_to_what_is_on_else_next_else_last() {
    let to = |halls: &str| {
        let orders = Orders::parse(format!(r#"{{"halls":[{halls}]}}"#).as_bytes()).unwrap();
        let council = crate::flow::HallId::parse("council").unwrap();
        orders.of_series(&council).map(|order| order.hall.clone())
    };
    let hall = |name: &str, state: &str, since: i64, starts: i64| {
        format!(
            r#"{{"hall":"{name}","series":"council","state":"{state}","since_ms":{since},"starts_at_ms":{starts}}}"#
        )
    };
    let (first, second) = (hall("may", "ended", 10, 10), hall("june", "ended", 20, 20));
    let (soon, later) = (hall("july", "announced", 5, 30), hall("august", "announced", 4, 40));
    let live = hall("now", "live", 25, 25);

    assert_eq!(to(""), None);
    assert_eq!(to(&[first.clone(), second.clone()].join(",")).as_deref(), Some("june"));
    assert_eq!(to(&[first.clone(), later, soon.clone()].join(",")).as_deref(), Some("july"));
    assert_eq!(to(&[soon, live, second].join(",")).as_deref(), Some("now"));
}

#[test]
fn a_seat_is_on_air_and_unmuted_unless_orders_say_otherwise_and_no_fade_is_longer_than_five_seconds() {
    let orders = Orders::parse(
        br#"{"halls":[{"hall":"demo","state":"live","seats":[{"seat":"ana"},
            {"seat":"ben","on_air":false,"muted":true,"fade_ms":9000},{"seat":"cid","fade_ms":-1}]}]}"#,
    )
    .unwrap();

    let told: Vec<_> = orders.halls[0]
        .standings()
        .iter()
        .map(|(seat, one)| (seat.to_string(), one.on_air, one.muted, one.fade.ms()))
        .collect();

    let expected = [("ana", true, false, 10), ("ben", false, true, 5_000), ("cid", true, false, 0)];
    assert_eq!(told, expected.map(|(seat, air, muted, ms)| (seat.to_owned(), air, muted, ms)));
}

fn dumped(at_ms: i64, dumps: &str) -> Orders {
    let text = format!(
        r#"{{"at_ms":{at_ms},"halls":[{{"hall":"a","state":"live","air_delay_ms":99999,"dumps":{dumps}}}]}}"#
    );
    Orders::parse(text.as_bytes()).unwrap()
}

#[test]
fn an_air_delay_and_what_is_taken_out_are_bounded() {
    let many: Vec<(u64, i64, i64)> = (0..100).map(|no| (no, 0, 1)).collect();
    let orders = dumped(0, &serde_json::to_string(&many).unwrap());

    assert_eq!(orders.halls[0].air_delay_ms, 30_000);
    assert_eq!(orders.halls[0].dumps.len(), 64);
    assert_eq!(orders.halls[0].dumps[0].0, 36, "the newest are kept");
}
