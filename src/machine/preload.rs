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
    if output.is_success() {
        return Ok(());
    }
    let reason = format!("the machine's own engine could not load it: {}", output.text());
    Err(Error::NoImage { image: images.join("`, `"), reason })
}
