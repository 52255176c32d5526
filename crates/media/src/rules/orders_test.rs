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
