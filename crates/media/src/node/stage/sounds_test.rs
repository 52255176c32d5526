use super::*;
use crate::node::http::{answer, serve};

const VOICE: &[u8] = include_bytes!("../../../../../src/hustings/voices/ana.opus");

fn hash_of(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn orders(opening: &str) -> Orders {
    let text = format!(
        r#"{{"halls":[{{"hall":"eve","state":"live","sounds":{{"opening":"{opening}","pause":"built-in"}}}}]}}"#
    );
    Orders::parse(text.as_bytes()).unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("hustings-sounds-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_file_that_was_kept_is_there_when_a_stage_starts_again() {
    let (folder, hash) = (folder("kept"), hash_of(VOICE));
    keep(&folder, &hash, VOICE).unwrap();
    let orders = orders(&hash);

    let sounds = Shelf::open(&folder, &orders).sounds(orders.halls[0].sounds.as_ref().unwrap());

    assert_eq!(sounds.opening.unwrap().length().0, 3_774 * 960);
    assert!(sounds.pause.is_some() && sounds.closing.is_none());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn until_a_file_is_there_and_right_the_stages_own_stands_in() {
    let (folder, hash) = (folder("torn"), hash_of(VOICE));
    keep(&folder, &hash, &VOICE[..VOICE.len() / 2]).unwrap();
    let orders = orders(&hash);

    let shelf = Shelf::open(&folder, &orders);

    let sounds = shelf.sounds(orders.halls[0].sounds.as_ref().unwrap());
    assert_eq!(sounds.opening, shelf.built_in.opening);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_no_order_names_is_forgotten() {
    let (folder, hash) = (folder("gone"), hash_of(VOICE));
    keep(&folder, &hash, VOICE).unwrap();
    let (shelf, seen) = watch::channel(Arc::new(Shelf::open(&folder, &orders(&hash))));

    forget(&folder, &wanted(&orders("")), &shelf);

    assert!(seen.borrow().files.is_empty());
    assert!(!folder.join(hash).exists());
    std::fs::remove_dir_all(folder).unwrap();
}

/// Run `work` beside a desk that answers everybody with the same file.
fn beside_a_desk<R: Future<Output = ()>>(work: impl FnOnce(String) -> R) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = listener.local_addr().unwrap().to_string();
        tokio::task::spawn_local(serve(listener, None, |_| async { answer(200, "audio/ogg", VOICE) }));
        work(desk).await;
    });
}

#[test]
fn a_file_that_an_order_names_is_fetched_and_kept() {
    beside_a_desk(async |desk| {
        let (folder, hash) = (folder("fetched"), hash_of(VOICE));
        let (_orders, told) = watch::channel(Arc::new(Orders { desk: Some(desk), ..orders(&hash) }));
        let (shelf, mut seen) = watch::channel(Arc::new(Shelf::open(&folder, &Orders::default())));

        tokio::task::spawn_local(follow(folder.clone(), told, shelf));
        seen.wait_for(|shelf| shelf.files.contains_key(&hash)).await.unwrap();

        assert_eq!(std::fs::read(folder.join(hash)).unwrap(), VOICE);
        std::fs::remove_dir_all(folder).unwrap();
    });
}

#[test]
fn a_file_that_is_another_is_not_kept_and_a_desk_that_is_gone_is_asked_again() {
    beside_a_desk(async |desk| {
        let (folder, hash) = (folder("another"), "0".repeat(64));

        assert!(matches!(obtain(&folder, Some(&desk), &hash).await, Ok(Err(_))));
        assert!(obtain(&folder, Some("127.0.0.1:1"), &hash).await.is_err());

        assert!(!folder.join(hash).exists());
        std::fs::remove_dir_all(folder).unwrap();
    });
}
