//! Images of the host's engine, copied into a machine's own: no registry is needed inside.

use futures_util::StreamExt;
use std::{path::Path, time::Duration};
use tokio::io::AsyncWriteExt;

use super::{
    engine::Engine,
    error::{Error, Result},
    exec::{self, Run},
    image::{Event, Listener},
    settings::ImageSource,
};

/// Most time for all images of a machine.
const PATIENCE: Duration = Duration::from_secs(900);

/// Copies images by `docker save` and `docker load`, in one stream, so that layers which they share go once.
pub(super) async fn preload(engine: &Engine, container: &str, images: &[String], listener: Listener<'_>) -> Result<()> {
    if images.is_empty() {
        return Ok(());
    }
    for image in images {
        engine.image(&ImageSource::Image(image.clone()), Path::new("."), listener).await?;
        listener(Event::Preloading(image.clone()));
    }
    let names: Vec<&str> = images.iter().map(String::as_str).collect();
    let docker = engine.patient();
    let mut archive = docker.export_images(&names);
    let run = Run { command: &["docker", "load", "--quiet"], ..Run::default() };
    let (id, stream) = exec::start(engine, container, &run, true).await?;
    let (reader, mut writer) = tokio::io::split(stream);
    let feed = async {
        while let Some(chunk) = archive.next().await {
            // A load that has ended no longer reads; its status tells why.
            if writer.write_all(&chunk?).await.is_err() {
                break;
            }
        }
        let _ = writer.shutdown().await;
        Ok::<_, Error>(())
    };
    let (fed, output) = futures_util::future::join(feed, exec::finish(engine, &id, reader, 64 << 10, PATIENCE)).await;
    let output = output?;
    fed?;
    if !output.is_success() {
        let reason = format!("the machine's own engine could not load it: {}", output.text());
        return Err(Error::NoImage { image: images.join("`, `"), reason });
    }
    for (loaded, image) in renamed(&output.text(), images) {
        let run = Run { command: &["docker", "tag", &loaded, image], ..Run::default() };
        exec::run(engine, container, &run).await?;
    }
    Ok(())
}

/// Images that were loaded under another name: Podman says `localhost/NAME` of what came from no registry.
fn renamed<'i>(loaded: &str, images: &'i [String]) -> Vec<(String, &'i str)> {
    let loaded: Vec<&str> = loaded.lines().filter_map(|line| line.strip_prefix("Loaded image: ")).collect();
    let local = images.iter().map(|image| (format!("localhost/{image}"), image.as_str()));
    local.filter(|(local, _)| loaded.contains(&local.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_podman() {
        let images = ["debian:bookworm".to_owned(), "example.org/a:1".to_owned()];
        for (loaded, expected) in [
            ("Loaded image: debian:bookworm\nLoaded image: example.org/a:1\n", vec![]),
            (
                "Loaded image: localhost/debian:bookworm\nLoaded image: example.org/a:1\n",
                vec![("localhost/debian:bookworm".to_owned(), "debian:bookworm")],
            ),
        ] {
            assert_eq!(renamed(loaded, &images), expected);
        }
    }
}
