//! A machine on which a setup was done is kept as an image.

use super::engine::{plain, sh, started, with_engine};
use crate::support::docker;
use guidepost::machine::{Event, Machine, RunId, settings::ImageSource};
use std::path::Path;

#[test]
fn the_next_machine_begins_where_a_setup_has_ended() {
    with_engine(|engine| async move {
        let key = RunId::random();
        let kept = async |machine: &Machine| {
            let found = engine.kept(machine, Path::new("."), key.as_str(), &|_: Event| {}).await;
            found.expect("the engine is there").map(|kept| kept.machine)
        };
        let first = started(&engine, &plain(), "first").await;
        assert!(kept(&plain()).await.is_none(), "nobody has kept it");
        let before = first.state().await.expect("it runs").expect("it has no volumes");
        assert_eq!(sh(&first, "root", "echo done >/made").await.0, 0);
        assert_eq!(first.state().await.expect("it runs"), Some(before), "nothing but a file has changed");
        first.keep_for(key.as_str()).await.expect("kept");
        let machine = kept(&plain()).await.expect("it is there");
        let next = started(&engine, &machine, "next").await;
        assert_eq!(sh(&next, "root", "cat /made").await.1, "done");
        let mut state = next.state().await.expect("it runs");
        for beside in [
            "sleep 60 >/dev/null 2>&1 &",
            "echo 192.0.2.1 other >>/etc/hosts",
            "touch /dev/shm/other",
            "echo export OTHER=1 >/etc/profile.d/other.sh",
            "echo umask 077 >>~/.bashrc",
        ] {
            assert_eq!(sh(&next, "root", beside).await.0, 0, "{beside}");
            let now = next.state().await.expect("it runs");
            assert_ne!(now, state, "it is more than a file: {beside}");
            state = now;
        }
        first.close().await.expect("removed");
        next.close().await.expect("removed");
        let ImageSource::Image(name) = &machine.source else { panic!("{machine:?}") };
        docker(&["rmi", name]);
        assert!(kept(&plain()).await.is_none(), "it was removed");
    });
}
